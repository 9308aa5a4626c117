import type { Sequelize } from "sequelize";

import type { Dialect } from "./dialect";

/** A value that may be bound to a statement. `undefined` is written as NULL. */
export type Value = string | number | boolean | null | undefined;

/** A value, or a list for `in (?)` or for the rows of a `values ?`. */
export type Bindable = Value | readonly Value[] | readonly (readonly Value[])[];

/** Reads, inside or outside a transaction. Rows come as plain objects; BIGINT columns are numbers. */
export interface Reader {
  readonly dialect: Dialect;
  /** Runs a select with `?` placeholders; an array fills an `in (?)`. */
  select<Row extends object>(sql: string, values?: readonly Bindable[]): Promise<Row[]>;
}

/** One local transaction (READ COMMITTED; BEGIN IMMEDIATE on SQLite). Good only until the work that was given it returns. */
export interface Tx extends Reader {
  /** Runs an insert, update or delete and gives the number of rows changed (MySQL: changed, not merely found). */
  execute(sql: string, values?: readonly Bindable[]): Promise<number>;
  /** Inserts rows of one shape in one statement. An empty list does nothing. */
  insert(table: string, rows: readonly Record<string, Value>[]): Promise<number>;
  /**
   * The same for statements whose answer nobody waits for: they are sent with the next statement or, at the latest, with the commit, which
   * saves their round trips. When one of them fails, or changes another number of rows than it must, so does what it was sent with, and with
   * it the transaction: nothing is committed then, whoever catches the error.
   */
  executeLater(sql: string, values?: readonly Bindable[], must?: MustChange): void;
  insertLater(table: string, rows: readonly Record<string, Value>[]): void;
  /** Adds an event to the outbox. The rows are written as the last statement of the transaction. */
  publish(message: OutgoingMessage): void;
  /** Runs after the commit, in the order given; not when the transaction rolls back. Must not throw. */
  afterCommit(hook: () => void): void;
}

/** What a statement must change. Otherwise the transaction is rolled back and decided again, after `otherwise` was called. */
export interface MustChange {
  rows: number;
  /** For the message, e.g. `payment.status`. */
  what: string;
  /** May be called although another statement of the same packet is the one that went wrong. */
  otherwise?(): void;
}

/** An event on its way out, as it stands in the outbox. */
export interface OutgoingMessage {
  topic: string;
  /** What must stay in order: events of one key are delivered in the order in which they were committed. */
  key: string;
  /** CloudEvents attributes and trace, as strings. Must hold `ce_id`. */
  headers: Record<string, string>;
  /** JSON. */
  payload: string;
}

export interface TransactionOptions {
  /**
   * False for a write that may be forgotten when the machine loses power, because it would only be done once more: SQLite then doesn't
   * wait for the disk. A killed process loses nothing either way. MySQL makes no difference between transactions. Default true.
   */
  durable?: boolean;
}

export interface Database extends Reader {
  readonly name: string;
  readonly sequelize: Sequelize;
  /**
   * Runs the work in a transaction and commits, or rolls back and rethrows. Repeats the whole work, at most 5 times: with jitter when the
   * database chose it as the victim of a deadlock or a lock wait ran out, at once when it is to be decided again (the work threw
   * `DecideAgain`, or a `MustChange` was missed). So the work must have no effect outside the transaction. When the connection is lost
   * during the commit it rejects with `CommitUnknown`, and nothing is repeated.
   */
  transaction<T>(work: (tx: Tx) => Promise<T>, options?: TransactionOptions): Promise<T>;
  /**
   * Reads from one moment: whatever is read, and however long that takes, fits together. The moment is that of the first select. It keeps no
   * writer waiting and waits for none. The reader is good only until `read` returns.
   */
  snapshot<T>(read: (reader: Reader) => Promise<T>): Promise<T>;
  /** Registers what runs inside every transaction as its last statement; the outbox mixin writes its rows there. */
  beforeCommit(hook: (tx: Tx, published: readonly OutgoingMessage[]) => Promise<void>): void;
  /** The database's clock in ms since the epoch; leases compare with it, never with a node's own. */
  now(): Promise<number>;
  /** Creates and alters the tables, each migration once, under a lock. */
  migrate(): Promise<string[]>;
  /** Names of migrations that have not run. */
  pendingMigrations(): Promise<string[]>;
  close(): Promise<void>;
}

/**
 * One migration. `name` never changes once released; it has no file extension. Statements must suit both dialects, and be repeatable
 * (`create table if not exists`): MySQL commits at every `create` and `alter`, so a crash can leave a migration half done.
 */
export interface Migration {
  name: string;
  up(tx: Tx): Promise<void>;
}
