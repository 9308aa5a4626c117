import { createIndex, type Migration } from "../../../mixins/database";
import { createIdempotencyTable } from "../../../mixins/idempotency";
import { createInboxTable } from "../../../mixins/inbox";
import { createOutboxTables } from "../../../mixins/outbox";
import { createBarrierTable } from "../../../mixins/participant";

export const catalogue: Migration = {
  name: "0001-catalogue",
  async up(tx) {
    const { tableOptions } = tx.dialect;
    await tx.execute(`create table if not exists product (
      id varchar(64) not null primary key,
      name varchar(200) not null,
      description varchar(2000) not null,
      price bigint not null,
      currency varchar(3) not null,
      stock bigint not null,
      sales_count bigint not null,
      version integer not null,
      created_at bigint not null,
      updated_at bigint not null,
      check (stock >= 0)
    ) ${tableOptions}`);
    await createIndex(tx, "product", ["created_at", "id"]);
    await tx.execute(`create table if not exists stock_reservation (
      order_id varchar(64) not null,
      product_id varchar(64) not null,
      quantity integer not null,
      state smallint not null,
      primary key (order_id, product_id)
    ) ${tableOptions}`);
    await tx.execute(`create table if not exists stock_movement (
      product_id varchar(64) not null,
      id varchar(64) not null,
      delta bigint not null,
      reason varchar(200) not null,
      created_at bigint not null,
      primary key (product_id, id)
    ) ${tableOptions}`);
    await createBarrierTable(tx);
    await createIdempotencyTable(tx);
    await createInboxTable(tx);
    await createOutboxTables(tx, "product_outbox_event");
  },
};
