import { randomUUID } from "node:crypto";

import { dropIndex, type Migration } from "../../../mixins/database";

/**
 * One row, that of the tally itself: every transaction that changes `daily_sales` raises its `version`, so that changes are committed in the
 * order of their versions. `tally` tells it from another one that had its place. `last_at`: when the newest order that has moved it was
 * completed or cancelled, ms since the epoch; it stood in the rows of the days before, under an index.
 */
export const tallyVersion: Migration = {
  name: "0004-tally",
  async up(tx) {
    await tx.execute(`create table if not exists tally (
      id smallint not null primary key,
      tally varchar(36) not null,
      version bigint not null,
      last_at bigint
    ) ${tx.dialect.tableOptions}`);
    const [known] = await tx.select("select id from tally");
    if (!known) {
      const [newest] = await tx.select<{ at: number | null }>("select max(last_at) as at from daily_sales");
      await tx.insert("tally", [{ id: 1, tally: randomUUID(), version: 0, last_at: newest?.at ?? null }]);
    }
    await dropIndex(tx, "daily_sales", ["last_at"]);
  },
};
