/** All that a running shop has written, as one text for each table: what a refused request must leave as it was. */
import { createHash } from "node:crypto";

import { domainServices } from "../../services";
import { databaseOf } from "./database-of";
import type { TestShop } from "./shop";

/** Tables of the machinery, in which something moves without anybody asking, and what keys remember of refusals. */
const moving =
  /^(outbox_bucket|outbox_relay|saga_node|inbox_message|idempotency_key|order_cancellation|notification|migration\w*|sqlite_\w+|\w+_outbox_event)$/;

/** By `service.table`: the number of rows and a digest of all of them. */
export async function fingerprint(shop: TestShop): Promise<Record<string, string>> {
  const services = Object.keys(domainServices);
  const parts = await Promise.all(services.map(async (name) => [name, await tablesOf(shop, name)] as const));
  return Object.fromEntries(parts.flatMap(([name, tables]) => tables.map(([table, digest]) => [`${name}.${table}`, digest])));
}

async function tablesOf(shop: TestShop, service: string): Promise<[string, string][]> {
  const db = databaseOf(shop, service);
  const tables = await db.select<{ name: string }>(
    db.dialect.name === "sqlite"
      ? "select name from sqlite_master where type = 'table'"
      : "select table_name as name from information_schema.tables where table_schema = database()",
  );
  const names = tables.map(({ name }) => name).filter((name) => !moving.test(name));
  return Promise.all(names.map(async (name) => [name, digestOf(await db.select(`select * from ${name}`))] as [string, string]));
}

function digestOf(rows: readonly object[]): string {
  const texts = rows.map((row) => JSON.stringify(row)).toSorted();
  return `${rows.length} ${createHash("sha256").update(texts.join("\n")).digest("base64url")}`;
}
