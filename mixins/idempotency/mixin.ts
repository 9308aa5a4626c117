import type { Service, ServiceSchema } from "moleculer";

import type { Database, DatabaseVars } from "../database";
import { pause } from "../waiting";
import { defaultKeepMs } from "./idempotent";
import { forgetOldKeys } from "./table";

export interface IdempotencyMixinOptions {
  /** How long an answer is repeated; the same as the handlers'. */
  keepMs?: number;
  /** Time between two clean-ups. Default: a minute. */
  everyMs?: number;
  /** Keys removed in one transaction at most. */
  batch?: number;
  clock?: () => number;
}

type Host = Service & Partial<DatabaseVars>;

/** Removes old keys from the service's database now and then. Needs `databaseMixin`. */
export function idempotencyMixin(options: IdempotencyMixinOptions = {}): Partial<ServiceSchema> {
  const { keepMs = defaultKeepMs, everyMs = 60_000, batch = 1000, clock = Date.now } = options;
  const running = new WeakMap<Service, { stop: AbortController; done: Promise<void> }>();

  async function cleanUp(db: Database, { logger }: Service, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        while (!signal.aborted && (await forgetOldKeys(db, { before: clock() - keepMs, limit: batch })) === batch);
      } catch (error) {
        logger.warn("old idempotency keys could not be removed, trying again later", error);
      }
      await pause(everyMs, signal);
    }
  }

  return {
    async started(this: Host) {
      if (!this.db) throw new Error(`${this.name}: idempotencyMixin needs databaseMixin`);
      const stop = new AbortController();
      running.set(this, { stop, done: cleanUp(this.db, this, stop.signal) });
    },
    async stopped(this: Host) {
      const mine = running.get(this);
      mine?.stop.abort();
      await mine?.done;
    },
  };
}
