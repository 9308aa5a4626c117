/** The durable tally of what was sold, and the products' names; no other file knows these tables. */
import type { Reader, Tx } from "../../mixins/database";
import type { Span } from "./period";
import type { Place, Sale } from "./ranking";

/** Adds to the tally. `at` is when the newest of the orders was completed, ms since the epoch. */
export async function addSales(tx: Tx, sales: readonly Sale[], at: number): Promise<void> {
  if (sales.length === 0) return;
  const { upsert, excluded } = tx.dialect;
  const later = excluded("last_at");
  const add = `sold = daily_sales.sold + ${excluded("sold")},
    last_at = case when ${later} > daily_sales.last_at then ${later} else daily_sales.last_at end`;
  const rows = sales.toSorted((a, b) => (a.day + a.productId < b.day + b.productId ? -1 : 1));
  await tx.execute(`insert into daily_sales (day, product_id, sold, last_at) values ? ${upsert(["day", "product_id"], add)}`, [
    rows.map(({ day, productId, sold }) => [day, productId, sold, at]),
  ]);
}

/** Everything from the day `since` on, and when the newest order of all was completed. */
export async function readSales(db: Reader, since: string): Promise<{ sales: Sale[]; lastAt?: number }> {
  const [rows, [newest]] = await Promise.all([
    db.select<{ day: string; product_id: string; sold: number }>("select day, product_id, sold from daily_sales where day >= ?", [since]),
    db.select<{ last_at: number | null }>("select max(last_at) as last_at from daily_sales where day = (select max(day) from daily_sales)"),
  ]);
  const lastAt = newest?.last_at ?? undefined;
  return { sales: rows.map(({ day, product_id, sold }) => ({ day, productId: product_id, sold })), lastAt };
}

/** The ranking as the tally alone has it. */
export async function topOfTally(db: Reader, { first, last }: Span, limit: number): Promise<Place[]> {
  const rows = await db.select<{ product_id: string; sold: number }>(
    `select product_id, sum(sold) as sold from daily_sales where day >= ? and day <= ?
     group by product_id having sum(sold) > 0 order by sum(sold) desc, product_id limit ?`,
    [first, last, limit],
  );
  return rows.map(({ product_id, sold }) => ({ productId: product_id, sold }));
}

/** Names as the catalogue tells them. */
export async function setNames(tx: Tx, names: ReadonlyMap<string, string>): Promise<void> {
  await writeNames(tx, names, `name = ${tx.dialect.excluded("name")}`);
}

/** Names as orders tell them, for products whose creation has not been heard of; what is known stays. */
export async function setMissingNames(tx: Tx, names: ReadonlyMap<string, string>): Promise<void> {
  const known = await readNames(tx, [...names.keys()]);
  await writeNames(tx, new Map([...names].filter(([id]) => !known.has(id))), "name = product_name.name");
}

export async function readNames(db: Reader, productIds: readonly string[]): Promise<Map<string, string>> {
  if (productIds.length === 0) return new Map();
  const rows = await db.select<{ product_id: string; name: string }>("select product_id, name from product_name where product_id in (?)", [
    productIds,
  ]);
  return new Map(rows.map(({ product_id, name }) => [product_id, name]));
}

async function writeNames(tx: Tx, names: ReadonlyMap<string, string>, set: string): Promise<void> {
  if (names.size === 0) return;
  const rows = [...names].sort(([a], [b]) => (a < b ? -1 : 1));
  await tx.execute(`insert into product_name (product_id, name) values ? ${tx.dialect.upsert(["product_id"], set)}`, [rows]);
}
