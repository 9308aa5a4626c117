import type { Tx } from "../database/types";
import type { Outcome } from "../outcome";

/**
 * A set-based handler: a list of calls in, one outcome for each in the same order, all in one transaction that it neither begins nor
 * ends. A refused call must leave no trace; a thrown error means that the whole group is rolled back and tried again in halves.
 */
export interface GroupHandler<C, R> {
  /** Unique within a database; handlers of one group run in the order of their names, so that every node locks in the same order. */
  readonly name: string;
  run(calls: readonly C[], tx: Tx): Promise<readonly Outcome<R>[]>;
  /** Two calls of one conflict key never share a transaction: the later one waits for the next group. */
  conflictKey?(call: C): string | undefined;
  /** Rows of this database that the call changes and others may want at the same time. */
  hotRows?(call: C): readonly string[];
}

/** Collects calls while one transaction commits, then runs them all in the next. At most one group is in flight for a database. */
export interface GroupCommit {
  /** Resolves after the commit with the call's own outcome; rejects when the call itself made its transaction fail. */
  submit<C, R>(handler: GroupHandler<C, R>, call: C): Promise<Outcome<R>>;
  /** Resolves when nothing is waiting or in flight. */
  drained(): Promise<void>;
}
