import { isDuplicateIndex } from "./errors";
import type { Tx } from "./types";

/** Creates the index `<table>_<columns>` unless it exists. */
export async function createIndex(tx: Tx, table: string, columns: readonly string[], { unique = false } = {}): Promise<void> {
  const name = [table, ...columns].join("_");
  const kind = unique ? "unique index" : "index";
  try {
    await tx.execute(`create ${kind} ${tx.dialect.indexIfNotExists} ${name} on \`${table}\` (${columns.join(", ")})`);
  } catch (error) {
    if (!isDuplicateIndex(error)) throw error;
  }
}
