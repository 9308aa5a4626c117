import type { Migration } from "../../../mixins/database";
import { createIdempotencyTable } from "../../../mixins/idempotency";
import { createOutboxTables } from "../../../mixins/outbox";
import { createBarrierTable } from "../../../mixins/participant";

/** The history's key is its order of reading: one customer's entries, by time. */
export const wallets: Migration = {
  name: "0001-wallets",
  async up(tx) {
    const { tableOptions } = tx.dialect;
    await tx.execute(`create table if not exists point (
      user_id varchar(64) not null primary key,
      balance bigint not null,
      check (balance >= 0)
    ) ${tableOptions}`);
    await tx.execute(`create table if not exists point_history (
      user_id varchar(64) not null,
      id varchar(64) not null,
      type smallint not null,
      amount bigint not null,
      balance_after bigint not null,
      order_id varchar(64),
      created_at bigint not null,
      primary key (user_id, created_at, id),
      check (amount > 0 and balance_after >= 0)
    ) ${tableOptions}`);
    await createBarrierTable(tx);
    await createIdempotencyTable(tx);
    await createOutboxTables(tx, "point_outbox_event");
  },
};
