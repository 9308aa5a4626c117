/** The rows of table `product`; only `list-products.ts` knows it too. */
import type { z } from "zod";

import { iso } from "../../lib/clock";
import type { EventData } from "../../lib/contract";
import { eachRow, mustChange, perRow } from "../../lib/sql";
import type { Bindable, MustChange, Reader, Tx } from "../../mixins/database";
import { type Product, searchTextOf } from "./product";
import type { product, productView } from "./product.contract";

export const columns = `id, name, description, price, currency, stock, sales_count as salesCount, version, created_at as createdAt,
  updated_at as updatedAt`;

export function productOf(row: Product): z.output<typeof productView> {
  return { ...row, createdAt: iso(row.createdAt), updatedAt: iso(row.updatedAt) };
}

/** What events tell of a product. */
export function toldOf({ id, name, description, price, currency }: Product): EventData<typeof product.events.changed> {
  return { productId: id, name, description, price, currency };
}

export async function insertProducts(tx: Tx, products: readonly Product[]): Promise<void> {
  await tx.insert(
    "product",
    products.map(({ salesCount, createdAt, updatedAt, ...same }) => ({
      ...same,
      search_text: searchTextOf(same),
      sales_count: salesCount,
      created_at: createdAt,
      updated_at: updatedAt,
    })),
  );
}

/** All products, those that were removed too, by their ids from the one after `after` on. */
export function readNamesAfter(db: Reader, after = "", limit: number): Promise<Pick<Product, "id" | "name" | "updatedAt">[]> {
  return db.select("select id, name, updated_at as updatedAt from product where id > ? order by id limit ?", [after, limit]);
}

/** Products of the catalogue by id; unknown and removed ones are left out. */
export async function readProducts(db: Reader, ids: readonly string[]): Promise<Map<string, Product>> {
  return byId(await db.select<Product>(`select ${columns} from product where id in (?) and removed_at is null`, [[...new Set(ids)]]));
}

/** The same, locked in the order of their ids, so that two groups never wait for each other. */
export async function lockProducts(tx: Tx, ids: readonly string[]): Promise<Map<string, Product>> {
  const sql = `select ${columns} from product where id in (?) and removed_at is null order by id ${tx.dialect.forUpdate}`;
  return byId(await tx.select<Product>(sql, [[...new Set(ids)]]));
}

/** What is left of each product, locked likewise. */
export async function lockStock(tx: Tx, ids: readonly string[]): Promise<Map<string, number>> {
  const sql = `select id, stock from product where id in (?) and removed_at is null order by id ${tx.dialect.forUpdate}`;
  const rows = await tx.select<{ id: string; stock: number }>(sql, [[...new Set(ids)]]);
  return new Map(rows.map(({ id, stock }) => [id, stock]));
}

/** Writes what the catalogue tells of products that were edited; each has another version than the one that was locked. */
export async function rewriteProducts(tx: Tx, edits: readonly { locked: Product; edited: Product }[]): Promise<void> {
  if (edits.length === 0) return;
  const set = eachRow(
    "id",
    edits.map(({ edited }) => edited),
    ({ id }) => id,
  );
  const parts = Object.entries({
    name: set(({ name }) => name),
    description: set(({ description }) => description),
    price: set(({ price }) => price),
    search_text: set(searchTextOf),
    version: set(({ version }) => version),
    updated_at: set(({ updatedAt }) => updatedAt),
  });
  const guard = asLocked(edits.map(({ locked }) => locked));
  const changed = await tx.execute(
    `update product set ${parts.map(([column, { sql }]) => `${column} = ${sql}`).join(", ")} where ${guard.sql}`,
    [...parts.flatMap(([, { values }]) => values), ...guard.values],
  );
  mustChange(changed, edits.length, "product.version");
}

/** Takes products out of the catalogue. Their rows stay: orders have them. */
export async function markRemoved(tx: Tx, locked: readonly Product[], at: number): Promise<void> {
  if (locked.length === 0) return;
  const guard = asLocked(locked);
  const changed = await tx.execute(`update product set removed_at = ? where ${guard.sql}`, [at, ...guard.values]);
  mustChange(changed, locked.length, "product.removed_at");
}

/** The guard of a write (rule 8): these products, in the versions that were locked. */
function asLocked(locked: readonly Product[]): { sql: string; values: Bindable[] } {
  const version = eachRow("id", locked, ({ id }) => id)((one) => one.version);
  return {
    sql: `id in (?) and removed_at is null and version = ${version.sql}`,
    values: [locked.map(({ id }) => id), ...version.values],
  };
}

/**
 * Adds to what is left of each product; a delta is never 0. Relative, so that no other's move is overwritten, and the table's CHECK is the
 * guard against selling what isn't there (rule 8).
 */
export function moveStock(tx: Tx, deltas: ReadonlyMap<string, number>): void {
  add(tx, "stock", deltas, { rows: deltas.size, what: "product.stock" });
}

/** Adds to what was sold of each product, also of those that were removed: sales are told by events, long after they were made. */
export function countSales(tx: Tx, quantities: ReadonlyMap<string, number>): void {
  add(tx, "sales_count", quantities);
}

function add(tx: Tx, column: "stock" | "sales_count", amounts: ReadonlyMap<string, number>, must?: MustChange): void {
  if (amounts.size === 0) return;
  const amount = perRow("id", amounts);
  const values = [...amount.values, [...amounts.keys()]];
  tx.executeLater(`update product set ${column} = ${column} + ${amount.sql} where id in (?)`, values, must);
}

function byId(rows: readonly Product[]): Map<string, Product> {
  return new Map(rows.map((row) => [row.id, row]));
}
