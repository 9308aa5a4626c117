import type { Sequelize } from "sequelize";

import type { Dialect } from "./dialect";
import { DecideAgain } from "./errors";
import type { Bindable, MustChange } from "./types";

export interface Result {
  rows: object[];
  /** Rows that were changed by an insert, update or delete; meaningless for a select. */
  changes: number;
}

export interface Statement {
  sql: string;
  values: readonly Bindable[];
  must?: MustChange | undefined;
}

/** One transaction's connection. After `commit`, `rollback` or `discard` it is gone. */
export interface Session {
  /**
   * Runs the statements in one round trip, where there are any, and gives what came of the last one. The first that fails, or changes another
   * number of rows than it must, ends them.
   */
  run(statements: readonly Statement[]): Promise<Result>;
  /**
   * Runs the statements and commits, in one round trip. Rejects with `StatementFailed` when one of them failed: nothing is committed, and
   * the session is to be rolled back. With any other error it is to be discarded.
   */
  commit(last: readonly Statement[]): Promise<void>;
  /** Rejects when the session can't be used any more; it is then to be discarded. */
  rollback(): Promise<void>;
  /** Ends the session whatever its state; the database rolls back what it held. */
  discard(): Promise<void>;
}

/** A statement failed before the commit that it was sent with was reached. */
export class StatementFailed extends Error {
  constructor(override readonly cause: unknown) {
    super("a statement failed before the commit", { cause });
    this.name = "StatementFailed";
  }
}

/** Not all of these statements changed what they must: the transaction is to be decided again. */
export function missed(statements: readonly Statement[]): DecideAgain {
  const musts = statements.flatMap(({ must }) => must ?? []);
  for (const { otherwise } of musts) otherwise?.();
  return new DecideAgain(
    `another number of rows than expected was changed of ${musts.map(({ rows, what }) => `${rows} ${what}`).join(", ")}`,
  );
}

/** How one kind of database is spoken to. */
export interface Engine {
  readonly dialect: Dialect;
  readonly sequelize: Sequelize;
  /** Begins a transaction. `durable`: its commit waits for the disk, where that can be chosen. */
  begin(durable: boolean): Promise<Session>;
  /** Begins a transaction that only reads, and sees what was committed before its first select. */
  snapshot(): Promise<Session>;
  /** Runs one select outside of any transaction. */
  select(sql: string, values: readonly Bindable[]): Promise<object[]>;
  /** Creates the schema when there is none. */
  ensureSchema(): Promise<void>;
  close(): Promise<void>;
}
