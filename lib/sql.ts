/** Small pieces of SQL that set-based writes share. */
import { DecideAgain } from "../mixins/database/errors";
import type { Value } from "../mixins/database/types";

interface Fragment {
  sql: string;
  values: Value[];
}

/**
 * A `case` that picks each row's own value by its key, so that one update serves many rows: `set stock = stock + ${delta.sql}`.
 * The statement's `where` must name the same keys; another row would get NULL.
 */
export function perRow(key: string, values: ReadonlyMap<string, Value>): Fragment {
  return { sql: `case ${key}${" when ? then ?".repeat(values.size)} end`, values: [...values].flat() };
}

/**
 * Holds the count of a group's conditional write against the rows that were decided under locks. One that did not change is no longer as
 * it was locked, so the lock did not hold: the transaction is rolled back and decided again. MySQL counts changed rows, not found ones:
 * each row must get a new value.
 */
export function mustChange(changed: number, rows: number, what: string): void {
  if (changed !== rows) throw new DecideAgain(`${what}: ${rows - changed} of ${rows} locked rows are not as they were`);
}
