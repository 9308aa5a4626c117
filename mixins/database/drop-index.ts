import { isMissingIndex } from "./errors";
import type { Tx } from "./types";

/** Drops the index `<table>_<columns>`, which `createIndex` made, if it is there. */
export async function dropIndex(tx: Tx, table: string, columns: readonly string[]): Promise<void> {
  const name = [table, ...columns].join("_");
  try {
    await tx.execute(tx.dialect.dropIndex(name, table));
  } catch (error) {
    if (!isMissingIndex(error)) throw error;
  }
}
