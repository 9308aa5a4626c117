import { createIndex, type Migration } from "../../../mixins/database";
import { createIdempotencyTable } from "../../../mixins/idempotency";
import { createOutboxTables } from "../../../mixins/outbox";
import { createBarrierTable } from "../../../mixins/participant";

/** `unique (user_id, coupon_id)` keeps a customer from a second one, and finds what is his. */
export const coupons: Migration = {
  name: "0001-coupons",
  async up(tx) {
    const { tableOptions } = tx.dialect;
    await tx.execute(`create table if not exists coupon (
      id varchar(64) not null primary key,
      title varchar(200) not null,
      discount_type varchar(10) not null,
      discount_value bigint not null,
      max_discount bigint,
      min_order_amount bigint,
      quantity bigint not null,
      remaining bigint not null,
      starts_at bigint not null,
      ends_at bigint not null,
      valid_days integer,
      created_at bigint not null,
      check (remaining >= 0 and remaining <= quantity)
    ) ${tableOptions}`);
    await createIndex(tx, "coupon", ["created_at", "id"]);
    await tx.execute(`create table if not exists user_coupon (
      id varchar(64) not null primary key,
      coupon_id varchar(64) not null,
      user_id varchar(64) not null,
      status smallint not null,
      order_id varchar(64),
      issued_at bigint not null,
      expires_at bigint not null,
      used_at bigint,
      unique (user_id, coupon_id)
    ) ${tableOptions}`);
    await createBarrierTable(tx);
    await createIdempotencyTable(tx);
    await createOutboxTables(tx, "coupon_outbox_event");
  },
};
