/**
 * Everything in which SQLite and MySQL/MariaDB differ for this project's statements, so that no other file asks which one it is.
 * SQLite has one writer at a time (BEGIN IMMEDIATE), so row locks are empty there.
 */
export interface Dialect {
  readonly name: "sqlite" | "mysql";
  /** Appended to a select: locks the rows until the transaction ends. */
  readonly forUpdate: string;
  /** Appended to a select: keeps others from changing the rows until the transaction ends. */
  readonly forShare: string;
  /** Expression for the database's clock, whole ms since the epoch. */
  readonly now: string;
  /** Type of an auto-incremented primary key column, complete with `primary key`. */
  readonly autoIncrement: string;
  /** Name of the lock that a migrating connection takes, as an expression; undefined where the transaction itself keeps others out. */
  readonly migrationLock?: string;
  /** `if not exists` of a `create index` where there is one; see `createIndex`. */
  readonly indexIfNotExists: string;
  /** The statement that drops an index; see `dropIndex`. */
  dropIndex(name: string, table: string): string;
  /** Tail of a `create table`. */
  readonly tableOptions: string;
  /** `on duplicate key update …`: the conflict clause for an insert; `set` uses `excluded(column)` for the new value. */
  upsert(keyColumns: readonly string[], set: string): string;
  /** What an upsert counts for a row that was there and was changed; a new one counts 1. */
  readonly upsertCount: 1 | 2;
  /** The value that an upsert would have inserted. */
  excluded(column: string): string;
  /** Concatenation of expressions. */
  concat(...expressions: string[]): string;
}

export const sqlite: Dialect = {
  name: "sqlite",
  forUpdate: "",
  forShare: "",
  now: "cast(unixepoch('subsec') * 1000 as integer)",
  autoIncrement: "integer primary key autoincrement",
  indexIfNotExists: "if not exists",
  dropIndex: (name) => `drop index if exists ${name}`,
  tableOptions: "",
  upsert: (keyColumns, set) => `on conflict (${keyColumns.join(", ")}) do update set ${set}`,
  upsertCount: 1,
  excluded: (column) => `excluded.${column}`,
  concat: (...expressions) => expressions.join(" || "),
};

export const mysql: Dialect = {
  name: "mysql",
  forUpdate: "for update",
  forShare: "lock in share mode",
  now: "cast(unix_timestamp(now(3)) * 1000 as signed)",
  autoIncrement: "bigint not null auto_increment primary key",
  migrationLock: "concat('migrate-', md5(database()))",
  indexIfNotExists: "",
  dropIndex: (name, table) => `drop index ${name} on \`${table}\``,
  tableOptions: "engine=InnoDB default charset=utf8mb4 collate=utf8mb4_bin",
  upsert: (_keyColumns, set) => `on duplicate key update ${set}`,
  upsertCount: 2,
  excluded: (column) => `values(${column})`,
  concat: (...expressions) => `concat(${expressions.join(", ")})`,
};
