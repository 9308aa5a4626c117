/** Reads and first writes of orders. How they move on is in `order-moves.ts`; no other file knows their tables. */
import { coalesced } from "../../lib/coalesce";
import { oncePer } from "../../lib/once-per";
import type { Bindable, Database, Reader, Tx } from "../../mixins/database";
import type { Order, OrderLine } from "./order";
import { historyOf, itemOf, type LineRow, lineRowsOf, type OrderRow, paymentOf, rowOf, type StoredOrder, storedOf } from "./order-row";

/** Writes new orders and their lines. An Idempotency-Key that was used before fails on the table's key. */
export function insertOrders(tx: Tx, stored: readonly StoredOrder[]): void {
  tx.insertLater("orders", stored.map(rowOf));
  tx.insertLater(
    "order_product",
    stored.flatMap(({ order }) => lineRowsOf(order)),
  );
}

export function findById(db: Reader, id: string): Promise<StoredOrder | undefined> {
  return find(db, "id = ?", [id]);
}

/** An order that is known already, as it is now. Its lines never change, so the ones in hand are kept. Orders that end together are read together. */
export async function reread(db: Database, { id, items }: Order): Promise<StoredOrder | undefined> {
  const row = await rows(db).byId(id);
  return row && storedOf(row, items);
}

/** The order whose request came with this key. Nearly always there is none, and requests that come together ask together. */
export async function findByKey(db: Database, keyDigest: string): Promise<StoredOrder | undefined> {
  const row = await rows(db).byKey(keyDigest);
  return row && (await withLines(db, [row]))[0];
}

const rows = oncePer((db: Database) => ({ byId: rowsBy(db, "id"), byKey: rowsBy(db, "idem_key") }));

function rowsBy(db: Database, column: "id" | "idem_key") {
  return coalesced(async (keys: readonly string[]) => {
    const found = await db.select<OrderRow>(`select * from orders where ${column} in (?)`, [keys]);
    return new Map(found.map((row) => [String(row[column]), row]));
  });
}

/** Locks the orders, in the order of their ids; unknown ids are left out. */
export async function lockOrders(tx: Tx, ids: readonly string[]): Promise<Map<string, Order>> {
  const sql = `select * from orders where id in (?) order by id ${tx.dialect.forUpdate}`;
  const stored = await withLines(tx, await tx.select<OrderRow>(sql, [ids]));
  return new Map(stored.map(({ order }) => [order.id, order]));
}

/** What orders show of their payments, by order. */
export async function readPayments(db: Reader, ids: readonly string[]): Promise<Map<string, Order["payment"]>> {
  type Row = Pick<OrderRow, "id" | "payment_id" | "payment_method" | "payment_status">;
  const rows = await db.select<Row>("select id, payment_id, payment_method, payment_status from orders where id in (?)", [ids]);
  return new Map(rows.map((row) => [row.id, paymentOf(row)]));
}

export type Track = Pick<Order, "userId" | "history">;

/** Whose the orders are and what became of them, by order; unknown ids are left out. */
export async function readTracks(db: Reader, ids: readonly string[]): Promise<Map<string, Track>> {
  const rows = await db.select<Pick<OrderRow, "id" | "user_id" | "history">>("select id, user_id, history from orders where id in (?)", [
    ids,
  ]);
  return new Map(rows.map((row) => [row.id, { userId: row.user_id, history: historyOf(row) }]));
}

/** Orders by their ids, from the one after `after` on. */
export async function readAfter(db: Reader, after = "", limit: number): Promise<Order[]> {
  const rows = await db.select<OrderRow>("select * from orders where id > ? order by id limit ?", [after, limit]);
  return (await withLines(db, rows)).map(({ order }) => order);
}

async function find(db: Reader, where: string, values: readonly Bindable[]): Promise<StoredOrder | undefined> {
  const [found] = await withLines(db, await db.select<OrderRow>(`select * from orders where ${where}`, values));
  return found;
}

async function withLines(db: Reader, rows: readonly OrderRow[]): Promise<StoredOrder[]> {
  if (rows.length === 0) return [];
  const lines = await db.select<LineRow>("select * from order_product where order_id in (?) order by order_id, line", [
    rows.map(({ id }) => id),
  ]);
  const items = new Map<string, OrderLine[]>(rows.map(({ id }) => [id, []]));
  for (const line of lines) items.get(line.order_id)?.push(itemOf(line));
  return rows.map((row) => storedOf(row, items.get(row.id) ?? []));
}
