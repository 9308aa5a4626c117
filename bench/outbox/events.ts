/** The events that an outbox is filled with, and what must be on the bus afterwards. */
import type { OutgoingMessage } from "../../mixins/database";
import type { EventBus, PartitionRange } from "../../mixins/event-bus";

export const topic = "bench.v1";
const keys = 500;
const pad = "x".repeat(700);

/** The `n`th event: keys take turns. About 1 KB with its headers, as an order's. */
export function eventOf(n: number): OutgoingMessage {
  const headers = {
    ce_specversion: "1.0",
    ce_id: `event-${n}`,
    ce_source: "/bench",
    ce_type: "bench.done",
    "content-type": "application/json",
  };
  return { topic, key: `key-${n % keys}`, headers, payload: JSON.stringify({ n, pad }) };
}

const step = 1_000;

/** What is wrong with what the bus has: events that are missing, or out of their key's order when repetitions are left out. */
export async function wrongOn(bus: EventBus, events: number): Promise<string[]> {
  const seen = new Set<string>();
  const last = new Map<string, number>();
  const wrong: string[] = [];
  for (const { partition, first, next } of await bus.progress("bench", [topic]))
    for (let from = first; from < next; from += step) {
      const range: PartitionRange = { topic, partition, from, to: Math.min(next, from + step) };
      for (const { key, headers, payload } of await bus.read([range])) {
        const id = headers.ce_id ?? "";
        if (seen.has(id)) continue;
        seen.add(id);
        const { n } = JSON.parse(payload) as { n: number };
        if (n < (last.get(key) ?? -1)) wrong.push(`${id} of ${key} came behind ${last.get(key)}`);
        last.set(key, n);
      }
    }
  if (seen.size !== events) wrong.push(`${events - seen.size} of ${events} events are missing`);
  return wrong;
}
