/** Removes rows that have grown old from the service's database: now and then, the oldest first, few at a time. */
import type { Service, ServiceSchema } from "moleculer";

import type { Database, DatabaseVars } from "../database";
import { pause } from "../waiting";

/** Which rows grow old, and by which column. */
export interface AgeingRows {
  table: string;
  /** The primary key, one column. */
  key: string;
  /** Column with a time in ms since the epoch. Wants an index. */
  time: string;
}

/** Rows of which the table's columns don't tell enough: how they are removed. */
export interface AgeingThings {
  /** For the log, e.g. `letters and their pages`. */
  what: string;
  /** Removes at most `limit` that grew old at `upTo` (ms since the epoch) or earlier, the oldest first, and gives their number. */
  remove(db: Database, upTo: number, limit: number): Promise<number>;
}

export interface CleanUpTimes {
  /** How long after its time a row is kept. Default: not at all. */
  keepMs?: number;
  /** Time between two clean-ups. Default: a minute. */
  everyMs?: number;
  /** Rows removed in one transaction at most. */
  batch?: number;
  clock?: () => number;
}

export type CleanUpOptions = (AgeingRows | AgeingThings) & CleanUpTimes;

/** Removes at most `limit` rows whose time is `upTo` or earlier, the oldest first, and gives their number. */
export async function removeOld(db: Database, { table, key, time }: AgeingRows, upTo: number, limit: number): Promise<number> {
  // Looked for outside of the transaction, so that nobody waits for the search.
  const old = await db.select<{ name: string }>(`select ${key} as name from ${table} where ${time} <= ? order by ${time} limit ?`, [
    upTo,
    limit,
  ]);
  if (old.length === 0) return 0;
  const keys = old.map(({ name }) => name).sort();
  return db.transaction((tx) => tx.execute(`delete from ${table} where ${key} in (?) and ${time} <= ?`, [keys, upTo]));
}

/** Cleans up when the service starts, and again after every `everyMs`. Needs `databaseMixin`. */
export function cleanUpMixin(options: CleanUpOptions): Partial<ServiceSchema> {
  const { keepMs = 0, everyMs = 60_000, batch = 1000, clock = Date.now } = options;
  const { what, remove }: AgeingThings =
    "remove" in options
      ? options
      : { what: `old rows of ${options.table}`, remove: (db, upTo, limit) => removeOld(db, options, upTo, limit) };
  const running = new WeakMap<Service, { stop: AbortController; done: Promise<void> }>();

  async function cleanUp(db: Database, { logger }: Service, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        while (!signal.aborted && (await remove(db, clock() - keepMs, batch)) === batch);
      } catch (error) {
        logger.warn(`${what} could not be removed, trying again later`, error);
      }
      await pause(everyMs, signal);
    }
  }

  return {
    async started(this: Service & Partial<DatabaseVars>) {
      if (!this.db) throw new Error(`${this.name}: cleaning up ${what} needs databaseMixin`);
      const stop = new AbortController();
      running.set(this, { stop, done: cleanUp(this.db, this, stop.signal) });
    },
    async stopped(this: Service) {
      const mine = running.get(this);
      mine?.stop.abort();
      await mine?.done;
    },
  };
}
