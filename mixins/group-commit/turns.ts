/**
 * Nodes that contend for one row take turns at it: a lock, taken once for a group, lets the others' groups wait where they hold neither a
 * connection nor locks on other rows, and grow meanwhile. It guards nothing (the handlers' own writes do), so a group waits for it only a
 * bounded time, and whatever the lock does afterwards is no concern of the group's.
 */
import type { LockStore } from "../lock/types";
import { pause } from "../waiting";

/** How one service's groups take turns; every node that hosts the service must have the same lock and the same names. */
export interface Turns {
  /** Shared by the nodes; one that is away lets the work run at once, and so holds nobody up. */
  lock: LockStore;
  /** The lock's name for a row of this database, as `GroupHandler.hotRows` names it. */
  keyOf(row: string): string;
  /** How long a group waits for its turn, in ms; then it goes on without. */
  waitMs: number;
  /** After so long a turn is over although its holder is still at work, in ms. Default 1,000. */
  ttlMs?: number;
}

/** The row that most of these lists name, when it is at least two: one call alone contends with nobody of its own. */
export function hottest(rowsOfCalls: Iterable<readonly string[]>): string | undefined {
  const counts = new Map<string, number>();
  let found: string | undefined;
  let most = 1;
  for (const rows of rowsOfCalls) {
    for (const row of rows) {
      const count = (counts.get(row) ?? 0) + 1;
      counts.set(row, count);
      if (count > most) [found, most] = [row, count];
    }
  }
  return found;
}

/** Does the work, once: in the row's turn, or without when the turn doesn't come in time. */
export async function inTurn<T>({ lock, keyOf, waitMs, ttlMs = 1_000 }: Turns, row: string, work: () => Promise<T>): Promise<T> {
  let begun: Promise<T> | undefined;
  const begin = () => (begun ??= work());
  const came = new AbortController();
  const turn = async () => {
    try {
      await lock.using(keyOf(row), ttlMs, () => {
        came.abort();
        return begin();
      });
    } catch {
      came.abort(); // of the lock, which counts for nothing, or of the work, which is thrown below
    }
  };
  void turn();
  await pause(waitMs, came.signal);
  return begin();
}
