/**
 * Group commit changes how many transactions there are, and nothing else. What is tried with generated mixes of calls: let them come
 * while a group is in flight, so that they are decided together; then, from the same rows, send the same calls one by one, each alone in
 * its transaction, in the order in which the group has decided them. Each caller must be told the same, and the same rows must be left,
 * and for each key the same events.
 *
 * The order: groups one after the other; in a group the handlers in the order of their names, each its calls in the order of arrival;
 * where a group was halved, that of the halves. Not compared are ids that were made up, times, and how often a step was tried.
 */
import fc from "fast-check";
import type { Service } from "moleculer";

import type { Database, DatabaseVars, Tx } from "../../mixins/database";
import type { GroupCommit } from "../../mixins/group-commit";
import { testDialect } from "./database";
import { expectPromised } from "./group-promises";
import { GroupWatch, type Poison } from "./group-watch";
import type { TestShop } from "./shop";
import { emptyTables, type Orders, readEvents, readTables, withoutChance } from "./tables";

export interface Scene<C> {
  db: Database;
  group: GroupCommit;
  /** Writes the rows that every run begins with into the empty tables. */
  fill(tx: Tx): Promise<void>;
  /** Calls that have been made before. */
  before?: readonly C[];
  /** Gives what the caller of such a call is told. May reject: then the rejection is it. */
  send(call: C): Promise<unknown>;
  /** Whether such calls make a transaction throw over that, alone or together with their neighbours. */
  mayThrow?(error: unknown): boolean;
  /** Brings back what lies outside of the database. */
  reset?(): Promise<void>;
  /** Tables whose rows tell something by their order. */
  orders?: Orders;
}

interface Mixed<C> {
  call: C;
  poison: Poison | undefined;
}

interface Left {
  told: unknown[];
  rows: Record<string, string[]>;
  events: Record<string, string[]>;
}

/** The database and the group commit of a service that runs in the test's own process. */
export function sceneOf(shop: TestShop, service: string): Pick<Scene<never>, "db" | "group"> {
  const { db, group } = shop.broker.getLocalService(service) as Service & DatabaseVars;
  return { db, group };
}

/** What is not tried within it is left, but for the first few, which also a busy machine has to try. */
const patienceMs = 40_000;
const fewest = 5;

/** For the suite's `jest.setTimeout`. */
export const oneByOneTimeoutMs = 3 * patienceMs;

/** `ONE_BY_ONE_RUNS` tries more; a failure prints its seed. */
const numRuns = Number(process.env.ONE_BY_ONE_RUNS ?? (testDialect === "sqlite" ? 60 : 25));

export class OneByOne<C> {
  readonly #watch: GroupWatch;

  /** To be made before the first call of the scene's group. */
  constructor(private readonly scene: Scene<C>) {
    this.#watch = new GroupWatch(scene.db, scene.group);
  }

  /** Tries mixes of such calls, some of which are poisoned: they make the transaction throw that they are in. */
  async tryMixesOf(call: fc.Arbitrary<C>): Promise<void> {
    // Not too much of it, or the broker's circuit breaker opens.
    const poison = fc.oneof(
      { weight: 11, arbitrary: fc.constant(undefined) },
      { weight: 1, arbitrary: fc.constantFrom<Poison>("before", "after") },
    );
    const mix = fc.array(fc.record({ call, poison }, { noNullPrototype: true }), { minLength: 1, maxLength: 24, size: "max" });
    // fast-check's own time limits let go of a run in the middle, and the next test would meet what it still does.
    const giveUp = performance.now() + patienceMs;
    let tried = 0;
    const runs = fc.asyncProperty(mix, async (calls) => {
      if (tried >= fewest && performance.now() >= giveUp) return;
      tried++;
      await this.#same(calls);
    });
    await fc.assert(runs, { numRuns });
  }

  /** Sends calls in one turn of the event loop and gives the number of transactions that were committed for them. */
  async transactionsOf(calls: readonly C[]): Promise<number> {
    this.#watch.begin();
    await Promise.all(calls.map((call, number) => this.#watch.send(number, () => this.#told(call))));
    return this.#watch.transactions.filter(({ committed }) => committed).length;
  }

  /** Begins with the scene's rows. */
  async begin(poison?: ReadonlyMap<number, Poison>): Promise<void> {
    await emptyTables(this.scene.db);
    await this.scene.db.transaction((tx) => this.scene.fill(tx), { durable: false });
    await this.scene.reset?.();
    this.#watch.begin();
    await Promise.all((this.scene.before ?? []).map((call) => this.scene.send(call)));
    this.#watch.begin(poison);
  }

  async #same(mixed: readonly Mixed<C>[]): Promise<void> {
    const poison = new Map(mixed.flatMap((one, number) => (one.poison ? [[number, one.poison] as const] : [])));
    await this.begin(poison);
    const sends = mixed.map(
      ({ call }) =>
        () =>
          this.#told(call),
    );
    const together = await this.#left(await this.#watch.together(sends));
    const decided = this.#watch.decided();
    const order = [...mixed.keys()].filter((call) => !decided.includes(call)).concat(decided);
    expectPromised(this.#watch, poison.size, this.scene.mayThrow ?? (() => false));

    await this.begin(poison);
    const told: unknown[] = [];
    for (const number of order) told[number] = await this.#watch.send(number, () => this.#told(mixed[number]!.call));
    expect({ order, ...together }).toEqual({ order, ...(await this.#left(told)) });
  }

  async #told(call: C): Promise<unknown> {
    return withoutChance(
      await this.scene.send(call).catch((error: Error & { type?: string; data?: unknown }) => ({
        rejected: error.type ?? error.message,
        data: error.data,
      })),
    );
  }

  async #left(told: unknown[]): Promise<Left> {
    const { db, orders } = this.scene;
    return { told, rows: await readTables(db, orders), events: await readEvents(db) };
  }
}

/** Tries generated mixes of such calls in the scene. A function, so that lint sees that a test expects something. */
export function expectSameOneByOne<C>(scene: OneByOne<C>, call: fc.Arbitrary<C>): Promise<void> {
  return scene.tryMixesOf(call);
}
