/**
 * Events between services: published into the outbox with their state change, received through the inbox. The headers are CloudEvents 1.0 as its
 * Kafka binding has them in binary mode: attributes are `ce_…`, and `datacontenttype` is `content-type`.
 */
import type { Service } from "moleculer";
import { z } from "zod";

import type { Tx } from "../mixins/database/types";
import type { InboxEvent, InboxSubscription } from "../mixins/inbox";
import type { Trace } from "../mixins/tracing";
import { iso, now } from "./clock";
import type { EventData, EventRef } from "./contract";
import { uuid } from "./ids";
import { traceHeaders, traceOfEvent } from "./trace";
import { parse } from "./validation";

/** Publishes an event with the transaction's commit. `trace` tells what caused it (`traceOf` of a request's meta, `trace` of a saga or an event). */
export function emit<E extends EventRef>(tx: Tx, event: E, data: EventData<E>, trace?: Trace): void {
  const key = String((data as Record<string, unknown>)[event.key]);
  tx.publish({
    topic: event.topic,
    key,
    headers: {
      ce_specversion: "1.0",
      ce_id: uuid(),
      ce_source: sourceOf(event),
      ce_type: event.name,
      ce_time: iso(now()),
      ce_subject: key,
      "content-type": "application/json",
      ...traceHeaders(trace),
    },
    payload: JSON.stringify(data),
  });
}

/** Who publishes an event, as its header `ce_source`. */
export const sourceOf = ({ name }: Pick<EventRef, "name">): string => `/${name.split(".")[0]}`;

/** One event as a consumer gets it. */
export interface Received<D> {
  /** Unique for the event, the same at every delivery. */
  id: string;
  /** When it happened, ms since the epoch. */
  at: number;
  data: D;
  /** What is published because of it carries this. */
  trace: Trace;
}

/** What a service does with an event. Set-based; runs in the transaction that also notes the events as applied. `host` is the service. */
export interface Consumer {
  topic: string;
  type: string;
  apply(events: readonly InboxEvent[], tx: Tx, host: Service): Promise<void>;
}

/** Consumes an event: `on(order.events.completed, async (events, tx) => …)`. Fields that a later version added are ignored. */
export function on<E extends EventRef>(
  event: E,
  apply: (events: readonly Received<EventData<E>>[], tx: Tx, host: Service) => Promise<void>,
): Consumer {
  const { topic, type, read } = reading(event, (received) => received);
  return { topic, type, apply: (events, tx, host) => apply(events.map(read), tx, host) };
}

/** One kind of event for a consumer that takes several: what it is to the consumer. */
export interface Reading<N> {
  topic: string;
  type: string;
  read(event: InboxEvent): N;
}

/** Reads an event for `onAny`. Fields that a later version added are ignored. */
export function reading<E extends EventRef, N>(event: E, read: (event: Received<EventData<E>>) => N): Reading<N> {
  const tolerant = z.object(event.data.shape);
  return {
    topic: event.topic,
    type: event.name,
    read: (given) => read({ id: given.id, at: given.at, data: parse(tolerant, given.data) as EventData<E>, trace: traceOfEvent(given) }),
  };
}

/**
 * Consumes several kinds of events as one: what follows one another comes together and in order, whatever its kind. With `on` for each
 * of them, a batch in which kinds alternate would be as many calls as it has events.
 */
export function onAny<N>(readings: readonly Reading<N>[], apply: (news: readonly N[], tx: Tx, host: Service) => Promise<void>): Consumer[] {
  const byType = new Map(readings.map((one) => [one.type, one]));
  const applyAll: Consumer["apply"] = (events, tx, host) =>
    apply(
      events.map((event) => byType.get(event.type)!.read(event)),
      tx,
      host,
    );
  return readings.map(({ topic, type }) => ({ topic, type, apply: applyAll }));
}

/** Consumers by topic, as the inbox subscribes to them. */
export function subscriptions(consumers: readonly Consumer[]): InboxSubscription[] {
  const topics = new Map<string, InboxSubscription>();
  for (const { topic, type, apply } of consumers) {
    const subscription = topics.get(topic) ?? { topic, handlers: {} };
    if (subscription.handlers[type]) throw new Error(`${type} has two handlers in one service`);
    subscription.handlers[type] = apply;
    topics.set(topic, subscription);
  }
  return [...topics.values()];
}
