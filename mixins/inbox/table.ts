import { createIndex, type Tx } from "../database";

/** Creates the table that knows which events were applied. The index on `at` is for the clean-up; it grows at its end only. */
export async function createInboxTable(tx: Tx): Promise<void> {
  await tx.execute(`create table if not exists inbox_message (
    consumer varchar(64) not null,
    event_id varchar(64) not null,
    at bigint not null,
    primary key (consumer, event_id)
  ) ${tx.dialect.tableOptions}`);
  await createIndex(tx, "inbox_message", ["at"]);
}
