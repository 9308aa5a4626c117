/** The rows of table `product`; no other file knows it. */
import type { z } from "zod";

import { iso } from "../../lib/clock";
import type { Currency } from "../../lib/money";
import { type Page, type PageParams, readNewest } from "../../lib/paging";
import { mustChange, perRow } from "../../lib/sql";
import type { Reader, Tx } from "../../mixins/database";
import type { productView } from "./product.contract";

export interface ProductRow {
  id: string;
  name: string;
  description: string;
  price: number;
  currency: Currency;
  stock: number;
  salesCount: number;
  version: number;
  createdAt: number;
  updatedAt: number;
}

const columns = `id, name, description, price, currency, stock, sales_count as salesCount, version, created_at as createdAt,
  updated_at as updatedAt`;

export function productOf(row: ProductRow): z.output<typeof productView> {
  return { ...row, createdAt: iso(row.createdAt), updatedAt: iso(row.updatedAt) };
}

export async function insertProducts(tx: Tx, products: readonly ProductRow[]): Promise<void> {
  await tx.insert(
    "product",
    products.map(({ salesCount, createdAt, updatedAt, ...same }) => ({
      ...same,
      sales_count: salesCount,
      created_at: createdAt,
      updated_at: updatedAt,
    })),
  );
}

/** Products by id; unknown ids are left out. */
export async function readProducts(db: Reader, ids: readonly string[]): Promise<Map<string, ProductRow>> {
  const rows = await db.select<ProductRow>(`select ${columns} from product where id in (?)`, [[...new Set(ids)]]);
  return new Map(rows.map((row) => [row.id, row]));
}

/** The catalogue, the newest first. */
export async function readNewestProducts(db: Reader, page: PageParams): Promise<Page<z.output<typeof productView>>> {
  const query = {
    name: "product.list",
    select: `select ${columns} from product`,
    time: { column: "created_at", of: (row: ProductRow) => row.createdAt },
  };
  const { items, nextCursor } = await readNewest(db, query, page);
  return { items: items.map(productOf), nextCursor };
}

/** Locks the rows in the order of their ids, so that two groups never wait for each other, and gives what is left of each. */
export async function lockStock(tx: Tx, ids: readonly string[]): Promise<Map<string, number>> {
  const sql = `select id, stock from product where id in (?) order by id ${tx.dialect.forUpdate}`;
  const rows = await tx.select<{ id: string; stock: number }>(sql, [[...new Set(ids)]]);
  return new Map(rows.map(({ id, stock }) => [id, stock]));
}

/**
 * Adds to what is left of each product; a delta is never 0. Relative, so that no other's move is overwritten, and the table's CHECK is the
 * guard against selling what isn't there (rule 8).
 */
export async function moveStock(tx: Tx, deltas: ReadonlyMap<string, number>): Promise<void> {
  mustChange(await add(tx, "stock", deltas), deltas.size, "product.stock");
}

/** A product that is not there any more is left out: its sales are told by events, long after they were made. */
export async function countSales(tx: Tx, quantities: ReadonlyMap<string, number>): Promise<void> {
  await add(tx, "sales_count", quantities);
}

async function add(tx: Tx, column: "stock" | "sales_count", amounts: ReadonlyMap<string, number>): Promise<number> {
  if (amounts.size === 0) return 0;
  const amount = perRow("id", amounts);
  return tx.execute(`update product set ${column} = ${column} + ${amount.sql} where id in (?)`, [...amount.values, [...amounts.keys()]]);
}
