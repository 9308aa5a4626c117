import { createIndex, type Migration } from "../../../mixins/database";
import { createOutboxTables } from "../../../mixins/outbox";
import { createBarrierTable } from "../../../mixins/participant";

/** One payment for an order: a second one fails on the key. `token` stands only while the provider has not decided. Amounts in minor units, times in ms since the epoch. */
export const payments: Migration = {
  name: "0001-payments",
  async up(tx) {
    await tx.execute(`create table if not exists payment (
      id varchar(64) not null primary key,
      order_id varchar(64) not null,
      user_id varchar(64) not null,
      method smallint not null,
      status smallint not null,
      amount bigint not null,
      refunded bigint not null,
      currency varchar(3) not null,
      provider_ref varchar(128),
      token varchar(200),
      created_at bigint not null,
      approved_at bigint,
      updated_at bigint not null,
      check (amount >= 0 and refunded >= 0 and refunded <= amount)
    ) ${tx.dialect.tableOptions}`);
    await createIndex(tx, "payment", ["order_id"], { unique: true });
    await createBarrierTable(tx);
    await createOutboxTables(tx, "payment_outbox_event");
  },
};
