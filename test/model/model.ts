/** What is left out or broken on purpose: each has to violate an invariant. */
export type Mutant =
  | "no fence"
  | "no dedupe"
  | "no tombstone"
  | "tombstone forgets"
  | "undone again"
  | "undo only what is done"
  | "undo only what is known"
  | "undo before the decision"
  | "no seal"
  | "seal without tombstone"
  | "deadline after the pivot"
  | "an heir takes itself for the first owner"
  | "who claims after a wait takes itself for the first owner"
  | "a signal that doesn't come excludes the pivot"
  | "a signal is sent without the lock"
  | "WAITING is written without a look"
  | "WAITING is written after the look"
  | "the last signal counts"
  | "the news are believed"
  | "a delay is begun anew"
  | "no answer to the undo of what was never done";

export interface Model {
  /**
   * Stages of steps by kind: `c` compensable, `p` pivot, `r` retriable; e.g. `cc p r` is two in parallel, the pivot, a tail. Stages of their
   * own are `s` a signal and `d` a delay; `P` is a pivot whose outcome is waited for.
   */
  saga: string;
  /** Owners one after the other, at most. */
  owners: number;
  /** Results become durable at any time as well, not only with the awaited writes. Default true. */
  releases?: boolean;
  /** The pivot's work lies outside of the participant's database: it may stay started for any time. */
  outside?: boolean;
  /** Who sends a signal and who writes WAITING do it in several steps, and meet in between. */
  transactions?: boolean;
  /** Delays last until the clock has gone on. Default: anything may be over at any time. */
  clock?: boolean;
  mutant?: Mutant;
}

/** Small enough for every run of the tests: some seconds together. */
export const bounded: readonly Model[] = [
  { saga: "c c c", owners: 2 },
  { saga: "c p r", owners: 3 },
  { saga: "p r", owners: 3 },
  { saga: "c c p", owners: 2 },
  { saga: "cc p", owners: 2 },
  { saga: "cc p r", owners: 2 },
  { saga: "cc p r", owners: 2, releases: false },
  { saga: "c p r", owners: 3, outside: true },
  { saga: "c s p r", owners: 3, transactions: true },
  { saga: "c d p d r", owners: 2, clock: true },
  { saga: "c P r", owners: 2, outside: true, transactions: true },
];

/** For `full.ts`: a minute or two, and some gigabytes. */
export const full: readonly Model[] = [
  { saga: "c c c", owners: 4 },
  { saga: "c c p r", owners: 4 },
  { saga: "cc p", owners: 4 },
  { saga: "cc p r", owners: 4, releases: false },
  { saga: "cc p r", owners: 3, outside: true },
  { saga: "cc p rr", owners: 3 },
  { saga: "cc c p r", owners: 2 },
  { saga: "ccc p", owners: 2 },
  { saga: "cc s p r", owners: 3, releases: false },
  { saga: "c s c p", owners: 3, transactions: true },
  { saga: "c d s p r", owners: 4 },
  { saga: "cc d p d r", owners: 3 },
  { saga: "c P r", owners: 3, outside: true, transactions: true },
  { saga: "cc P r", owners: 2, outside: true },
];
