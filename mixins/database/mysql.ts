import type { Connection as MysqlConnection, ResultSetHeader } from "mysql2";
import { Sequelize } from "sequelize";

import { mysql as dialect } from "./dialect";
import type { Engine, Result, Session } from "./engine";
import { isMissingSchema } from "./errors";
import { fill } from "./statement";
import type { Bindable } from "./types";

const sqlMode = "STRICT_ALL_TABLES,ONLY_FULL_GROUP_BY,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION";
/** As long as SQLite's writers wait for each other; the server's default of 50 s outlives every caller. */
const lockWaitSeconds = 5;
const pool = { min: 0, acquire: 10_000, idle: 60_000 };

interface Options {
  url: string;
  poolSize: number;
  logger?: (sql: string) => void;
}

/** MySQL or MariaDB through Sequelize's pool. Connects when the first statement needs it. */
export function mysqlEngine({ url, poolSize, logger }: Options): Engine {
  const sequelize = connect(url, poolSize);
  const connections = sequelize.connectionManager;
  const acquire = async () => (await connections.getConnection({ type: "write" })) as MysqlConnection;

  const run = async (connection: MysqlConnection, sql: string, values: readonly Bindable[]): Promise<Result> => {
    logger?.(sql);
    return query(
      connection,
      fill(sql, values, (value) => (value === null ? "NULL" : sequelize.escape(value))),
      sql,
    );
  };

  const begin = async (): Promise<Session> => {
    const connection = await acquire();
    const discard = async () => {
      // Closing the socket is what makes the server roll back; the pool then only has to forget the connection.
      connection.destroy();
      await connections.destroyConnection(connection);
    };
    const end = async (sql: string) => {
      await run(connection, sql, []);
      connections.releaseConnection(connection);
    };
    try {
      await run(connection, "start transaction", []);
    } catch (error) {
      await discard();
      throw error;
    }
    return { run: (sql, values) => run(connection, sql, values), commit: () => end("commit"), rollback: () => end("rollback"), discard };
  };

  const select = async (sql: string, values: readonly Bindable[]) => {
    const connection = await acquire();
    try {
      return (await run(connection, sql, values)).rows;
    } finally {
      connections.releaseConnection(connection);
    }
  };

  const ensureSchema = async () => {
    try {
      await select("select 1", []);
    } catch (error) {
      if (!isMissingSchema(error)) throw error;
      await createSchema(url);
    }
  };

  return { dialect, sequelize, begin, select, ensureSchema, close: () => sequelize.close() };
}

function connect(url: string, max: number): Sequelize {
  const sequelize = new Sequelize(url, {
    dialect: "mysql",
    logging: false,
    timezone: "+00:00",
    pool: { ...pool, max },
    retry: { max: 1 },
    // `decimalNumbers`: a sum() is a DECIMAL, and money is an integer that a number holds.
    dialectOptions: { charset: "UTF8MB4_BIN", decimalNumbers: true },
  });
  // For the whole session, so that a transaction costs no further round trip.
  sequelize.addHook("afterConnect", async (connection: unknown) => {
    await query(connection as MysqlConnection, `set session sql_mode = '${sqlMode}', innodb_lock_wait_timeout = ${lockWaitSeconds}`);
    await query(connection as MysqlConnection, "set session transaction isolation level read committed");
  });
  return sequelize;
}

async function createSchema(url: string): Promise<void> {
  const server = new URL(url);
  const schema = decodeURIComponent(server.pathname.slice(1));
  if (!/^[\w-]+$/.test(schema)) throw new Error(`not the name of a schema: ${schema}`);
  server.pathname = "/";
  const sequelize = connect(server.href, 1);
  try {
    await sequelize.query(`create database if not exists \`${schema}\` default character set utf8mb4 collate utf8mb4_bin`);
  } finally {
    await sequelize.close();
  }
}

/** `shown` is the statement as it may be logged: without its values. */
function query(connection: MysqlConnection, sql: string, shown = sql): Promise<Result> {
  return new Promise((resolve, reject) => {
    connection.query(sql, (error: (Error & { sql?: string }) | null, result: unknown) => {
      if (error) {
        error.sql = shown;
        reject(error);
      } else if (Array.isArray(result)) {
        resolve({ rows: result as object[], changes: 0 });
      } else {
        resolve({ rows: [], changes: (result as ResultSetHeader).affectedRows });
      }
    });
  });
}
