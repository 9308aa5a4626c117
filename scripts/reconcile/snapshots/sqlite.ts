import { DatabaseSync, type SQLInputValue } from "node:sqlite";
import { setImmediate } from "node:timers/promises";

import type { Snapshot, SqlValue } from "./snapshot";

const batch = 500;

/** A transaction that only reads: in WAL mode it sees the last commit before it, and writers go on. */
export async function sqliteSnapshot(path: string): Promise<Snapshot> {
  const db = new DatabaseSync(path);
  try {
    db.exec("PRAGMA busy_timeout=5000; PRAGMA query_only=ON; BEGIN");
    db.prepare("select count(*) from sqlite_schema").get(); // the moment is that of the first read
  } catch (error) {
    db.close();
    throw error;
  }

  async function* batches<Row extends object>(sql: string, values: readonly SqlValue[] = []): AsyncIterable<Row[]> {
    let rows: Row[] = [];
    for (const row of db.prepare(sql).iterate(...(values as SQLInputValue[]))) {
      rows.push(row as Row);
      if (rows.length < batch) continue;
      yield rows;
      rows = [];
      await setImmediate(); // a test's shop lives in this process
    }
    if (rows.length > 0) yield rows;
  }

  return {
    all: async <Row extends object>(sql: string, values: readonly SqlValue[] = []) =>
      db.prepare(sql).all(...(values as SQLInputValue[])) as Row[],
    batches,
    close: async () => db.close(),
  };
}
