/**
 * The part of sqlite3's callback API that Sequelize calls, over `node:sqlite`, for its option `dialectModule`.
 * Sequelize opens one `Database` for all that is outside of transactions and one more for each transaction; here those are light
 * objects that lease the file's handles.
 */
import type { SQLInputValue } from "node:sqlite";

import { SqliteError } from "./errors";
import type { SqliteFile, WriteSession } from "./sqlite-file";
import { isRead, type Ran } from "./sqlite-handle";

type Done = (error: Error | null) => void;
type RanCallback = (this: Statement, error: Error | null, rows?: object[]) => void;
type Values = readonly unknown[] | Record<string, unknown>;

/** Sequelize reads these from `this` of the callback, and knows the object by its class's name. */
class Statement {
  constructor(
    readonly lastID: number,
    readonly changes: number,
  ) {}
}

const begins = /^\s*begin\b/i;
const commits = /^\s*(commit|end)\b/i;
const rollsBack = /^\s*rollback\b(?!\s+to\b)/i;

export function sqlite3Module(file: SqliteFile): object {
  class Database {
    #session: WriteSession | undefined;

    constructor(
      readonly filename: string,
      _mode: number,
      done: Done,
    ) {
      queueMicrotask(() => done(null));
    }

    serialize(work: () => void): void {
      work();
    }

    run(sql: string, values?: Values | RanCallback, callback?: RanCallback): this {
      return this.all(sql, values, callback);
    }

    all(sql: string, values?: Values | RanCallback, callback?: RanCallback): this {
      if (typeof values === "function") return this.all(sql, [], values);
      this.#execute(sql, values ?? []).then(
        ({ rows, lastId, changes }) => callback?.call(new Statement(lastId, changes), null, rows),
        (error: unknown) => callback?.call(new Statement(0, 0), withSqlite3Code(error)),
      );
      return this;
    }

    close(done?: Done): void {
      const session = this.#session;
      this.#session = undefined;
      (session?.rollback() ?? Promise.resolve()).then(
        () => done?.(null),
        (error: Error) => done?.(error),
      );
    }

    async #execute(sql: string, given: Values): Promise<Ran> {
      if (begins.test(sql)) this.#session = await file.begin();
      else if (commits.test(sql)) await this.#end("commit");
      else if (rollsBack.test(sql)) await this.#end("rollback");
      else return this.#statement(sql, args(given));
      return { rows: [], changes: 0, lastId: 0 };
    }

    async #end(how: "commit" | "rollback"): Promise<void> {
      const session = this.#session;
      this.#session = undefined;
      await session?.[how]();
    }

    async #statement(sql: string, given: ReturnType<typeof args>): Promise<Ran> {
      if (this.#session) return this.#session.run(sql, given);
      if (isRead(sql)) return file.read(sql, given);
      const session = await file.begin();
      let ran: Ran;
      try {
        ran = session.run(sql, given);
      } catch (error) {
        await session.rollback();
        throw error;
      }
      await session.commit();
      return ran;
    }
  }

  return { Database, OPEN_READONLY: 1, OPEN_READWRITE: 2, OPEN_CREATE: 4 };
}

/** Sequelize binds by name, `$1`, `$2` and so on. */
function args(given: Values): SQLInputValue[] | [Record<string, SQLInputValue>] {
  if (Array.isArray(given)) return given.map(bound);
  const named = Object.entries(given).map(([name, value]): [string, SQLInputValue] => [name, bound(value)]);
  return [Object.fromEntries(named)];
}

function bound(value: unknown): SQLInputValue {
  if (value === undefined || value === null) return null;
  if (typeof value === "boolean") return value ? 1n : 0n;
  if (value instanceof Date) return value.toISOString();
  if (typeof value === "number" && Number.isSafeInteger(value)) return BigInt(value);
  return value as SQLInputValue;
}

/**
 * Sequelize tells errors apart by sqlite3's codes. It takes every SQLITE_CONSTRAINT for a unique key, so each kind gets its own.
 */
function withSqlite3Code(error: unknown): Error {
  if (!(error instanceof SqliteError)) return error instanceof Error ? error : new Error(String(error));
  const code = error.errcode === undefined ? undefined : (codes[error.errcode] ?? codes[error.errcode & 0xff]);
  return Object.assign(error, { code: code ?? "SQLITE_ERROR" });
}

const codes: Record<number, string> = {
  5: "SQLITE_BUSY",
  6: "SQLITE_LOCKED",
  275: "SQLITE_CONSTRAINT_CHECK",
  787: "SQLITE_CONSTRAINT_FOREIGNKEY",
  1299: "SQLITE_CONSTRAINT_NOTNULL",
  1555: "SQLITE_CONSTRAINT_PRIMARYKEY",
  2067: "SQLITE_CONSTRAINT_UNIQUE",
};
