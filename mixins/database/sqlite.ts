import type { SQLInputValue } from "node:sqlite";

import { Sequelize, Transaction } from "sequelize";

import { sqlite as dialect } from "./dialect";
import { type Engine, type Result, type Session, missed, type Statement, StatementFailed } from "./engine";
import { SqliteFile } from "./sqlite-file";
import { sqlite3Module } from "./sqlite3-module";
import { fill } from "./statement";
import type { Bindable } from "./types";

interface Options {
  path: string;
  logger?: (sql: string) => void;
}

/** A SQLite file. Sequelize's models and the transactions of this project share its handles. */
export function sqliteEngine({ path, logger }: Options): Engine {
  const file = new SqliteFile(path);
  const sequelize = new Sequelize({
    dialect: "sqlite",
    dialectModule: sqlite3Module(file),
    storage: path,
    logging: false,
    retry: { max: 1 },
    transactionType: Transaction.TYPES.IMMEDIATE,
  });

  const begin = async (durable: boolean): Promise<Session> => {
    const session = await file.begin(durable);
    const run = async (statements: readonly Statement[]): Promise<Result> => {
      let result: Result = { rows: [], changes: 0 };
      for (const statement of statements) {
        const { sql, values, must } = statement;
        logger?.(sql);
        result = session.run(...bind(sql, values));
        if (must && result.changes !== must.rows) throw missed([statement]);
      }
      return result;
    };
    const commit = async (last: readonly Statement[]) => {
      await run(last).catch((error: unknown) => Promise.reject(new StatementFailed(error)));
      await session.commit();
    };
    // A failed commit has rolled back already: there is nothing to discard.
    return { run, commit, rollback: () => session.rollback(), discard: async () => undefined };
  };

  const snapshot = async (): Promise<Session> => {
    const session = file.snapshot();
    const run = async (statements: readonly Statement[]): Promise<Result> => {
      let rows: object[] = [];
      for (const { sql, values } of statements) {
        logger?.(sql);
        rows = session.read(...bind(sql, values)).rows;
      }
      return { rows, changes: 0 };
    };
    const end = async () => session.end();
    return { run, commit: end, rollback: end, discard: end };
  };

  const select = async (sql: string, values: readonly Bindable[]) => {
    logger?.(sql);
    return file.read(...bind(sql, values)).rows;
  };

  const close = async () => {
    await sequelize.close();
    file.close();
  };

  return { dialect, sequelize, begin, snapshot, select, ensureSchema: async () => undefined, close };
}

function bind(sql: string, values: readonly Bindable[]): [sql: string, values: SQLInputValue[]] {
  const bound: SQLInputValue[] = [];
  const filled = fill(sql, values, (value) => {
    bound.push(exact(value));
    return "?";
  });
  return [filled, bound];
}

/** `node:sqlite` binds a number as a REAL, which a text column or `||` shows as `5.0`; a bigint is bound as an INTEGER. */
export function exact(value: string | number | null): SQLInputValue {
  return Number.isInteger(value) ? BigInt(value as number) : value;
}
