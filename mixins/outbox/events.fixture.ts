/** What several relays send, written down by whoever tests them. */
import type { Database, Migration, OutgoingMessage } from "../database";
import type { BusMessage } from "../event-bus";
import { type OutboxStore } from "./store";
import { addOutboxOperations, createOutboxTables } from "./tables";

export const table = "test_outbox_event";
export const topic = "test.v1";
export const migrations: Migration[] = [
  { name: "0001-outbox", up: (tx) => createOutboxTables(tx, table) },
  { name: "0002-operations", up: (tx) => addOutboxOperations(tx, table) },
];

/** The `n`th event of a key's turn: keys take turns. */
function eventOf(n: number, keys: number): OutgoingMessage {
  return { topic, key: `key-${n % keys}`, headers: { ce_id: `event-${n}`, ce_type: "test.done" }, payload: JSON.stringify(n) };
}

/** Writes the events `from` up to `to`, many in one transaction. */
export async function write(
  db: Database,
  store: OutboxStore,
  { from = 0, to, keys }: { from?: number; to: number; keys: number },
): Promise<void> {
  const together = 500;
  for (let first = from; first < to; first += together) {
    const events = Array.from({ length: Math.min(together, to - first) }, (_, n) => eventOf(first + n, keys));
    await db.transaction(async (tx) => store.write(tx, events));
  }
}

/** Of messages in the order of their partitions: how many events there are, and which came out of their key's order when repetitions are left out. */
export function judge(messages: readonly BusMessage[]): { events: number; repeated: number; outOfOrder: string[] } {
  const seen = new Set<string>();
  const last = new Map<string, number>();
  const outOfOrder: string[] = [];
  for (const { key, headers, payload } of messages) {
    const id = headers.ce_id ?? "";
    if (seen.has(id)) continue;
    seen.add(id);
    const n = Number(payload);
    if (n < (last.get(key) ?? -1)) outOfOrder.push(`${id} of ${key} came behind event-${last.get(key)}`);
    last.set(key, n);
  }
  return { events: seen.size, repeated: messages.length - seen.size, outOfOrder };
}
