/** Events that have been committed and not been applied by everybody who follows them. */
import type { Follower } from "./facts";
import type { Reading } from "./reading";
import type { Snapshot } from "./snapshots/snapshot";

const orders = "commerce.order.v1";
const payments = "commerce.payment.v1";

/** What each follower that a rule looks at is told by. */
export const followed: Record<Follower, readonly string[]> = {
  product: [orders],
  bestseller: [orders],
  "order-history": [orders, payments],
  order: [payments],
};

/** Ids of orders of which an event is on its way, by follower. */
export type OnTheirWay = Record<Follower, ReadonlySet<string>>;

export async function readOnTheirWay(reading: Reading): Promise<OnTheirWay> {
  const unsent: Record<string, string[]> = {
    [orders]: await unsentKeys(reading.of("order"), "order_outbox_event", orders),
    [payments]: await unsentKeys(reading.of("payment"), "payment_outbox_event", payments),
  };
  const found: Partial<Record<Follower, Set<string>>> = {};
  for (const [follower, topics] of Object.entries(followed) as [Follower, string[]][]) {
    const keys = new Set(topics.flatMap((topic) => unsent[topic] ?? []));
    for (const topic of topics) for (const key of (await reading.bus?.unreadKeys(follower, topic)) ?? []) keys.add(key);
    found[follower] = keys;
  }
  return found as OnTheirWay;
}

async function unsentKeys(db: Snapshot, table: string, topic: string): Promise<string[]> {
  const rows = await db.all<{ k: string }>(`select distinct msg_key as k from ${table} where topic = ?`, [topic]);
  return rows.map(({ k }) => k);
}
