import { createIndex, type Migration, type Tx } from "../../../mixins/database";
import { writeProducts } from "../order-products";
import type { ViewRow } from "../view-row";

/**
 * One row for a product of an order, with what lists go by beside it, so that the orders of a product are found by an index alone, as
 * those of a customer are. Rows of orders that are known already are made of their documents.
 */
export const orderViewProducts: Migration = {
  name: "0003-order-view-products",
  async up(tx) {
    await tx.execute(`create table if not exists order_view_product (
      id varchar(64) not null,
      product_id varchar(64) not null,
      user_id varchar(64) not null,
      status smallint not null,
      created_at bigint not null,
      primary key (id, product_id)
    ) ${tx.dialect.tableOptions}`);
    await createIndex(tx, "order_view_product", ["product_id", "created_at", "id"]);
    await createIndex(tx, "order_view_product", ["product_id", "status", "created_at", "id"]);
    await createIndex(tx, "order_view_product", ["user_id", "product_id", "created_at", "id"]);
    await fillIn(tx);
  },
};

const atOnce = 500;

async function fillIn(tx: Tx): Promise<void> {
  let last = "";
  for (;;) {
    const rows = await tx.select<ViewRow>("select * from order_view where id > ? order by id limit ?", [last, atOnce]);
    writeProducts(tx, rows);
    last = rows.at(-1)?.id ?? "";
    if (rows.length < atOnce) return;
  }
}
