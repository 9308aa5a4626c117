import { mysqlSnapshot } from "./mysql";
import { sqliteSnapshot } from "./sqlite";

export type SqlValue = string | number | null;

/**
 * One database as it is at one moment, for as long as it is open: whatever is read from it, and however long that takes, fits together.
 * It keeps no writer waiting. Sums and bigints come as numbers.
 */
export interface Snapshot {
  all<Row extends object>(sql: string, values?: readonly SqlValue[]): Promise<Row[]>;
  /** The rows batch by batch: more than fit into memory. One at a time; it is to be read to its end. */
  batches<Row extends object>(sql: string, values?: readonly SqlValue[]): AsyncIterable<Row[]>;
  close(): Promise<void>;
}

/** @param url `sqlite:<absolute path>` of a file that exists, or `mysql://…` */
export function openSnapshot(url: string): Promise<Snapshot> {
  return url.startsWith("sqlite:") ? sqliteSnapshot(url.slice("sqlite:".length)) : mysqlSnapshot(url);
}
