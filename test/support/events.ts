import { busOf } from "../../lib/bus";
import type { EventData, EventRef } from "../../lib/contract";
import { emit } from "../../lib/events";
import type { Tx } from "../../mixins/database";
import type { BusMessage } from "../../mixins/event-bus";
import type { TestShop } from "./shop";

export interface Told {
  type: string;
  key: string;
  headers: Record<string, string>;
  data: unknown;
}

let recorders = 0;

/** Everything that the shop has told on a topic so far, and tells from now on until it stops. */
export async function recordEvents(shop: TestShop, topic: string): Promise<Told[]> {
  const told: Told[] = [];
  await busOf(shop.broker).subscribe({
    group: `test-recorder-${++recorders}`,
    topics: [topic],
    maxBatch: 100,
    async onBatch(messages) {
      told.push(
        ...messages.map(({ key, headers, payload }) => ({
          type: headers.ce_type ?? "",
          key,
          headers,
          data: JSON.parse(payload) as unknown,
        })),
      );
    },
  });
  return told;
}

/** An event as it lies on the bus. Publishing the same message twice is one event delivered twice. */
export function messageOf<E extends EventRef>(event: E, data: EventData<E>): BusMessage {
  const messages: BusMessage[] = [];
  emit({ publish: (message) => messages.push(message) } as Pick<Tx, "publish"> as Tx, event, data);
  const [message] = messages;
  if (!message) throw new Error(`${event.name} was not published`);
  return message;
}

/** Publishes events past any outbox, as another service would. */
export function deliver(shop: TestShop, ...messages: BusMessage[]): Promise<void> {
  return busOf(shop.broker).publish(messages);
}
