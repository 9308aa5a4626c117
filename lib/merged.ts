import type { Page } from "./paging";

/** How lists become one. */
export interface Merging<T> {
  limit: number;
  /** What the parts are ordered by, each in this order. Of two rows of two parts it is never the same. */
  by(row: T): readonly (string | number)[];
  /** The greatest first. */
  falling: boolean;
  cursorOf(row: T): string;
}

/** One page of the beginnings of several lists. Each has one row more than the page, if there are so many. */
export function merged<T>(parts: readonly (readonly T[])[], { limit, cursorOf, ...order }: Merging<T>): Page<T> {
  const rows = inOrder(parts, order);
  const items = rows.slice(0, limit);
  const last = rows.length > limit ? items.at(-1) : undefined;
  return { items, nextCursor: last ? cursorOf(last) : null };
}

/** The rows of several lists, in their common order. */
export function inOrder<T>(parts: readonly (readonly T[])[], { by, falling }: Pick<Merging<T>, "by" | "falling">): T[] {
  return parts.flat().sort((a, b) => (falling ? -1 : 1) * compare(by(a), by(b)));
}

function compare(a: readonly (string | number)[], b: readonly (string | number)[]): number {
  const at = a.findIndex((value, index) => value !== b[index]);
  if (at < 0) return 0;
  return a[at]! < b[at]! ? -1 : 1;
}
