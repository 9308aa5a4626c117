import { type Database, isDuplicateKey, isRetriable, isUnavailable, type Tx } from "../database";
import type { Delivery } from "./event";

/**
 * Applies events, each once (I7): the rows that note them are written in the transaction of their effects, and an event that has its row
 * is not applied again, whether it was delivered twice, stands twice in the list, or its offset was not committed before a crash. Nearly
 * always nothing was applied before, so only who meets the table's key looks which events were.
 */
export async function applyOnce(
  db: Pick<Database, "transaction">,
  consumer: string,
  at: number,
  deliveries: readonly Delivery[],
): Promise<void> {
  if (deliveries.length === 0) return;
  const once = firstOfEach(deliveries);
  const apply = (unapplied: (tx: Tx) => Promise<readonly Delivery[]>) =>
    db.transaction(async (tx) => {
      const fresh = await unapplied(tx);
      note(tx, consumer, at, fresh);
      for (const run of runsOfOneHandler(fresh)) {
        await run[0].handler(
          run.map(({ event }) => event),
          tx,
        );
      }
    });
  try {
    await apply(async () => once);
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
    await apply((tx) => withoutApplied(tx, consumer, once));
  }
}

function firstOfEach(deliveries: readonly Delivery[]): Delivery[] {
  const first = new Map<string, Delivery>();
  for (const delivery of deliveries) if (!first.has(delivery.event.id)) first.set(delivery.event.id, delivery);
  return [...first.values()];
}

async function withoutApplied(tx: Tx, consumer: string, deliveries: readonly Delivery[]): Promise<Delivery[]> {
  const applied = await tx.select<{ event_id: string }>("select event_id from inbox_message where consumer = ? and event_id in (?)", [
    consumer,
    deliveries.map(({ event }) => event.id),
  ]);
  const ids = new Set(applied.map(({ event_id }) => event_id));
  return deliveries.filter(({ event }) => !ids.has(event.id));
}

function note(tx: Tx, consumer: string, at: number, deliveries: readonly Delivery[]): void {
  tx.insertLater(
    "inbox_message",
    deliveries.map(({ event }) => ({ consumer, event_id: event.id, at })),
  );
}

type Run = [Delivery, ...Delivery[]];

function runsOfOneHandler(deliveries: readonly Delivery[]): Run[] {
  const runs: Run[] = [];
  for (const delivery of deliveries) {
    const last = runs.at(-1);
    if (last?.[0].handler === delivery.handler) last.push(delivery);
    else runs.push([delivery]);
  }
  return runs;
}

/** Passes without the event being changed: the database is away or busy, or the error says of itself that a retry may help. */
export function isPassing(error: unknown): boolean {
  return isUnavailable(error) || isRetriable(error) || (error instanceof Error && "retryable" in error && error.retryable === true);
}
