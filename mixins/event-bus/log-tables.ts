import type { Migration, Tx } from "../database";

/**
 * The tables of the log. Words: a *message* stands at a *position* in one *part* (partition) of a *topic*; a *consumer* (group) has
 * read up to, not including, its position. `first_position` and `next_position` outlive the messages that retention removes.
 */
export const logTables: Migration = {
  name: "0001-event-log",
  async up(tx: Tx) {
    const tail = tx.dialect.tableOptions;
    await tx.execute(`create table if not exists bus_part (
      topic varchar(190) not null,
      part integer not null,
      first_position bigint not null,
      next_position bigint not null,
      primary key (topic, part)
    ) ${tail}`);
    await tx.execute(`create table if not exists bus_message (
      topic varchar(190) not null,
      part integer not null,
      position bigint not null,
      msg_key varchar(190) not null,
      headers text not null,
      payload text not null,
      at bigint not null,
      primary key (topic, part, position)
    ) ${tail}`);
    await tx.execute(`create table if not exists bus_consumer (
      consumer varchar(190) not null,
      topic varchar(190) not null,
      part integer not null,
      position bigint not null,
      primary key (consumer, topic, part)
    ) ${tail}`);
  },
};
