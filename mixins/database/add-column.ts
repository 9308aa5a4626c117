import { isDuplicateColumn } from "./errors";
import type { Tx } from "./types";

/**
 * Adds a column unless it is there: MySQL commits at every `alter`, so a migration that is run again after a crash may find it. `definition`
 * is its type and what follows, e.g. `bigint not null default 0`.
 */
export async function addColumn(tx: Tx, table: string, column: string, definition: string): Promise<void> {
  try {
    await tx.execute(`alter table \`${table}\` add column ${column} ${definition}`);
  } catch (error) {
    if (!isDuplicateColumn(error)) throw error;
  }
}
