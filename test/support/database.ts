/**
 * Databases for tests: a SQLite file of their own by default, a schema of their own on the server at `TEST_DATABASE_URL` when that is
 * set. They are removed after the file's last test; `cleanup.ts` tells how to close first what uses them.
 */
import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { createConnection } from "mysql2/promise";

import { type Database, type Migration, openDatabase, sqliteUrl } from "../../mixins/database";
import { atEnd } from "./cleanup";

/** Where the suites run. */
export const testDialect = process.env.TEST_DATABASE_URL ? "mysql" : "sqlite";

/** The URL of a fresh, empty database. */
export async function testDatabaseUrl(name: string): Promise<string> {
  const server = process.env.TEST_DATABASE_URL;
  return server ? freshSchema(server, name) : freshFile(name);
}

/** A fresh database with its tables, closed and removed after the file's last test. */
export async function testDatabase(name: string, migrations: readonly Migration[] = []): Promise<Database> {
  const db = await openDatabase({ name, url: await testDatabaseUrl(name), migrations });
  atEnd(() => db.close());
  await db.migrate();
  return db;
}

/**
 * The base URL for a shop's schemas on the server, one for each service; undefined where the shop's databases are files. The schemas are
 * dropped after the file's last test.
 */
export function testShopUrl(services: readonly string[]): string | undefined {
  const server = process.env.TEST_DATABASE_URL;
  if (!server) return undefined;
  const url = new URL(server);
  url.pathname += `_shop_${randomBytes(6).toString("hex")}`;
  for (const service of services) {
    const schema = `${url.pathname.slice(1)}_${service.replaceAll("-", "_")}`;
    atEnd(() => onServer(server, `drop database if exists \`${schema}\``));
  }
  return url.href;
}

async function freshFile(name: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), `test-${name}-`));
  atEnd(() => rm(folder, { recursive: true, force: true }));
  return sqliteUrl(join(folder, `${name}.sqlite`));
}

async function freshSchema(server: string, name: string): Promise<string> {
  const url = new URL(server);
  const schema = `${url.pathname.slice(1)}_${name.replaceAll("-", "_")}_${randomBytes(6).toString("hex")}`;
  await onServer(server, `create database \`${schema}\` default character set utf8mb4 collate utf8mb4_bin`);
  atEnd(() => onServer(server, `drop database if exists \`${schema}\``));
  url.pathname = `/${schema}`;
  return url.href;
}

/** Speaks to the server without a schema: the one in `TEST_DATABASE_URL` is a prefix and need not exist. */
async function onServer(server: string, sql: string): Promise<void> {
  const url = new URL(server);
  url.pathname = "/";
  const connection = await createConnection(url.href);
  try {
    await connection.query(sql);
  } finally {
    await connection.end();
  }
}
