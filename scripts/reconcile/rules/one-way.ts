/** An entry of a history: what it moves, and the balance after it. */
export interface Move {
  id: string;
  delta: number;
  after: number;
}

/**
 * Whether the moves follow from each other, from 0 to the sum of all. They mostly do in the order given, which is that of their times; but
 * the clocks of two nodes may differ, so any order will do: each move is a road between two balances, and all are to be walked in one go
 * (Euler: as many roads lead to a place as away from it, but for the ends, and all hang together).
 */
export function isOneWay(moves: readonly Move[]): boolean {
  let balance = 0;
  for (const { delta, after } of moves) {
    if (balance + delta !== after) return hasRoute(moves);
    balance = after;
  }
  return true;
}

function hasRoute(moves: readonly Move[]): boolean {
  const arrivals = new Map<number, number>([[0, 1]]);
  const neighbours = new Map<number, number[]>();
  const link = (from: number, to: number) => {
    const known = neighbours.get(from);
    if (known) known.push(to);
    else neighbours.set(from, [to]);
  };
  let end = 0;
  for (const { delta, after } of moves) {
    const before = after - delta;
    arrivals.set(after, (arrivals.get(after) ?? 0) + 1);
    arrivals.set(before, (arrivals.get(before) ?? 0) - 1);
    link(before, after);
    link(after, before);
    end += delta;
  }
  arrivals.set(end, (arrivals.get(end) ?? 0) - 1);
  return [...arrivals.values()].every((count) => count === 0) && reachable(0, neighbours) === neighbours.size;
}

function reachable(start: number, neighbours: ReadonlyMap<number, readonly number[]>): number {
  const seen = new Set([start]);
  for (const place of seen) for (const next of neighbours.get(place) ?? []) seen.add(next);
  return seen.size;
}
