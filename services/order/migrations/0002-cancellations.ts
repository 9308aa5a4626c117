import type { Migration } from "../../../mixins/database";

/**
 * Requests to cancel orders: those that began something, with the number of their `attempt`, and those that only have an answer to remember
 * for their Idempotency-Key. `history_length` is how much of the order's history an answer 202 shows. Times in ms since the epoch.
 */
export const cancellations: Migration = {
  name: "0002-cancellations",
  async up(tx) {
    await tx.execute(`create table if not exists order_cancellation (
      id varchar(64) not null primary key,
      order_id varchar(64) not null,
      attempt smallint,
      history_length smallint not null,
      reason varchar(200),
      idem_key varchar(43),
      idem_hash varchar(64),
      answer_status smallint,
      failure_code varchar(64),
      failure_detail varchar(500),
      created_at bigint not null,
      ended_at bigint,
      unique (order_id, attempt),
      unique (idem_key)
    ) ${tx.dialect.tableOptions}`);
  },
};
