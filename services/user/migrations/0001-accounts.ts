import { createIndex, type Migration } from "../../../mixins/database";
import { createOutboxTables } from "../../../mixins/outbox";

/** E-mail addresses are stored in lower case; their key lets one of several registrations win. Refresh tokens are stored as hashes only. */
export const accounts: Migration = {
  name: "0001-accounts",
  async up(tx) {
    const { tableOptions } = tx.dialect;
    await tx.execute(`create table if not exists user (
      id varchar(64) not null primary key,
      email varchar(254) not null unique,
      password_hash varchar(255) not null,
      nickname varchar(50) not null,
      role varchar(20) not null,
      created_at bigint not null
    ) ${tableOptions}`);
    await tx.execute(`create table if not exists refresh_token (
      token_hash varchar(64) not null primary key,
      family varchar(64) not null,
      user_id varchar(64) not null,
      created_at bigint not null,
      expires_at bigint not null,
      used_at bigint
    ) ${tableOptions}`);
    await createIndex(tx, "refresh_token", ["expires_at"]);
    await createOutboxTables(tx, "user_outbox_event");
  },
};
