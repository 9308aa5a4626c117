/** Small pieces of SQL that set-based writes share. */
import type { Value } from "../mixins/database/types";

export interface Fragment {
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
