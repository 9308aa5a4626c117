/** What customers are told of: the events, and what each tells. */
import { z } from "zod";

import type { EventData } from "../../../lib/contract";
import { coupon } from "../../coupon/coupon.contract";
import { order } from "../../order/order.contract";

const events = {
  "order.completed": order.events.completed,
  "order.failed": order.events.failed,
  "order.canceled": order.events.canceled,
  "coupon.issued": coupon.events.issued,
};

export type Kind = keyof typeof events;

/** An event that a customer is told of, by its kind. */
export type News = { [K in Kind]: { kind: K; facts: EventData<(typeof events)[K]> } }[Kind];

export const kinds = Object.keys(events) as readonly Kind[];

/** Reads back what was kept of an event. Throws for a kind that this version doesn't know. */
export function newsOf(kind: string, facts: string): News {
  const event = Object.hasOwn(events, kind) ? events[kind as Kind] : undefined;
  if (!event) throw new Error(`nobody knows what to write of ${kind}`);
  return { kind, facts: z.object(event.data.shape).parse(JSON.parse(facts)) } as News;
}
