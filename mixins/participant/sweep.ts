import type { Service } from "moleculer";

import type { Database } from "../database/types";
import { backOff, pause } from "../waiting";
import type { Step } from "./participant";
import type { StepKey } from "./types";

const together = 32;
/** How long a stop waits for the outside; the next start asks again. */
const patienceMs = 2000;
const waits = { baseMs: 500, capMs: 30_000 };

/** Asks the outside for every step that was begun and not settled, a few at a time. Gives what stops it. */
export function sweep(db: Database, steps: ReadonlyMap<string, Step>, logger: Service["logger"]): () => Promise<void> {
  const stopping = new AbortController();

  async function run(): Promise<void> {
    const left = await db.select<StepKey & { action: string }>("select saga, id, step, action from saga_outside");
    for (let at = 0; at < left.length && !stopping.signal.aborted; at += together) {
      await Promise.all(left.slice(at, at + together).map(ask));
    }
  }

  async function ask({ action, ...key }: StepKey & { action: string }): Promise<void> {
    const step = steps.get(action);
    if (step) await step.verify({ ...key, seal: false });
    else logger.error(`${action} of ${key.saga} ${key.id} was begun, but nothing here settles it any more`);
  }

  async function untilDone(): Promise<void> {
    for (let tries = 0; !stopping.signal.aborted; tries++) {
      try {
        return await run();
      } catch (error) {
        // The first time it may be a node that is stopped while it still starts, and whose database is closed: it is asked again, and told then.
        if (tries > 0) logger.warn("steps that were begun by an earlier process could not be asked for; trying again", error);
      }
      await pause(backOff(tries + 1, waits.baseMs, waits.capMs), stopping.signal);
    }
  }

  const swept = untilDone();
  return async () => {
    stopping.abort();
    const waited = new AbortController();
    await Promise.race([swept, pause(patienceMs, waited.signal)]);
    waited.abort();
  };
}
