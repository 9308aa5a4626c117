import { type Database, DecideAgain, isDuplicateKey, type Tx } from "../database";
import type { Delivery } from "./event";

/**
 * Applies events, each once (I7): the rows that note them are written in the transaction of their effects, and an event that has its row
 * is not applied again, whether it was delivered twice, stands twice in the list, or its offset was not committed before a crash.
 */
export async function applyOnce(db: Database, consumer: string, at: number, deliveries: readonly Delivery[]): Promise<void> {
  if (deliveries.length === 0) return;
  await db.transaction(async (tx) => {
    const fresh = await withoutApplied(tx, consumer, deliveries);
    await note(tx, consumer, at, fresh);
    for (const run of runsOfOneHandler(fresh)) {
      await run[0].handler(
        run.map(({ event }) => event),
        tx,
      );
    }
  });
}

async function withoutApplied(tx: Tx, consumer: string, deliveries: readonly Delivery[]): Promise<Delivery[]> {
  const fresh = new Map<string, Delivery>();
  for (const delivery of deliveries) if (!fresh.has(delivery.event.id)) fresh.set(delivery.event.id, delivery);
  const applied = await tx.select<{ event_id: string }>("select event_id from inbox_message where consumer = ? and event_id in (?)", [
    consumer,
    [...fresh.keys()],
  ]);
  for (const { event_id } of applied) fresh.delete(event_id);
  return [...fresh.values()];
}

/** A consumer that was thought dead may note the same events at the same moment; the key tells, and the next look finds them applied. */
async function note(tx: Tx, consumer: string, at: number, deliveries: readonly Delivery[]): Promise<void> {
  try {
    await tx.insert(
      "inbox_message",
      deliveries.map(({ event }) => ({ consumer, event_id: event.id, at })),
    );
  } catch (error) {
    throw isDuplicateKey(error) ? new DecideAgain("events were applied by somebody else meanwhile", error) : error;
  }
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
