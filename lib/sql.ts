/** Small pieces of SQL that statements share. */
import { DecideAgain } from "../mixins/database/errors";
import type { Dialect } from "../mixins/database/dialect";
import type { Bindable, Value } from "../mixins/database/types";

interface Fragment {
  sql: string;
  values: Value[];
}

/**
 * A `case` that picks each row's own value by its key, so that one update serves many rows: `set stock = stock + ${delta.sql}`.
 * The statement's `where` must name the same keys; another row would get NULL. A value that all rows share stands there alone.
 */
export function perRow(key: string, values: ReadonlyMap<string, Value>): Fragment {
  const different = new Set(values.values());
  if (different.size === 1) return { sql: "?", values: [...different] };
  return { sql: `case ${key}${" when ? then ?".repeat(values.size)} end`, values: [...values].flat() };
}

/** The same of values that rows have, any number of columns of them: `const each = eachRow("id", rows, idOf); each(({ price }) => price)`. */
export function eachRow<R>(key: string, rows: readonly R[], keyOf: (row: R) => string): (valueOf: (row: R) => Value) => Fragment {
  return (valueOf) => perRow(key, new Map(rows.map((row) => [keyOf(row), valueOf(row)])));
}

/** A condition and what fills its placeholder, if it has one. */
export type Condition = string | readonly [sql: string, value: Bindable];

/** The `where` of what all of these ask for. One that is undefined, or whose value is, asks for nothing; without any there is no `where`. */
export function conditions(...wanted: readonly (Condition | undefined)[]): { where: string | undefined; values: Bindable[] } {
  const given = wanted.flatMap((one): [sql: string, ...values: Bindable[]][] => {
    if (one === undefined) return [];
    if (typeof one === "string") return [[one]];
    return one[1] === undefined ? [] : [[...one]];
  });
  return { where: given.map(([sql]) => sql).join(" and ") || undefined, values: given.flatMap(([, ...values]) => values) };
}

/**
 * What an upsert sets so that what was told last stays: these columns, where the new row's `time` is not before the one that is known.
 * MySQL assigns from left to right, so what the others go by comes last.
 */
export function keepNewest({ excluded }: Dialect, table: string, columns: readonly string[], time: string): string {
  const isNewer = `${excluded(time)} >= ${table}.${time}`;
  return [...columns, time]
    .map((column) => `${column} = case when ${isNewer} then ${excluded(column)} else ${table}.${column} end`)
    .join(", ");
}

/**
 * Holds the count of a group's conditional write against the rows that were decided under locks. One that did not change is no longer as
 * it was locked, so the lock did not hold: the transaction is rolled back and decided again. MySQL counts changed rows, not found ones:
 * each row must get a new value.
 */
export function mustChange(changed: number, rows: number, what: string): void {
  if (changed !== rows) throw new DecideAgain(`${what}: ${rows - changed} of ${rows} locked rows are not as they were`);
}
