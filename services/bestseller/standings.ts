import type { Service } from "moleculer";

import { now } from "../../lib/clock";
import { configOf } from "../../lib/config";
import { oncePer } from "../../lib/once-per";
import type { Database, Tx } from "../../mixins/database";
import { pause } from "../../mixins/waiting";
import { type Difference, differencesOf } from "./differences";
import { createMemoryRanking } from "./memory-ranking";
import { dayOf, type Span } from "./period";
import type { Place, Ranking, Sale } from "./ranking";
import { readSales, topOfTally } from "./tally";

interface Parts {
  db: Database;
  ranking: Ranking;
  timeZone: string;
  warn(message: string, error: unknown): void;
}

/**
 * The ranking of a running service. It holds what the tally holds, or is loaded anew: no order is counted twice or left out, whenever
 * the process died (I1). Whoever adds to the tally first takes the number of the load that he adds to; when another load began meanwhile,
 * nobody can tell whether it has seen the addition, and the ranking is loaded once more.
 */
export class Standings {
  #loads = 0;
  #loading: Promise<number> | undefined;
  #lastAt: number | undefined;

  constructor(private readonly parts: Parts) {}

  /** When the newest order that is counted was completed or cancelled, ms since the epoch. */
  get lastAt(): number | undefined {
    return this.#lastAt;
  }

  /** Resolves to the number of the load when the ranking stands. */
  load(): Promise<number> {
    this.#loading ??= this.#load().catch((error: unknown) => {
      this.#forget();
      throw error;
    });
    return this.#loading;
  }

  /** Counts what a transaction has added to the tally; to be called after its commit. */
  add(load: number, sales: readonly Sale[], lastAt: number): void {
    this.#heardOf(lastAt);
    if (load !== this.#loads) {
      this.#forget();
      return;
    }
    this.parts.ranking.add(sales).catch((error: unknown) => {
      this.#forget();
      this.parts.warn("the ranking could not be added to, it will be loaded anew from the tally", error);
    });
  }

  /** `stale`: the ranking's store is away and the tally answered for it. */
  async top(span: Span, limit: number): Promise<{ places: Place[]; stale: boolean }> {
    const { db, ranking, warn } = this.parts;
    try {
      await this.load();
      const places = await ranking.top(span, limit);
      return { places: places ?? (await topOfTally(db, span, limit)), stale: false };
    } catch (error) {
      warn("the ranking could not be read, the tally answers for it", error);
      return { places: await topOfTally(db, span, limit), stale: true };
    }
  }

  /**
   * Where what is held differs from the tally; undefined when nothing is held. A ranking of this process's own has a tally that only this
   * process writes: while the transaction lasts nobody does, and what was committed before gets some turns to arrive in the ranking. What
   * differs then is no order on its way.
   */
  async audit(): Promise<Difference[] | undefined> {
    const { db, ranking } = this.parts;
    await this.load();
    if (!(await ranking.held())) return undefined;
    const look = async (tx: Tx): Promise<Difference[] | undefined> => {
      await this.load();
      const held = await ranking.held();
      return held && differencesOf(held.sales, (await readSales(tx, held.since)).sales, held.since);
    };
    return db.transaction(
      async (tx) => {
        let differences = await look(tx);
        for (let looked = 1; differences?.length && looked < looks; looked++) {
          await pause(betweenLooksMs);
          differences = await look(tx);
        }
        return differences;
      },
      { durable: false },
    );
  }

  async #load(): Promise<number> {
    const load = ++this.#loads;
    const { db, ranking, timeZone } = this.parts;
    const since = heldSince(dayOf(now(), timeZone));
    const { sales, lastAt } = await readSales(db, since);
    await ranking.load(since, sales);
    if (lastAt !== undefined) this.#heardOf(lastAt);
    return load;
  }

  #forget(): void {
    this.#loading = undefined;
  }

  #heardOf(at: number): void {
    this.#lastAt = Math.max(at, this.#lastAt ?? 0);
  }
}

/** Commits that are done need two turns of the event loop to tell of it. */
const looks = 5;
const betweenLooksMs = 5;

/** The first day of last month: every period of this month and the last is held in full, but for a week that began before. */
function heldSince(today: string): string {
  const [year = 0, month = 0] = today.split("-").map(Number);
  return new Date(Date.UTC(year, month - 2, 1)).toISOString().slice(0, 10);
}

const nothingHeld: Ranking = {
  load: async () => undefined,
  add: async () => undefined,
  top: async () => undefined,
  held: async () => undefined,
};

/** The standings of a service that has started. */
export const standingsOf = oncePer((host: Service) => {
  const { db } = host as Service & { db: Database };
  const warn = (message: string, error: unknown) => host.logger.warn(message, error);
  const { embedded, businessTimeZone: timeZone } = configOf(host.broker);
  // Where another process may count too, what this one has in memory is not the whole: the tally answers.
  const ranking = embedded ? createMemoryRanking() : nothingHeld;
  return new Standings({ db, ranking, timeZone, warn });
});
