import { now } from "../../lib/clock";
import type { Database } from "../../mixins/database";
import { auditOf } from "./audit-ranking";
import type { Difference } from "./differences";
import { dayOf, type Span } from "./period";
import type { Change, Place, Ranking, TallyState, Top } from "./ranking";
import { readNamed, readSales, readState, topOfTally } from "./tally";

interface Parts {
  db: Database;
  /** Without one the tally answers. */
  ranking: Ranking | undefined;
  timeZone: string;
  /** How long the ranking may lack what the tally has before it is loaded anew, in ms. Default 1,000. */
  graceMs?: number;
  /** How long a ranking that has failed isn't read, in ms. Default 1,000. */
  restMs?: number;
  warn(message: string, error: unknown): void;
}

/** Places with their names, all as of one version of the tally. `stale`: the ranking's store is away, or behind, and the tally answers for it. */
export interface Standing extends Pick<TallyState, "lastAt"> {
  places: (Place & { name: string })[];
  stale: boolean;
}

/**
 * The ranking of a running service. It holds what the tally holds, or is loaded anew: no order is counted twice or left out, whoever died
 * when (I1). What it lacks, has lost or has of another tally shows in the tally's version, which is read with the names of the products.
 */
export class Standings {
  #loading: Promise<void> | undefined;
  /** What the ranking lacked when it was last up to what it had lacked before. */
  #lacking: { version: number; at: number } | undefined;
  #restsUntil = 0;
  #away = false;

  constructor(private readonly parts: Parts) {}

  /** Loads the ranking, unless another node is about to. What goes wrong is told, and tried again when the ranking is wanted. */
  load(): Promise<void> {
    this.#loading ??= this.#load().finally(() => (this.#loading = undefined));
    return this.#loading;
  }

  /** Counts what a transaction has added to the tally; to be called after its commit. Nobody waits for it. */
  add(change: Change): void {
    this.parts.ranking?.add(change).then(
      (isHeld) => isHeld || this.#loadSoon(),
      (error: unknown) => this.#rest(error),
    );
  }

  async top(span: Span, limit: number): Promise<Standing> {
    const { db, ranking } = this.parts;
    if (!ranking) return this.#topOfTally(span, limit, false);
    const held = await this.#ask(ranking, span, limit);
    if (!held) return this.#topOfTally(span, limit, true);
    const { places, lastAt } = held;
    const { state, names } = await readNamed(db, idsOf(places ?? []));
    if (!this.#isGood(held, state)) return this.#topOfTally(span, limit, true);
    return places ? { places: named(places, names), lastAt, stale: false } : this.#topOfTally(span, limit, false);
  }

  /** Where what is held differs from the tally; undefined when the tally answers, so that nothing can differ. */
  async audit(): Promise<Difference[] | undefined> {
    const { db, ranking } = this.parts;
    return ranking && auditOf(db, ranking, () => this.load());
  }

  #topOfTally(span: Span, limit: number, stale: boolean): Promise<Standing> {
    return this.parts.db.snapshot(async (reader) => {
      const places = await topOfTally(reader, span, limit);
      const { state, names } = await readNamed(reader, idsOf(places));
      return { places: named(places, names), lastAt: state.lastAt, stale };
    });
  }

  async #ask(ranking: Ranking, span: Span, limit: number): Promise<Top | undefined> {
    if (now() < this.#restsUntil) return undefined;
    try {
      const held = await ranking.top(span, limit);
      if (held) this.#away = false;
      if (!held || held.since < this.#since()) this.#loadSoon();
      return held;
    } catch (error) {
      this.#rest(error);
      return undefined;
    }
  }

  /** Whether what was read from the ranking may be told; `state` was read after it. Otherwise it is being loaded anew. */
  #isGood(held: TallyState, state: TallyState): boolean {
    const { graceMs = 1_000 } = this.parts;
    const lacking = this.#lacking;
    if (held.tally !== state.tally || held.version > state.version) {
      this.#renew(held);
      return false;
    }
    if (lacking && held.version < lacking.version && now() - lacking.at > graceMs) {
      // What it lacks stays noted until it is there: meanwhile the tally answers.
      this.#loadSoon();
      return false;
    }
    if (held.version === state.version) this.#lacking = undefined;
    else if (!lacking || held.version >= lacking.version) this.#lacking = { version: state.version, at: now() };
    return true;
  }

  /** It holds what this tally has never been. */
  #renew(held: TallyState): void {
    this.parts.ranking?.drop(held).then(
      () => this.#loadSoon(),
      (error: unknown) => this.#rest(error),
    );
  }

  #loadSoon(): void {
    if (now() >= this.#restsUntil) void this.load();
  }

  async #load(): Promise<void> {
    const { db, ranking } = this.parts;
    try {
      await ranking?.load(() =>
        db.snapshot(async (reader) => {
          const since = this.#since();
          return { ...(await readState(reader)), since, sales: await readSales(reader, since) };
        }),
      );
    } catch (error) {
      this.#rest(error);
    }
  }

  #rest(error: unknown): void {
    if (!this.#away) this.parts.warn("the ranking can't be reached, the tally answers for it until it can", error);
    this.#away = true;
    this.#restsUntil = now() + (this.parts.restMs ?? 1_000);
  }

  /** The first day of last month: every period of this month and the last is held in full, but for a week that began before. */
  #since(): string {
    const [year = 0, month = 0] = dayOf(now(), this.parts.timeZone).split("-").map(Number);
    return new Date(Date.UTC(year, month - 2, 1)).toISOString().slice(0, 10);
  }
}

const idsOf = (places: readonly Place[]) => places.map(({ productId }) => productId);
const named = (places: readonly Place[], names: ReadonlyMap<string, string>) =>
  places.map((place) => ({ ...place, name: names.get(place.productId) ?? place.productId }));
