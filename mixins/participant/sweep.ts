import type { Service } from "moleculer";

import type { Database } from "../database/types";
import { pause } from "../waiting";
import type { Step } from "./participant";
import type { StepKey } from "./types";

const together = 32;
/** How long a stop waits for the outside; the next start asks again. */
const patienceMs = 2000;

/** Asks the outside for every step that was begun and not settled, a few at a time. Gives what stops it. */
export function sweep(db: Database, steps: ReadonlyMap<string, Step>, logger: Service["logger"]): () => Promise<void> {
  let stopped = false;

  async function run(): Promise<void> {
    const left = await db.select<StepKey & { action: string }>("select saga, id, step, action from saga_outside");
    for (let at = 0; at < left.length && !stopped; at += together) {
      await Promise.all(left.slice(at, at + together).map(({ action, ...key }) => steps.get(action)?.verify({ ...key, seal: false })));
    }
  }

  const swept = run().catch((error: unknown) => logger.error("steps that were begun by an earlier process could not be looked at", error));
  return async () => {
    stopped = true;
    const waited = new AbortController();
    await Promise.race([swept, pause(patienceMs, waited.signal)]);
    waited.abort();
  };
}
