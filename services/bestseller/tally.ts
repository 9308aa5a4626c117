/**
 * The durable tally of what was sold, the orders that count in it, and the products' names; no other file knows these tables. Whoever changes
 * `daily_sales` otherwise than by `addSales` gives the tally another id (`tally.tally`): what the ranking holds is then known for another's.
 */
import { keepNewest, mustChange } from "../../lib/sql";
import type { Reader, Tx } from "../../mixins/database";
import type { Span } from "./period";
import type { Change, Place, Sale, TallyState } from "./ranking";

/** Notes that these orders count on these days, and gives those of them that did not count before and were not cancelled. */
export async function countOrders(tx: Tx, days: ReadonlyMap<string, string>): Promise<Map<string, string>> {
  const known = await lockOrders(tx, [...days.keys()]);
  const fresh = [...days].filter(([orderId]) => !known.has(orderId));
  await tx.insert(
    "counted_order",
    fresh.map(([order_id, day]) => ({ order_id, day })),
  );
  return new Map(fresh);
}

/** Notes that these orders count no more, or never will, and gives the days on which they have counted. */
export async function uncountOrders(tx: Tx, orderIds: readonly string[]): Promise<Map<string, string>> {
  const known = await lockOrders(tx, orderIds);
  const counted = new Map([...known].flatMap(([orderId, day]) => (day === null ? [] : [[orderId, day]])));
  if (counted.size > 0) {
    const uncount = "update counted_order set day = null where order_id in (?) and day is not null";
    mustChange(await tx.execute(uncount, [[...counted.keys()]]), counted.size, "counted_order.day");
  }
  const unknown = [...new Set(orderIds)].filter((orderId) => !known.has(orderId));
  await tx.insert(
    "counted_order",
    unknown.map((order_id) => ({ order_id, day: null })),
  );
  return counted;
}

async function lockOrders(tx: Tx, orderIds: readonly string[]): Promise<Map<string, string | null>> {
  const rows = await tx.select<{ order_id: string; day: string | null }>(
    `select order_id, day from counted_order where order_id in (?) order by order_id ${tx.dialect.forUpdate}`,
    [orderIds],
  );
  return new Map(rows.map(({ order_id, day }) => [order_id, day]));
}

/**
 * Adds to the tally, or takes away what is negative, and gives the change as the ranking has to hear of it. `at`: when the newest of the
 * orders was completed or cancelled, ms since the epoch. The tally's own row comes first: whoever adds has it until he commits, so that
 * versions are committed in their order, and nobody meets another at the rows of products in another order.
 */
export async function addSales(tx: Tx, sales: readonly Sale[], at: number): Promise<Change> {
  const { upsert, excluded } = tx.dialect;
  const later = (known: string, told: string) => `case when ${told} > ${known} then ${told} else ${known} end`;
  const move = `update tally set version = version + 1, last_at = ${later("coalesce(last_at, 0)", "?")} where id = 1`;
  tx.executeLater(move, [at, at], { rows: 1, what: "tally.version" });
  const add = `sold = daily_sales.sold + ${excluded("sold")}, last_at = ${later("daily_sales.last_at", excluded("last_at"))}`;
  const rows = sales.toSorted((a, b) => (a.day + a.productId < b.day + b.productId ? -1 : 1));
  tx.executeLater(`insert into daily_sales (day, product_id, sold, last_at) values ? ${upsert(["day", "product_id"], add)}`, [
    rows.map(({ day, productId, sold }) => [day, productId, sold, at]),
  ]);
  return { ...(await readState(tx)), sales };
}

type StateRow = { tally: string; version: number; last_at: number | null };

const stateOf = ({ tally, version, last_at }: StateRow): TallyState => ({ tally, version, ...(last_at !== null && { lastAt: last_at }) });

/** How far the tally has come. `lock`: nobody adds to it until the transaction ends. */
export async function readState(db: Reader, { lock = false } = {}): Promise<TallyState> {
  const [row] = await db.select<StateRow>(`select tally, version, last_at from tally where id = 1 ${lock ? db.dialect.forUpdate : ""}`);
  return stateOf(row!); // a migration has made it
}

/** Everything from the day `since` on. */
export async function readSales(db: Reader, since: string): Promise<Sale[]> {
  const rows = await db.select<{ day: string; product_id: string; sold: number }>(
    "select day, product_id, sold from daily_sales where day >= ?",
    [since],
  );
  return rows.map(({ day, product_id, sold }) => ({ day, productId: product_id, sold }));
}

/** How far the tally has come, and the names of products, in one statement: of one moment, and one round trip. */
export async function readNamed(db: Reader, productIds: readonly string[]): Promise<{ state: TallyState; names: Map<string, string> }> {
  const rows = await db.select<StateRow & { product_id: string | null; name: string | null }>(
    `select t.tally, t.version, t.last_at, n.product_id, n.name
     from tally t left join product_name n on n.product_id in (?) where t.id = 1`,
    [productIds.length > 0 ? productIds : [noId]],
  );
  const names = rows.flatMap(({ product_id, name }): [string, string][] => (product_id === null ? [] : [[product_id, name ?? product_id]]));
  return { state: stateOf(rows[0]!), names: new Map(names) };
}

/** No product has it. */
const noId = "";

/** The ranking as the tally alone has it. */
export async function topOfTally(db: Reader, { first, last }: Span, limit: number): Promise<Place[]> {
  const rows = await db.select<{ product_id: string; sold: number }>(
    `select product_id, sum(sold) as sold from daily_sales where day >= ? and day <= ?
     group by product_id having sum(sold) > 0 order by sum(sold) desc, product_id limit ?`,
    [first, last, limit],
  );
  return rows.map(({ product_id, sold }) => ({ productId: product_id, sold }));
}

/** Names as the catalogue has told them at those moments, ms since the epoch. One that comes late, after a newer one, changes nothing. */
export async function setNames(tx: Tx, told: readonly { productId: string; name: string; at: number }[]): Promise<void> {
  const newest = new Map(told.toSorted((a, b) => a.at - b.at).map(({ productId, name, at }) => [productId, { name, at }]));
  await writeNames(tx, newest, keepNewest(tx.dialect, "product_name", ["name"], "told_at"));
}

/** Names as orders tell them, for products whose creation has not been heard of; what is known stays. */
export async function setMissingNames(tx: Tx, names: ReadonlyMap<string, string>): Promise<void> {
  const known = await readNames(tx, [...names.keys()]);
  const missing = [...names].filter(([id]) => !known.has(id));
  await writeNames(tx, new Map(missing.map(([id, name]) => [id, { name, at: 0 }])), "name = product_name.name");
}

async function readNames(db: Reader, productIds: readonly string[]): Promise<Map<string, string>> {
  if (productIds.length === 0) return new Map();
  const rows = await db.select<{ product_id: string; name: string }>("select product_id, name from product_name where product_id in (?)", [
    productIds,
  ]);
  return new Map(rows.map(({ product_id, name }) => [product_id, name]));
}

async function writeNames(tx: Tx, names: ReadonlyMap<string, { name: string; at: number }>, set: string): Promise<void> {
  if (names.size === 0) return;
  const rows = [...names].sort(([a], [b]) => (a < b ? -1 : 1)).map(([id, { name, at }]) => [id, name, at]);
  await tx.execute(`insert into product_name (product_id, name, told_at) values ? ${tx.dialect.upsert(["product_id"], set)}`, [rows]);
}
