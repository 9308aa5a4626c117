import { createIndex, type Migration } from "../../../mixins/database";
import { createInboxTable } from "../../../mixins/inbox";

/**
 * `document` is the order as it is shown, in JSON; the columns beside it are what lists go by. While only its payment has been heard of,
 * an order has neither status nor time, and the document only what the payment told. `heard_at`: when the newest event in the row
 * happened. Times in ms since the epoch.
 */
export const orderViews: Migration = {
  name: "0001-order-views",
  async up(tx) {
    await tx.execute(`create table if not exists order_view (
      id varchar(64) not null primary key,
      user_id varchar(64) not null,
      status smallint,
      created_at bigint,
      document mediumtext not null,
      heard_at bigint not null
    ) ${tx.dialect.tableOptions}`);
    await createIndex(tx, "order_view", ["user_id", "created_at", "id"]);
    await createIndex(tx, "order_view", ["user_id", "status", "created_at", "id"]);
    await createIndex(tx, "order_view", ["status", "created_at", "id"]);
    await createIndex(tx, "order_view", ["created_at", "id"]);
    await createIndex(tx, "order_view", ["heard_at"]);
    await createInboxTable(tx);
  },
};
