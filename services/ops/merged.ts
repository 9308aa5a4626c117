import type { Page } from "../../lib/paging";

interface Merging<T> {
  limit: number;
  /** What the parts are ordered by, each in this order. Of two rows of two parts it is never the same. */
  by(row: T): readonly (string | number)[];
  /** The greatest first. */
  falling: boolean;
  cursorOf(row: T): string;
}

/** One page of the beginnings of several lists. Each has one row more than the page, if there are so many. */
export function merged<T>(parts: readonly (readonly T[])[], { limit, by, falling, cursorOf }: Merging<T>): Page<T> {
  const rows = parts.flat().sort((a, b) => (falling ? -1 : 1) * compare(by(a), by(b)));
  const items = rows.slice(0, limit);
  const last = rows.length > limit ? items.at(-1) : undefined;
  return { items, nextCursor: last ? cursorOf(last) : null };
}

function compare(a: readonly (string | number)[], b: readonly (string | number)[]): number {
  const at = a.findIndex((value, index) => value !== b[index]);
  if (at < 0) return 0;
  return a[at]! < b[at]! ? -1 : 1;
}
