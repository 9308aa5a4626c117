import type { Period, Span } from "./period";

/** How many of a product were sold on a calendar day. */
export interface Sale {
  day: string;
  productId: string;
  sold: number;
}

export interface Place {
  productId: string;
  sold: number;
}

/** How many of a product were sold in a period. */
export interface PeriodSale {
  period: Period;
  first: string;
  productId: string;
  sold: number;
}

/** Where rankings are read from, for speed only: the tally is what counts. */
export interface Ranking {
  /** Replaces everything by what was sold from the day `since` on. */
  load(since: string, sales: readonly Sale[]): Promise<void>;
  add(sales: readonly Sale[]): Promise<void>;
  /** Most sold first, equals by product id; undefined when the period began before what is held. */
  top(span: Span, limit: number): Promise<Place[] | undefined>;
  /** All that `top` reads, and from which day on it is held; undefined when nothing is held, and `top` never answers. */
  held(): Promise<{ since: string; sales: PeriodSale[] } | undefined>;
}

/** The order of places: most sold first, equals by product id, so that it is the same at every reading. */
export function byPlace(a: Place, b: Place): number {
  return b.sold - a.sold || (a.productId < b.productId ? -1 : 1);
}
