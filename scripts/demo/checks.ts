import { setTimeout as delay } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";

import { colour } from "./show";

/** What follows an order by events is true within seconds. */
const patienceMs = 10_000;

/** Compares what a shop says with what it must say, and remembers whether it always was so. */
export class Checks {
  passed = true;

  that(what: string, found: unknown, expected: unknown): void {
    const holds = isDeepStrictEqual(found, expected);
    this.passed &&= holds;
    const difference = holds ? "" : `: is ${JSON.stringify(found)}, must be ${JSON.stringify(expected)}`;
    console.log(`   ${holds ? colour.green("✔") : colour.red("✘")} ${what}${difference}`);
  }

  /** For what follows later: asks until it is as expected, or patience ends. */
  async soon(what: string, find: () => Promise<unknown>, expected: unknown): Promise<void> {
    const giveUp = Date.now() + patienceMs;
    let found = await find();
    while (!isDeepStrictEqual(found, expected) && Date.now() < giveUp) {
      await delay(20);
      found = await find();
    }
    this.that(what, found, expected);
  }
}
