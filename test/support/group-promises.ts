/** What group commit promises of order and number, held against what a watch has seen of calls that came together. */
import { type Arrival, type GroupWatch, Poisoned } from "./group-watch";

/**
 * One transaction for a group. A further group is made only for a call whose step or key is in hand, and up to 2 · log₂ n more
 * transactions for each poisoned call, which fails alone. `mayThrow` knows the errors of calls that make each other's transaction throw:
 * of these nothing is promised. Any other error is a fault, also when halving hides it from the callers.
 */
export function expectPromised(watch: GroupWatch, poisoned: number, mayThrow: (error: unknown) => boolean): void {
  const { arrivals } = watch;
  const transactions = watch.transactions.filter(({ decidedAgain }) => !decidedAgain);
  const failed = transactions.filter(({ committed, thrown }) => !committed && !(thrown instanceof Poisoned));
  for (const { thrown } of failed) if (!mayThrow(thrown)) throw thrown;
  if (failed.length > 0) return;
  const groups = groupsOf(arrivals);
  expect(transactions.length).toBeLessThanOrEqual(groups.length + 2 * poisoned * Math.ceil(Math.log2(arrivals.length || 1)));
  if (poisoned === 0) expect(transactions.flatMap(({ calls }) => calls)).toEqual(groups.flatMap(byHandler));
  else expect(ofEachHandler(watch.decided(), arrivals)).toEqual(ofEachHandler(groups.flatMap(byHandler), arrivals));
}

/** In order of arrival; a call whose key is in hand waits for the next group. */
function groupsOf(arrivals: readonly Arrival[]): Arrival[][] {
  const keys = new Set<string>();
  const group = arrivals.filter(({ conflictKey }) => {
    if (conflictKey === undefined) return true;
    if (keys.has(conflictKey)) return false;
    return Boolean(keys.add(conflictKey));
  });
  if (group.length === 0) return [];
  return [group, ...groupsOf(arrivals.filter((one) => !group.includes(one)))];
}

/** In a group the handlers run in the order of their names, each on its calls in order of arrival. */
function byHandler(group: readonly Arrival[]): number[] {
  return group.toSorted((a, b) => (a.handler === b.handler ? 0 : a.handler < b.handler ? -1 : 1)).map(({ call }) => call);
}

/** In halves of a group the handlers take turns, but none of them changes the order of its own calls. */
function ofEachHandler(calls: readonly number[], arrivals: readonly Arrival[]): Record<string, number[]> {
  const orders: Record<string, number[]> = {};
  for (const call of calls) {
    const { handler } = arrivals.find((one) => one.call === call) ?? { handler: "" };
    (orders[handler] ??= []).push(call);
  }
  return orders;
}
