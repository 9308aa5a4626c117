/** A service's tables, emptied, and read without what chance has put into them, so that two runs can be compared. */
import type { Database } from "../../mixins/database";

type Row = Record<string, unknown>;

/** Those of the machinery, in which something moves without anybody asking. */
const moving = /^(outbox_bucket|outbox_relay|saga_node|migration\w*|sqlite_\w+)$/;
const outbox = /_outbox_event$/;
/** How often a step was tried is no part of what is promised. */
const left = new Set(["created_at", "updated_at", "tries"]);

async function tablesOf(db: Database): Promise<string[]> {
  const rows = await db.select<{ name: string }>(
    db.dialect.name === "sqlite"
      ? "select name from sqlite_master where type = 'table'"
      : "select table_name as name from information_schema.tables where table_schema = database()",
  );
  return rows
    .map(({ name }) => name)
    .filter((name) => !moving.test(name))
    .sort();
}

/** Removes all rows that the service has written. */
export async function emptyTables(db: Database): Promise<void> {
  const tables = await tablesOf(db);
  await db.transaction(
    async (tx) => {
      for (const table of tables) await tx.execute(`delete from ${table}`);
    },
    { durable: false },
  );
}

/** Columns by table, for tables whose rows tell something by their order. */
export type Orders = Readonly<Record<string, string>>;

/** Rows by table as texts, sorted where no order is given; tables without rows are left out. */
export async function readTables(db: Database, orders: Orders = {}): Promise<Record<string, string[]>> {
  const read: Record<string, string[]> = {};
  for (const table of await tablesOf(db)) {
    if (outbox.test(table)) continue;
    const order = orders[table];
    const rows = await db.select<Row>(`select * from ${table}${order ? ` order by ${order}` : ""}`);
    const texts = rows.map(textOf);
    if (rows.length > 0) read[table] = order ? texts : texts.sort();
  }
  return read;
}

const textOf = (row: Row): string =>
  JSON.stringify(withoutChance(Object.fromEntries(Object.entries(row).filter(([name]) => !left.has(name)))));

/** Events that wait in the outbox, by their key and in their order. */
export async function readEvents(db: Database): Promise<Record<string, string[]>> {
  const events: Record<string, string[]> = {};
  for (const table of (await tablesOf(db)).filter((name) => outbox.test(name))) {
    const rows = await db.select<{ msg_key: string; headers: string; payload: string }>(
      `select msg_key, headers, payload from ${table} order by id`,
    );
    for (const { msg_key, headers, payload } of rows) {
      const { ce_type } = JSON.parse(headers) as { ce_type?: string };
      (events[msg_key] ??= []).push(`${ce_type} ${JSON.stringify(withoutChance(JSON.parse(payload)))}`);
    }
  }
  return events;
}

const chance = [
  [/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, "‹id›"],
  [/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "‹time›"],
  [/(?<!\d)1[5-9]\d{11}(?!\d)/g, "0"], // ms since the epoch, of these years
] as const;

/** The same value, with ids that were made up and times all alike. */
export function withoutChance(value: unknown): unknown {
  if (value === undefined) return undefined;
  let text = JSON.stringify(value);
  for (const [what, instead] of chance) text = text.replace(what, instead);
  return JSON.parse(text);
}
