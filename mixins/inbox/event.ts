import type { Service } from "moleculer";

import type { Tx } from "../database";
import type { ReceivedMessage } from "../event-bus";

/** One event as a handler gets it. The attributes are CloudEvents' own, from the headers `ce_…`. */
export interface InboxEvent {
  /** Unique for the event, the same at every delivery. */
  id: string;
  type: string;
  /** When it happened, ms since the epoch. */
  at: number;
  key: string;
  /** The parsed payload. */
  data: unknown;
  headers: Record<string, string>;
}

/**
 * Applies events inside the transaction that also notes them as applied; it may be run again after a rollback, so it has no effect
 * outside the transaction. Consecutive events of one handler are handed over together, and those of a key stay in order: one that takes
 * several types gets what follows one another whatever its type. Throws when one of them can't be applied.
 */
export type EventHandler = (events: readonly InboxEvent[], tx: Tx) => Promise<void>;

/** The same, told of the service that it runs in. */
export type HostedHandler = (events: readonly InboxEvent[], tx: Tx, host: Service) => Promise<void>;

export interface InboxSubscription<H = HostedHandler> {
  topic: string;
  /** By the event's type (header `ce_type`). Events of other types are skipped. */
  handlers: Record<string, H>;
}

/** The subscriptions of one running service. A handler of several types, also of several topics, stays one. */
export function hostedBy(host: Service, subscriptions: readonly InboxSubscription[]): InboxSubscription<EventHandler>[] {
  const bound = new Map<HostedHandler, EventHandler>();
  const bind = (handler: HostedHandler): EventHandler => {
    const known = bound.get(handler) ?? ((events, tx) => handler(events, tx, host));
    bound.set(handler, known);
    return known;
  };
  return subscriptions.map(({ topic, handlers }) => ({
    topic,
    handlers: Object.fromEntries(Object.entries(handlers).map(([type, handler]) => [type, bind(handler)])),
  }));
}

/** Finds the handler of events of one type; own properties only: a type named like a method of every object has none. */
export function handlersOf(subscriptions: readonly InboxSubscription<EventHandler>[]) {
  const byTopic = new Map(subscriptions.map(({ topic, handlers }) => [topic, handlers]));
  return (topic: string, type: string): EventHandler | undefined => {
    const handlers = byTopic.get(topic);
    return handlers && Object.hasOwn(handlers, type) ? handlers[type] : undefined;
  };
}

/** An event that has a handler, and the message that brought it. */
export interface Delivery {
  message: ReceivedMessage;
  event: InboxEvent;
  handler: EventHandler;
}

/** Reads a message. Throws when it is no event: no id, type or time, or a payload that is not JSON. */
export function readEvent({ key, headers, payload }: ReceivedMessage): InboxEvent {
  const { ce_id: id, ce_type: type, ce_time: time } = headers;
  if (!id || !type || !time) throw new Error("no event: ce_id, ce_type or ce_time is missing");
  const at = Date.parse(time);
  if (Number.isNaN(at)) throw new Error(`no event: ce_time is ${time}`);
  return { id, type, at, key, data: JSON.parse(payload) as unknown, headers };
}
