/** mysql2 with promises around its callbacks, which cost less than its own. */
import { createPool, type PoolConnection, type QueryError, type ResultSetHeader } from "mysql2";
import { createConnection } from "mysql2/promise";

import type { Refusal } from "../../mixins/outcome";
import type { Writes } from "./options";

export type Value = string | number | null;

export interface Result<R> {
  rows: R[];
  /** Rows that were found (an update) or written. */
  affected: number;
}

/** Runs one statement by itself, which commits at once. */
export type Run = <R = never>(sql: string, values?: Value[]) => Promise<Result<R>>;

/** A write of a transaction. */
export interface Statement {
  sql: string;
  values: Value[];
  /** What it means when there is no row to change; without it, that is all right. */
  unchanged?(): Refusal;
}

/** There was no row to change: the transaction is rolled back. */
export class Unchanged extends Error {
  constructor(readonly refusal: Refusal) {
    super(refusal.type);
  }
}

export interface Database {
  run: Run;
  /**
   * All of these or none, in this order; again when the server has chosen them as the victim of a deadlock.
   * @throws Unchanged for the first one with `unchanged` that changes nothing
   */
  transaction(statements: readonly Statement[]): Promise<void>;
  close(): Promise<void>;
}

const session = [
  "set session sql_mode = 'STRICT_ALL_TABLES,ONLY_FULL_GROUP_BY,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION'",
  "set session transaction isolation level read committed",
];

const deadlock = 1213;
const duplicateKey = 1062;
const mostTries = 10;

export const isDuplicateKey = (error: unknown): boolean => (error as QueryError | undefined)?.errno === duplicateKey;

/** Opens the schema at a URL, which is made if need be. */
export async function openDatabase(url: string, { poolSize, writes }: { poolSize: number; writes: Writes }): Promise<Database> {
  await createSchema(url);
  const multipleStatements = writes === "packet";
  const pool = createPool({ uri: url, connectionLimit: poolSize, charset: "UTF8MB4_BIN", decimalNumbers: true, multipleStatements });
  pool.on("connection", (connection) => session.forEach((setting) => connection.query(setting)));
  const write = writes === "packet" ? inOnePacket : oneByOne;

  const connect = () =>
    new Promise<PoolConnection>((resolve, reject) => {
      pool.getConnection((error, connection) => (error ? reject(error) : resolve(connection)));
    });

  const once = async (statements: readonly Statement[]): Promise<void> => {
    const connection = await connect();
    try {
      await write(connection, statements);
      await query(connection, "commit");
      connection.release();
    } catch (error) {
      await query(connection, "rollback").then(
        () => connection.release(),
        () => connection.destroy(),
      );
      throw error;
    }
  };

  return {
    run: (sql, values = []) => execute(pool, sql, values),
    async transaction(statements) {
      for (let tries = 1; ; tries++) {
        try {
          return await once(statements);
        } catch (error) {
          if ((error as QueryError).errno !== deadlock || tries === mostTries) throw error;
        }
      }
    },
    close: () => new Promise((resolve, reject) => pool.end((error) => (error ? reject(error) : resolve()))),
  };
}

async function oneByOne(connection: PoolConnection, statements: readonly Statement[]): Promise<void> {
  await query(connection, "begin");
  for (const { sql, values, unchanged } of statements) {
    const { affected } = await execute(connection, sql, values);
    if (unchanged && affected === 0) throw new Unchanged(unchanged());
  }
}

/** The server stops at the first that fails. mysql2 escapes the values. */
async function inOnePacket(connection: PoolConnection, statements: readonly Statement[]): Promise<void> {
  const packet = ["begin", ...statements.map(({ sql, values }) => connection.format(sql, values))].join(";\n");
  const [, ...results] = (await query<ResultSetHeader>(connection, packet)).rows;
  for (const [index, { unchanged }] of statements.entries()) {
    if (unchanged && results[index]?.affectedRows === 0) throw new Unchanged(unchanged());
  }
}

/** A prepared statement; the connection keeps it. */
function execute<R>(connection: Pick<PoolConnection, "execute">, sql: string, values: Value[]): Promise<Result<R>> {
  return new Promise((resolve, reject) => {
    connection.execute(sql, values, (error, result) => (error ? reject(error) : resolve(resultOf<R>(result))));
  });
}

/** One packet of text. */
function query<R>(connection: Pick<PoolConnection, "query">, sql: string): Promise<Result<R>> {
  return new Promise((resolve, reject) => {
    connection.query(sql, (error, result) => (error ? reject(error) : resolve(resultOf<R>(result))));
  });
}

function resultOf<R>(result: unknown): Result<R> {
  return Array.isArray(result) ? { rows: result as R[], affected: 0 } : { rows: [], affected: (result as ResultSetHeader).affectedRows };
}

async function createSchema(url: string): Promise<void> {
  const server = new URL(url);
  const schema = server.pathname.slice(1);
  server.pathname = "/";
  const connection = await createConnection(server.href);
  try {
    await connection.query(`create database if not exists \`${schema}\` default character set utf8mb4 collate utf8mb4_bin`);
  } finally {
    await connection.end();
  }
}
