import { addColumn, createIndex, type Migration } from "../../../mixins/database";

/**
 * `refund_id` is the saga that gives the payment back: it stands from the first transaction of a refund, and goes when the provider refuses.
 * `refund_ref` is the provider's name for the refund. Every webhook that was rightly signed is a row of `payment_webhook`, once; `payment_id`
 * is what it says, whether there is such a payment or not. Times in ms since the epoch.
 */
export const refundsAndWebhooks: Migration = {
  name: "0002-refunds-and-webhooks",
  async up(tx) {
    await addColumn(tx, "payment", "refund_id", "varchar(64)");
    await addColumn(tx, "payment", "refund_ref", "varchar(128)");
    await createIndex(tx, "payment", ["refund_id"], { unique: true });
    await tx.execute(`create table if not exists payment_webhook (
      provider varchar(64) not null,
      webhook_id varchar(128) not null,
      type varchar(64) not null,
      payment_id varchar(64) not null,
      verdict smallint not null,
      body mediumtext not null,
      received_at bigint not null,
      primary key (provider, webhook_id)
    ) ${tx.dialect.tableOptions}`);
  },
};
