import type { Sequelize } from "sequelize";

import type { Dialect } from "./dialect";
import type { Bindable } from "./types";

export interface Result {
  rows: object[];
  /** Rows that were changed by an insert, update or delete; meaningless for a select. */
  changes: number;
}

/** One transaction's connection. After `commit`, `rollback` or `discard` it is gone. */
export interface Session {
  run(sql: string, values: readonly Bindable[]): Promise<Result>;
  /** Rejects when the commit failed; the session is then to be discarded. */
  commit(): Promise<void>;
  /** Rejects when the session can't be used any more; it is then to be discarded. */
  rollback(): Promise<void>;
  /** Ends the session whatever its state; the database rolls back what it held. */
  discard(): Promise<void>;
}

/** How one kind of database is spoken to. */
export interface Engine {
  readonly dialect: Dialect;
  readonly sequelize: Sequelize;
  /** Begins a transaction. `durable`: its commit waits for the disk, where that can be chosen. */
  begin(durable: boolean): Promise<Session>;
  /** Runs one select outside of any transaction. */
  select(sql: string, values: readonly Bindable[]): Promise<object[]>;
  /** Creates the schema when there is none. */
  ensureSchema(): Promise<void>;
  close(): Promise<void>;
}
