import type { Tx } from "../database";

/**
 * Creates the table that says how a rebuild stands. It is switched together with the read model: so the row that says CATCHING_UP comes with
 * the new tables, in the same step, and who finds it knows which tables he has. Times in ms since the epoch.
 */
export async function createRebuildTable(tx: Tx): Promise<void> {
  await tx.execute(`create table if not exists ${rebuildTable} (
    consumer varchar(64) not null primary key,
    id varchar(16) not null,
    state varchar(16) not null,
    owner varchar(64),
    lease_until bigint not null,
    started_at bigint not null,
    ended_at bigint,
    source varchar(16) not null,
    done bigint not null,
    total bigint not null,
    skipped bigint not null,
    error varchar(500)
  ) ${tx.dialect.tableOptions}`);
}

export const rebuildTable = "read_model_rebuild";
