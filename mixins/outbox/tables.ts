import { addColumn, type Tx } from "../database";

/** Each key belongs to one bucket, each bucket to one relay at a time: that keeps the order per key with many relays. */
export const buckets = 16;

export const WAITING = 0;
/** Can't be published, or stands behind such an event of its key. */
export const PARKED = 1;

/**
 * Creates the events' table and the two that relays share a database by. The primary key is the events' only index: sent rows are
 * deleted, so the oldest waiting ones are the first of the table, and inserts on the hot path pay for nothing else.
 */
export async function createOutboxTables(tx: Tx, table: string): Promise<void> {
  const { autoIncrement, tableOptions } = tx.dialect;
  await tx.execute(`create table if not exists ${table} (
    id ${autoIncrement},
    event_id varchar(64) not null,
    bucket integer not null,
    topic varchar(190) not null,
    msg_key varchar(190) not null,
    headers text not null,
    payload mediumtext not null,
    status integer not null,
    attempts integer not null,
    created_at bigint not null
  ) ${tableOptions}`);
  await tx.execute(`create table if not exists outbox_bucket (
    bucket integer not null primary key,
    owner varchar(64)
  ) ${tableOptions}`);
  await tx.execute(`create table if not exists outbox_relay (
    id varchar(64) not null primary key,
    lease_until bigint not null
  ) ${tableOptions}`);
  const there = await tx.select<{ bucket: number }>("select bucket from outbox_bucket");
  const missing = Array.from({ length: buckets }, (_, bucket) => bucket).filter((bucket) => !there.some((row) => row.bucket === bucket));
  await tx.insert(
    "outbox_bucket",
    missing.map((bucket) => ({ bucket, owner: null })),
  );
}

/**
 * What operators need: why and since when an event is parked, a relay's rate, and `outbox_audit`, which tells who did what to parked events.
 * `event_id` is that of the key's first event; it, topic and key are NULL where all keys were meant. `detail` has the event that was discarded.
 */
export async function addOutboxOperations(tx: Tx, table: string): Promise<void> {
  const { autoIncrement, tableOptions } = tx.dialect;
  await addColumn(tx, table, "error", "text");
  await addColumn(tx, table, "parked_at", "bigint");
  await addColumn(tx, "outbox_relay", "sent_lately", "bigint not null default 0");
  await tx.execute(`create table if not exists outbox_audit (
    id ${autoIncrement},
    action varchar(16) not null,
    topic varchar(190),
    msg_key varchar(190),
    event_id varchar(64),
    events integer not null,
    who varchar(100) not null,
    why varchar(500) not null,
    detail mediumtext,
    at bigint not null
  ) ${tableOptions}`);
}
