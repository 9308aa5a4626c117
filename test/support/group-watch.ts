/** Sees what a group commit does with calls: when they came, with whom they were decided, in which transactions. And can poison some. */
import { AsyncLocalStorage } from "node:async_hooks";

import type { Database, Tx } from "../../mixins/database";
import type { GroupCommit, GroupHandler } from "../../mixins/group-commit";
import { done } from "../../mixins/outcome";
import { deferred } from "../../mixins/waiting";

type AnyHandler = GroupHandler<object, unknown>;

/** A call as it was submitted. One that does outside work is submitted again when that is settled; only its first time counts here. */
export interface Arrival {
  call: number;
  handler: string;
  conflictKey: string | undefined;
}

/** One for each try: a transaction that is decided again is another one. */
export interface Transaction {
  /** Those that came to the group with this transaction's handlers, in the order in which they were decided. */
  calls: number[];
  committed: boolean;
  /** What it failed with; undefined also when a race was lost, after which the same calls are decided again. */
  thrown?: unknown;
  decidedAgain?: true;
}

/** When the transaction of a poisoned call throws: before anything of its handler's was written, or after all was. */
export type Poison = "before" | "after";

export class Poisoned extends Error {}

/** To be made before the group's first call. */
export class GroupWatch {
  arrivals: Arrival[] = [];
  #transactions = new Map<Tx, Transaction>();
  readonly #number = new AsyncLocalStorage<number>();
  readonly #numbers = new WeakMap<object, number>();
  readonly #watched = new Map<unknown, unknown>();
  #poison = new Map<number, Poison>();
  #heard: (call: number) => void = () => undefined;
  #hold = deferred();
  #held = deferred();
  readonly #holding: GroupHandler<object, void> = {
    name: "watch.hold",
    run: async (calls) => {
      this.#held.resolve();
      await this.#hold.promise;
      return calls.map(() => done(undefined));
    },
  };

  constructor(
    db: Database,
    private readonly group: GroupCommit,
  ) {
    const submit = group.submit.bind(group) as GroupCommit["submit"];
    group.submit = (handler, call) => {
      this.#note(handler as AnyHandler, call as object);
      return submit(this.#watch(handler as AnyHandler) as typeof handler, call);
    };
    const transaction = db.transaction.bind(db) as Database["transaction"];
    db.transaction = async (work, options) => {
      const tries: Tx[] = [];
      const lastTry = () => this.#transactions.get(tries.at(-1) as Tx);
      try {
        return await transaction(
          (tx) => {
            Object.assign(lastTry() ?? {}, { decidedAgain: true });
            tries.push(tx);
            return work(tx);
            // What is tried here is what is written, not that it outlives a loss of power; and the disk is slow.
          },
          { ...options, durable: false },
        );
      } catch (error) {
        Object.assign(lastTry() ?? {}, { thrown: error });
        throw error;
      }
    };
  }

  /** Forgets what it has seen. From now on these calls are poisoned. */
  begin(poison: ReadonlyMap<number, Poison> = new Map()): void {
    this.arrivals = [];
    this.#transactions = new Map();
    this.#poison = new Map(poison);
  }

  /** Sends a call, which must not reject, under a number. */
  send<T>(call: number, send: () => Promise<T>): Promise<T> {
    return this.#number.run(call, send);
  }

  /** Sends all of them while a group is in flight, so that they wait for the next one together. */
  async together<T>(sends: readonly (() => Promise<T>)[]): Promise<T[]> {
    [this.#hold, this.#held] = [deferred(), deferred()];
    const holding = this.group.submit(this.#holding, {});
    await this.#held.promise;
    const submitted = sends.map(() => deferred());
    this.#heard = (call) => submitted[call]?.resolve();
    const answers = sends.map((send, call) => this.send(call, send));
    await Promise.all(answers.map((answer, call) => Promise.race([submitted[call]?.promise, answer])));
    this.#hold.resolve();
    await holding;
    return Promise.all(answers);
  }

  /** The tries of the calls' first handlers: what settled outside work is not among them. */
  get transactions(): Transaction[] {
    return [...this.#transactions.values()].filter(({ calls }) => calls.length > 0);
  }

  /** The numbers of the calls in the order of their last decision. What was answered without one is left out. */
  decided(): number[] {
    const decisions = this.transactions.flatMap(({ calls }) => calls);
    return decisions.filter((call, at) => decisions.lastIndexOf(call) === at);
  }

  #note(handler: AnyHandler, call: object): void {
    const number = this.#number.getStore();
    if (number === undefined) return;
    this.#numbers.set(call, number);
    if (this.arrivals.every((one) => one.call !== number))
      this.arrivals.push({ call: number, handler: handler.name, conflictKey: handler.conflictKey?.(call) });
    this.#heard(number);
  }

  #watch(handler: AnyHandler): unknown {
    const known = this.#watched.get(handler);
    if (known) return known;
    const watched = Object.assign(Object.create(handler) as AnyHandler, {
      run: (calls: readonly object[], tx: Tx) => this.#run(handler, calls, tx),
    });
    this.#watched.set(handler, watched);
    return watched;
  }

  async #run(handler: AnyHandler, given: readonly object[], tx: Tx) {
    const transaction = this.#transactions.get(tx) ?? { calls: [], committed: false };
    this.#transactions.set(tx, transaction);
    tx.afterCommit(() => (transaction.committed = true));
    const calls = given
      .map((call) => this.#numbers.get(call))
      .filter((call) => call !== undefined && this.#isFirst(call, handler)) as number[];
    transaction.calls.push(...calls);
    this.#throwIf("before", calls);
    const outcomes = await handler.run(given, tx);
    this.#throwIf("after", calls);
    return outcomes;
  }

  #isFirst(call: number, { name }: AnyHandler): boolean {
    return this.arrivals.some((one) => one.call === call && one.handler === name);
  }

  #throwIf(when: Poison, calls: readonly number[]): void {
    for (const call of calls) if (this.#poison.get(call) === when) throw new Poisoned(`call ${call} is poisoned`);
  }
}
