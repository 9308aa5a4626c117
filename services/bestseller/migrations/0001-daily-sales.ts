import type { Migration } from "../../../mixins/database";
import { createInboxTable } from "../../../mixins/inbox";

/** `day` is a calendar day of the business time zone, `2026-11-24`. `last_at`: when the newest order of the row was completed, ms since the epoch. */
export const dailySales: Migration = {
  name: "0001-daily-sales",
  async up(tx) {
    const { tableOptions } = tx.dialect;
    await tx.execute(`create table if not exists daily_sales (
      day varchar(10) not null,
      product_id varchar(64) not null,
      sold bigint not null,
      last_at bigint not null,
      primary key (day, product_id)
    ) ${tableOptions}`);
    await tx.execute(`create table if not exists product_name (
      product_id varchar(64) not null primary key,
      name varchar(200) not null
    ) ${tableOptions}`);
    await createInboxTable(tx);
  },
};
