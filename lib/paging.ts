/**
 * Lists that are read page by page: by a column and, where that is equal, by id, in the same direction. A page begins behind the last row of
 * the one before, so rows that are added or taken away meanwhile shift nothing: a row that doesn't change is shown once.
 */
import type { Bindable, Reader } from "../mixins/database";
import { hashJson } from "./canonical-json";
import { decodeCursor, encodeCursor } from "./cursor";

/** What a client asks for; `cursor` is the `nextCursor` of the page before. */
export interface PageParams {
  limit: number;
  cursor?: string;
}

/** A part of a list. */
export interface Page<T> {
  items: T[];
  /** Null on the last page. */
  nextCursor: string | null;
}

interface ListQuery {
  /** The list's name, e.g. `order.list`: a cursor is good for its own list only. */
  name: string;
  /** What the client has chosen beside the page, e.g. `{ sort, status }`: a cursor is good for the same choice only. JSON. */
  choice?: object;
  /** A select without `where`, whose columns hold `id`. */
  select: string;
  where?: string;
  /** What fills the placeholders of `where`. */
  values?: readonly Bindable[];
}

/** What a list is ordered by. An index on the column and `id` makes a page cost what it shows, wherever it begins. */
export interface SortKey<Row> {
  column: string;
  kind: "number" | "string";
  /** The column's value in a row. */
  of(row: Row): number | string;
  /** The greatest first. */
  falling?: boolean;
}

interface NewestQuery<Row> extends ListQuery {
  /** The column that tells how new a row is, and its value in a row. */
  time: { column: string; of(row: Row): number };
}

/** Reads one page, the newest first. A cursor that isn't one of ours is VALIDATION_FAILED. */
export function readNewest<Row extends { id: string }>(
  db: Reader,
  { time, ...query }: NewestQuery<Row>,
  page: PageParams,
): Promise<Page<Row>> {
  return readSorted(db, { ...query, by: { ...time, kind: "number", falling: true } }, page);
}

/** Reads one page. A cursor that isn't one of this list in this order is VALIDATION_FAILED. */
export async function readSorted<Row extends { id: string }>(
  db: Reader,
  query: ListQuery & { by: SortKey<Row> },
  { limit, cursor }: PageParams,
): Promise<Page<Row>> {
  const { select, where = "1 = 1", values = [], by } = query;
  const list = listOf(query);
  const direction = by.falling ? "desc" : "asc";
  const after = decodeCursor(cursor, [by.kind, "string"], list);
  const rows = await db.select<Row>(
    `${select} where ${where} ${after ? beyond(by) : ""} order by ${by.column} ${direction}, id ${direction} limit ?`,
    [...values, ...(after ? [after[0], after[0], ...after] : []), limit + 1],
  );
  const items = rows.slice(0, limit);
  const last = rows.length > limit ? items.at(-1) : undefined;
  return { items, nextCursor: last ? encodeCursor([by.of(last), last.id], list) : null };
}

/**
 * `(column, id) < (?, ?)` would say the same, but MySQL doesn't use an index for it; nor does it begin at the id without the second `column =`,
 * and among 45,000 equals it then read all that had been shown before.
 */
function beyond({ column, falling }: Pick<SortKey<never>, "column" | "falling">): string {
  const past = falling ? "<" : ">";
  return `and ${column} ${past}= ? and (${column} ${past} ? or (${column} = ? and id ${past} ?))`;
}

/** What the cursors of a list carry, so that they are known as its own. Short, so that the cursor of the longest name and id stays within what `page.cursor` takes. */
export function listOf({ name, choice }: Pick<ListQuery, "name" | "choice">): string {
  return choice ? hashJson([name, choice]).slice(0, 11) : name;
}
