import type { Config } from "../../lib/config";
import { consumed, orderStatus, unsent } from "./codes";
import { followed } from "./on-their-way";
import { openReading, type Reading } from "./reading";
import { publishers } from "./rules/machinery";
import type { Snapshot } from "./snapshots/snapshot";

/**
 * What is not at its end yet, one line for each kind; empty when every order is final, and every event sent and applied. It costs less
 * than a reconciliation: for who waits until all is quiet.
 */
export async function readUnderWay(config: Config): Promise<string[]> {
  const reading = await openReading(config, followed);
  try {
    return await underWayIn(reading);
  } finally {
    await reading.close();
  }
}

export async function underWayIn({ of, bus }: Reading): Promise<string[]> {
  const counts = [
    [await count(of("order"), `orders where status in (${orderStatus.PENDING}, ${orderStatus.CANCELING})`), "orders PENDING or CANCELING"],
    [await count(of("order"), "saga_instance where owner is not null"), "open sagas"],
  ] as [number, string][];
  for (const name of publishers)
    counts.push([await count(of(name), `${name}_outbox_event where status = ${unsent.WAITING}`), `unsent events of ${name}`]);
  const behindOf = Map.groupBy((await bus?.unread()) ?? [], ({ consumer }) => consumer);
  for (const [consumer, parts] of behindOf)
    counts.push([parts.reduce((sum, { behind }) => sum + behind, 0), `events unread by ${consumer}`]);
  // Who has just started for the first time isn't known to the bus yet, and has everything before him.
  for (const [consumer, topics] of Object.entries(consumed))
    for (const topic of topics)
      for (const { events } of (await bus?.lost(consumer, topic)) ?? []) counts.push([events, `events of ${topic} unread by ${consumer}`]);
  return counts.filter(([n]) => n > 0).map(([n, what]) => `${what}: ${n}`);
}

async function count(db: Snapshot, from: string): Promise<number> {
  const [row] = await db.all<{ n: number }>(`select count(*) as n from ${from}`);
  return row?.n ?? 0;
}
