/** The statements that write `order_view_product`, by which the orders of a product are found. What an order holds never changes; its status does. */
import type { Tx, Value } from "../../mixins/database";
import { shownIn, type ViewRow } from "./view-row";

/** Writes the products of these orders as their views are written, with the next statement. Orders that aren't listed yet have none. */
export function writeProducts(tx: Tx, views: readonly ViewRow[]): void {
  const rows = views.flatMap(productRows).sort((a, b) => (key(a) < key(b) ? -1 : 1));
  if (rows.length === 0) return;
  const set = `status = ${tx.dialect.excluded("status")}`;
  tx.executeLater(
    `insert into order_view_product (id, product_id, user_id, status, created_at) values ? ${tx.dialect.upsert(["id", "product_id"], set)}`,
    [rows],
  );
}

function productRows(view: ViewRow): Value[][] {
  const { id, user_id, status, created_at } = view;
  if (status === null) return [];
  const products = new Set(shownIn(view).items.map(({ productId }) => productId));
  return [...products].map((productId) => [id, productId, user_id, status, created_at]);
}

const key = ([id, productId]: readonly Value[]) => `${id} ${productId}`;
