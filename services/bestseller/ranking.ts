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

/** Which tally, and how far it has come: every change raises its version by one, and changes are committed in that order. */
export interface TallyState {
  /** Another tally has another history, whatever its version. */
  tally: string;
  version: number;
  /** When the newest order that has moved it was completed or cancelled, ms since the epoch. */
  lastAt?: number;
}

/** What has made that version of the tally. */
export interface Change extends TallyState {
  sales: readonly Sale[];
}

/** What that version of the tally holds from the day `since` on. */
export interface Loaded extends Change {
  since: string;
}

/** Places as that version of the tally has them; undefined when the period began before what is held, from `since` on. */
export interface Top extends TallyState {
  since: string;
  places: Place[] | undefined;
}

/** All that `top` reads: whole periods only. */
export interface Held extends TallyState {
  since: string;
  sales: PeriodSale[];
}

/**
 * Where rankings are read from, for speed only: the tally is what counts.
 *
 * R1 It holds the tally as it was at one version. A change makes it the next one; what comes early waits for what is missing, and what has
 *    been counted already counts for nothing. So a change may be told twice, late, and by several nodes in any order.
 * R2 What is told while it is being loaded isn't lost.
 * R3 A load never turns it back, and replaces everything at once: nobody reads half of it.
 */
export interface Ranking {
  /** Replaces everything by what `read` gives. False when another is about to do so. */
  load(read: () => Promise<Loaded>): Promise<boolean>;
  /** Tells of a change that is committed. False when nothing is held of that tally, so that it has to be loaded. */
  add(change: Change): Promise<boolean>;
  /** Most sold first, equals by product id; undefined when nothing is held. */
  top(span: Span, limit: number): Promise<Top | undefined>;
  held(): Promise<Held | undefined>;
  /** Forgets what it holds, where that is of this version still: it can't be what the tally has been. */
  drop(state: TallyState): Promise<void>;
}

/** The order of places: most sold first, equals by product id, so that it is the same at every reading. */
export function byPlace(a: Place, b: Place): number {
  return b.sold - a.sold || (a.productId < b.productId ? -1 : 1);
}

/** How many changes wait for one that is missing. Who is behind further than that is loaded anew. */
export const mostEarly = 1_000;
