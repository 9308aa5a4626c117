import { createIndex, type Migration } from "../../../mixins/database";
import { createInboxTable } from "../../../mixins/inbox";
import { createOutboxTables } from "../../../mixins/outbox";
import { createSagaTables } from "../../../mixins/saga";

/** `idem_key` is the digest of customer and Idempotency-Key; the order's row is what that key remembers. Times in ms since the epoch. */
export const orders: Migration = {
  name: "0001-orders",
  async up(tx) {
    const { tableOptions } = tx.dialect;
    await tx.execute(`create table if not exists orders (
      id varchar(64) not null primary key,
      user_id varchar(64) not null,
      status smallint not null,
      currency varchar(3) not null,
      subtotal bigint not null,
      discount bigint not null,
      points_used bigint not null,
      paid bigint not null,
      user_coupon_id varchar(64),
      payment_method smallint not null,
      payment_id varchar(64),
      payment_status smallint,
      failure_code varchar(64),
      failure_detail varchar(500),
      history text not null,
      idem_key varchar(43),
      idem_hash varchar(64),
      answer_status smallint,
      created_at bigint not null,
      updated_at bigint not null,
      unique (idem_key),
      check (subtotal - discount - points_used = paid and discount >= 0 and points_used >= 0 and paid >= 0)
    ) ${tableOptions}`);
    await createIndex(tx, "orders", ["user_id", "created_at", "id"]);
    await createIndex(tx, "orders", ["created_at", "id"]);
    await tx.execute(`create table if not exists order_product (
      order_id varchar(64) not null,
      line smallint not null,
      product_id varchar(64) not null,
      name varchar(200) not null,
      unit_price bigint not null,
      quantity integer not null,
      primary key (order_id, line)
    ) ${tableOptions}`);
    await createSagaTables(tx);
    await createInboxTable(tx);
    await createOutboxTables(tx, "order_outbox_event");
  },
};
