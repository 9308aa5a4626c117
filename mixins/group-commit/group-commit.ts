/**
 * Group commit: while one transaction commits, the next calls gather; then one transaction does them all. One fsync serves many calls,
 * and contention for a hot row becomes one write.
 *
 * - No timer and no linger: a call that finds nothing in flight starts a group in the next turn of the event loop, and a group that ends
 *   starts the next with what waits.
 * - One group in flight: more of them, or smaller ones, only cost CPU in measurements.
 * - A call that makes its transaction throw must not take its neighbours along: the group is halved until that call fails alone. That
 *   repeats work, so it is done only where an error can be one call's fault and nothing was committed. When the connection, the disk or
 *   a lock is what fails (`isUnavailable`), halving 128 calls would ask 255 times for what isn't there; and after a commit of unknown
 *   outcome repeating would not be safe. Then all of them reject with that error.
 */
import { isUnavailable } from "../database/errors";
import type { Database, Tx } from "../database/types";
import type { Outcome } from "../outcome";
import { checkOutcomes, WrongNumberOfOutcomes } from "./outcomes";
import { hottest, inTurn, type Turns } from "./turns";
import type { GroupCommit, GroupHandler } from "./types";

type AnyHandler = GroupHandler<unknown, unknown>;

interface Entry {
  handler: AnyHandler;
  call: unknown;
  conflictKey: string | undefined;
  resolve(outcome: Outcome): void;
  reject(error: unknown): void;
}

export interface GroupCommitOptions {
  /** How many calls share a transaction at most. */
  max?: number;
  /** That of the transactions, see `TransactionOptions`. */
  durable?: boolean;
  /** How nodes take turns at hot rows, where there are several. */
  turns?: Turns;
}

export function createGroupCommit(db: Database, { max = 128, durable = true, turns }: GroupCommitOptions = {}): GroupCommit {
  return new Groups(db, max, durable, turns);
}

class Groups implements GroupCommit {
  /** By name, in the order of the names: every node locks in the same order. */
  #handlers = new Map<string, AnyHandler>();
  readonly #onDrained: (() => void)[] = [];
  #waiting: Entry[] = [];
  /** A group is in flight or about to be. */
  #busy = false;

  constructor(
    private readonly db: Database,
    private readonly max: number,
    private readonly durable: boolean,
    private readonly turns: Turns | undefined,
  ) {}

  async submit<C, R>(handler: GroupHandler<C, R>, call: C): Promise<Outcome<R>> {
    const untyped = handler as unknown as AnyHandler;
    this.#register(untyped);
    const conflictKey = handler.conflictKey?.(call);
    const outcome = await new Promise<Outcome>((resolve, reject) => {
      this.#waiting.push({ handler: untyped, call, conflictKey, resolve, reject });
      this.#start();
    });
    return outcome as Outcome<R>;
  }

  async drained(): Promise<void> {
    if (this.#busy) await new Promise<void>((resolve) => this.#onDrained.push(resolve));
  }

  #register(handler: AnyHandler): void {
    const known = this.#handlers.get(handler.name);
    if (known && known !== handler) throw new Error(`two group handlers of ${this.db.name} are called ${handler.name}`);
    if (known) return;
    this.#handlers = new Map([...this.#handlers, [handler.name, handler] as const].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  #start(): void {
    if (this.#busy) return;
    this.#busy = true;
    setImmediate(() => void this.#flush());
  }

  /** Never rejects, like all that it calls: what goes wrong is told to the calls. */
  async #flush(): Promise<void> {
    while (this.#waiting.length > 0) await this.#inTurn(() => this.#settle(this.#takeGroup()));
    this.#busy = false;
    for (const resolve of this.#onDrained.splice(0)) resolve();
  }

  /** A group that waits for its turn is taken when that has come: so it grows meanwhile. */
  #inTurn(work: () => Promise<void>): Promise<void> {
    if (!this.turns) return work();
    const next = this.#waiting.slice(0, this.max);
    const row = hottest(next.map(({ handler, call }) => handler.hotRows?.(call) ?? []));
    return row === undefined ? work() : inTurn(this.turns, row, work);
  }

  /** The next group, in order of arrival. A call whose conflict key is taken stays behind, and keeps its place among those of its key. */
  #takeGroup(): Entry[] {
    const taken = new Set<string>();
    const group: Entry[] = [];
    const rest: Entry[] = [];
    for (const entry of this.#waiting) {
      const { conflictKey } = entry;
      const joins = group.length < this.max && (conflictKey === undefined || !taken.has(conflictKey));
      if (joins && conflictKey !== undefined) taken.add(conflictKey);
      (joins ? group : rest).push(entry);
    }
    this.#waiting = rest;
    return group;
  }

  async #settle(group: readonly Entry[]): Promise<void> {
    if (group.length === 0) return;
    let outcomes: readonly Outcome[];
    try {
      outcomes = await this.db.transaction((tx) => this.#decide(group, tx), { durable: this.durable });
    } catch (error) {
      return this.#failed(group, error);
    }
    group.forEach((entry, index) => entry.resolve(outcomes[index] as Outcome));
  }

  async #failed(group: readonly Entry[], error: unknown): Promise<void> {
    const blamed = group.length === 1 || isUnavailable(error) ? group : brokenBy(error, group);
    if (blamed.length > 0) {
      for (const entry of blamed) entry.reject(error);
      return this.#settle(group.filter((entry) => !blamed.includes(entry)));
    }
    const half = Math.ceil(group.length / 2);
    await this.#settle(group.slice(0, half));
    await this.#settle(group.slice(half));
  }

  /** Outcomes in the order of the group. */
  async #decide(group: readonly Entry[], tx: Tx): Promise<Outcome[]> {
    const outcomes: Outcome[] = [];
    for (const handler of this.#handlers.values()) {
      const places = [...group.keys()].filter((index) => group[index]?.handler === handler);
      if (places.length === 0) continue;
      const calls = places.map((index) => group[index]?.call);
      const decided = checkOutcomes(handler, calls, await handler.run(calls, tx));
      decided.forEach((outcome, position) => (outcomes[places[position] as number] = outcome));
    }
    return outcomes;
  }
}

/** The calls of a handler that returned too few or too many outcomes: its neighbours are not to suffer. */
function brokenBy(error: unknown, group: readonly Entry[]): readonly Entry[] {
  return error instanceof WrongNumberOfOutcomes ? group.filter(({ handler }) => handler.name === error.handler) : [];
}
