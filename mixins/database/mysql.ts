import { escape, type Connection as MysqlConnection, type ResultSetHeader } from "mysql2";
import { Sequelize } from "sequelize";

import { mysql as dialect } from "./dialect";
import { type Engine, type Result, type Session, missed, type Statement, StatementFailed } from "./engine";
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

/** The level is that of the next transaction only. */
const startSnapshot = ["set transaction isolation level repeatable read", "start transaction with consistent snapshot, read only"];

/** Values are put in by `fill`; the driver would search every statement for more placeholders. */
const queryFormat = (sql: string): string => sql;

/** MySQL or MariaDB through Sequelize's pool. Connects when the first statement needs it. */
export function mysqlEngine({ url, poolSize, logger }: Options): Engine {
  const sequelize = connect(url, poolSize);
  const connections = sequelize.connectionManager;
  const acquire = async () => (await connections.getConnection({ type: "write" })) as MysqlConnection;

  const begin = async (): Promise<Session> => new MysqlSession(await acquire(), connections, ["start transaction"], logger);

  const snapshot = async (): Promise<Session> => new MysqlSession(await acquire(), connections, startSnapshot, logger);

  const select = async (sql: string, values: readonly Bindable[]) => {
    const connection = await acquire();
    try {
      logger?.(sql);
      return resultOf(await query(connection, textOf({ sql, values }), sql)).rows;
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

  return { dialect, sequelize, begin, snapshot, select, ensureSchema, close: () => sequelize.close() };
}

function connect(url: string, max: number): Sequelize {
  const sequelize = new Sequelize(url, {
    dialect: "mysql",
    logging: false,
    timezone: "+00:00",
    pool: { ...pool, max },
    retry: { max: 1 },
    // `decimalNumbers`: a sum() is a DECIMAL, and money is an integer that a number holds. `multipleStatements`: see `MysqlSession`.
    dialectOptions: { charset: "UTF8MB4_BIN", decimalNumbers: true, multipleStatements: true, queryFormat },
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

/**
 * A transaction that says in one packet what needs no answer in between: `start transaction` goes out with its first statement, and what
 * was held back with the next one or with the commit. A round trip less is a wait less for everybody whose call is in the group, and a
 * write and a read of the socket less on both sides. Every value is escaped by the driver, so that no value ever ends its statement.
 */
class MysqlSession implements Session {
  #begun = false;

  constructor(
    private readonly connection: MysqlConnection,
    private readonly pool: Pick<Sequelize["connectionManager"], "releaseConnection" | "destroyConnection">,
    /** What begins it. */
    private readonly start: readonly string[],
    private readonly logger?: (sql: string) => void,
  ) {}

  async run(statements: readonly Statement[]): Promise<Result> {
    try {
      return resultOf(await this.#send(statements, statements.flatMap(textsOf)));
    } catch (error) {
      throw isMiss(error) ? missed(statements) : error;
    }
  }

  async commit(last: readonly Statement[]): Promise<void> {
    if (this.#begun || last.length > 0) await this.#commit(last);
    this.pool.releaseConnection(this.connection);
  }

  async rollback(): Promise<void> {
    if (this.#begun) await query(this.connection, "rollback");
    this.pool.releaseConnection(this.connection);
  }

  async discard(): Promise<void> {
    // Closing the socket is what makes the server roll back; the pool then only has to forget the connection.
    this.connection.destroy();
    await this.pool.destroyConnection(this.connection);
  }

  async #commit(last: readonly Statement[]): Promise<void> {
    const texts = textsOrFailure(last);
    const before = texts.length + (this.#begun ? 0 : this.start.length);
    let answered = 0;
    try {
      await this.#send(last, [...texts, "commit"], () => answered++);
    } catch (error) {
      // What the server itself refuses before the commit ends the packet there. When the connection is lost nobody knows how far it got.
      if (isMiss(error)) throw new StatementFailed(missed(last));
      if (answered < before && !(error as { fatal?: unknown }).fatal) throw new StatementFailed(error);
      throw error;
    }
  }

  /** Gives what the driver makes of the last statement. */
  async #send(statements: readonly Statement[], texts: readonly string[], onAnswer?: () => void): Promise<unknown> {
    for (const { sql } of statements) this.logger?.(sql);
    const all = this.#begun ? texts : [...this.start, ...texts];
    this.#begun = true;
    const answer = await query(this.connection, all.join(";\n"), statements.map(({ sql }) => sql).join("; "), onAnswer);
    return all.length > 1 ? (answer as object[]).at(-1) : answer;
  }
}

/**
 * A statement that must change a number of rows is followed by one that fails when it did not, so that nothing behind it is carried out.
 * (`do` would swallow that error, and the packet would commit.)
 */
function textsOf(statement: Statement): string[] {
  const { must } = statement;
  const text = textOf(statement);
  return must ? [text, `select if(row_count() = ${must.rows}, 1, (select 1 union all select 2))`] : [text];
}

/** A value that can't be stored shows here, before anything is sent. */
function textsOrFailure(statements: readonly Statement[]): string[] {
  try {
    return statements.flatMap(textsOf);
  } catch (error) {
    throw new StatementFailed(error);
  }
}

/** "Subquery returns more than 1 row": no statement of anybody else's has one. */
const isMiss = (error: unknown): boolean => (error as { errno?: unknown }).errno === 1242;

function textOf({ sql, values }: Pick<Statement, "sql" | "values">): string {
  return fill(sql, values, (value) => (typeof value === "string" ? escape(value) : String(value)));
}

/**
 * What the driver makes of one statement, or a list of that for several. `shown` is what may be logged of them: without their values.
 * `onAnswer` is called whenever the server begins to answer a statement.
 */
function query(connection: MysqlConnection, sql: string, shown = sql, onAnswer?: () => void): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const asked = connection.query(sql, (error: (Error & { sql?: string }) | null, results: unknown) => {
      if (!error) return resolve(results);
      error.sql = shown;
      reject(error);
    });
    if (onAnswer) asked.on("fields", onAnswer);
  });
}

/** Rows, or the header of a statement that gives none. */
function resultOf(answer: unknown): Result {
  return Array.isArray(answer) ? { rows: answer as object[], changes: 0 } : { rows: [], changes: (answer as ResultSetHeader).affectedRows };
}
