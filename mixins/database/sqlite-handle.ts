import { DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite";

import { SqliteError } from "./errors";

const waitMs = 5000;
const keptStatements = 500;

/** Values for the placeholders in their order, or by name. */
export type Args = readonly SQLInputValue[] | readonly [Record<string, SQLInputValue>];

export interface Ran {
  rows: object[];
  changes: number;
  lastId: number;
}

/** Whether the statement gives rows and changes nothing. (`StatementSync.columns()` would tell, but is younger than the oldest Node here.) */
export function isRead(sql: string): boolean {
  return /^\s*(select|values|pragma|explain|with\b(?![^]*\b(insert|update|delete)\b))/i.test(sql);
}

/** One connection to a SQLite file. Prepared statements are kept: the same text is compiled once. */
export class SqliteHandle {
  readonly #db: DatabaseSync;
  /** In order of use: the first was not used for longest. */
  readonly #statements = new Map<string, { statement: StatementSync; reads: boolean }>();

  constructor(path: string, pragmas: string) {
    this.#db = new DatabaseSync(path);
    this.exec(`PRAGMA busy_timeout=${waitMs}; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; ${pragmas}`);
  }

  run(sql: string, args: Args): Ran {
    try {
      const { statement, reads } = this.#prepare(sql);
      const values = args as SQLInputValue[];
      if (reads) return { rows: statement.all(...values).map((row) => ({ ...row })), changes: 0, lastId: 0 };
      const { changes, lastInsertRowid } = statement.run(...values);
      return { rows: [], changes: Number(changes), lastId: Number(lastInsertRowid) };
    } catch (error) {
      throw SqliteError.from(error, sql);
    }
  }

  exec(sql: string): void {
    try {
      this.#db.exec(sql);
    } catch (error) {
      throw SqliteError.from(error, sql);
    }
  }

  close(): void {
    this.#statements.clear();
    this.#db.close();
  }

  #prepare(sql: string) {
    const found = this.#statements.get(sql);
    if (found) this.#statements.delete(sql);
    const prepared = found ?? this.#compile(sql);
    this.#statements.set(sql, prepared);
    return prepared;
  }

  #compile(sql: string) {
    const statement = this.#db.prepare(sql);
    const [oldest] = this.#statements.keys();
    if (this.#statements.size >= keptStatements && oldest !== undefined) this.#statements.delete(oldest);
    return { statement, reads: isRead(sql) };
  }
}
