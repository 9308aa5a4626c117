import { createIndex, type Tx } from "../../database";

/**
 * - `dead_letter` what a consumer could not apply, one row for each, whatever the topic delivers twice. `topic`, `part` and `position` are
 *   where the message stood when it died; `chain` stands for topic, partition and key, within which letters keep their order. `tries`
 *   counts replays that failed. `closed_at` is NULL while it is OPEN.
 * - `dead_letter_audit` who did what to which letter, and why. Written by hand, so they are few; they outlive the letters.
 *
 * Times are ms since the epoch.
 */
export async function createDeadLetterTables(tx: Tx): Promise<void> {
  const { tableOptions, autoIncrement } = tx.dialect;
  await tx.execute(`create table if not exists dead_letter (
    id varchar(40) not null primary key,
    consumer varchar(64) not null,
    topic varchar(190) not null,
    part integer not null,
    position bigint not null,
    chain varchar(40) not null,
    msg_key mediumtext not null,
    event_id varchar(190),
    type varchar(190),
    headers mediumtext not null,
    payload mediumtext not null,
    error text not null,
    tries integer not null,
    state varchar(16) not null,
    died_at bigint not null,
    closed_at bigint
  ) ${tableOptions}`);
  await createIndex(tx, "dead_letter", ["state", "died_at"]);
  await createIndex(tx, "dead_letter", ["state", "topic", "part", "position"]);
  await createIndex(tx, "dead_letter", ["chain", "position"]);
  await createIndex(tx, "dead_letter", ["died_at"]);
  await createIndex(tx, "dead_letter", ["closed_at"]);
  await tx.execute(`create table if not exists dead_letter_audit (
    id ${autoIncrement},
    consumer varchar(64) not null,
    letter varchar(40) not null,
    topic varchar(190) not null,
    event_id varchar(190),
    type varchar(190),
    action varchar(16) not null,
    outcome varchar(16) not null,
    who varchar(100) not null,
    why varchar(500) not null,
    detail text,
    at bigint not null
  ) ${tableOptions}`);
  await createIndex(tx, "dead_letter_audit", ["letter"]);
  await createIndex(tx, "dead_letter_audit", ["at"]);
}
