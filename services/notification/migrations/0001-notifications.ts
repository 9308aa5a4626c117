import { createIndex, type Migration } from "../../../mixins/database";
import { createInboxTable } from "../../../mixins/inbox";

/**
 * `next_at` is when the message may be handed to the provider (next), by the database's clock; null once that was done. Times in ms since
 * the epoch.
 */
export const notifications: Migration = {
  name: "0001-notifications",
  async up(tx) {
    const { tableOptions } = tx.dialect;
    await tx.execute(`create table if not exists notification (
      id varchar(64) not null primary key,
      event_id varchar(64) not null,
      user_id varchar(64) not null,
      kind varchar(64) not null,
      subject varchar(200) not null,
      body text not null,
      created_at bigint not null,
      sent_at bigint,
      attempts integer not null,
      next_at bigint,
      unique (event_id)
    ) ${tableOptions}`);
    await createIndex(tx, "notification", ["next_at"]);
    await createIndex(tx, "notification", ["created_at"]);
    await createIndex(tx, "notification", ["user_id", "created_at"]);
    await tx.execute(`create table if not exists recipient (
      user_id varchar(64) not null primary key,
      email varchar(254) not null,
      nickname varchar(200) not null,
      heard_at bigint not null
    ) ${tableOptions}`);
    await createInboxTable(tx);
  },
};
