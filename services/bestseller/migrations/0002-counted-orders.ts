import { addColumn, createIndex, type Migration } from "../../../mixins/database";

/**
 * `counted_order.day`: on which day's rows of the tally the order counts; null when it was cancelled and counts on none.
 * `product_name.told_at`: when the catalogue told the name, ms since the epoch; 0 when an order did. The index is for the newest of all.
 */
export const countedOrders: Migration = {
  name: "0002-counted-orders",
  async up(tx) {
    await tx.execute(`create table if not exists counted_order (
      order_id varchar(64) not null primary key,
      day varchar(10)
    ) ${tx.dialect.tableOptions}`);
    await addColumn(tx, "product_name", "told_at", "bigint not null default 0");
    await createIndex(tx, "daily_sales", ["last_at"]);
  },
};
