/** Lists that are read page by page, the newest first: by time, then by id, both falling. Rows that are added meanwhile shift nothing. */
import type { Bindable, Reader } from "../mixins/database";
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

interface ListQuery<Row> {
  /** The list's name, e.g. `order.list`: a cursor is good for its own list only. */
  name: string;
  /** A select without `where`, whose columns hold `id`. */
  select: string;
  where?: string;
  /** What fills the placeholders of `where`. */
  values?: readonly Bindable[];
  /** The column that tells how new a row is, and its value in a row. */
  time: { column: string; of(row: Row): number };
}

/** Reads one page. A cursor that isn't one of ours is VALIDATION_FAILED. */
export async function readNewest<Row extends { id: string }>(
  db: Reader,
  query: ListQuery<Row>,
  { limit, cursor }: PageParams,
): Promise<Page<Row>> {
  const { name, select, where = "1 = 1", values = [], time } = query;
  const after = decodeCursor(cursor, ["number", "string"], name);
  // `(a, b) < (?, ?)` would say the same, but MySQL doesn't use an index for it.
  const rest = after ? `and ${time.column} <= ? and (${time.column} < ? or id < ?)` : "";
  const rows = await db.select<Row>(`${select} where ${where} ${rest} order by ${time.column} desc, id desc limit ?`, [
    ...values,
    ...(after ? [after[0], ...after] : []),
    limit + 1,
  ]);
  const items = rows.slice(0, limit);
  const last = rows.length > limit ? items.at(-1) : undefined;
  return { items, nextCursor: last ? encodeCursor([time.of(last), last.id], name) : null };
}
