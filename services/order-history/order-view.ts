/**
 * An order as its events tell it, pure. In whatever order they come, and however often, it becomes what `order.read` shows:
 * - every event tells the whole order, so the first one that comes builds it, whichever that is;
 * - an entry of the history stands where its time puts it, PENDING first and an end last, and the status is that of the last one: what
 *   comes late doesn't turn the order back;
 * - a payment only ever gets further.
 */
import type { z } from "zod";

import { iso } from "../../lib/clock";
import type { EventData } from "../../lib/contract";
import type { order, orderStatus, orderView } from "../order/order.contract";
import { paymentProgress } from "../payment/payment.contract";

export type OrderView = z.output<typeof orderView>;
export type OrderStatus = z.output<typeof orderStatus>;

/** What is shown of an order of which only its payment has been heard of: nothing yet, but it is kept. */
export type Heralded = Pick<OrderView, "id" | "payment" | "updatedAt">;

/** News of an order, by its own events. Times in ms since the epoch. */
export interface OrderNews {
  told: EventData<typeof order.events.placed>;
  /** What the event says that it has become. */
  status: OrderStatus;
  /** With FAILED. */
  failure?: OrderView["failure"];
  at: number;
}

/** News of its payment. */
export interface PaymentNews {
  orderId: string;
  payment: OrderView["payment"];
  at: number;
}

export function isWhole(known: OrderView | Heralded): known is OrderView {
  return "status" in known;
}

/** The order after its own news. `known` itself when they are none. */
export function withOrderNews(known: OrderView | Heralded | undefined, { told, status, failure, at }: OrderNews): OrderView {
  const view = known && isWhole(known) ? known : { ...placed(told), ...known };
  return withStatus(withPayment(view, told.payment, at), { status, at: iso(at) }, failure);
}

/** The order after news of its payment. `known` itself when they are none. */
export function withPaymentNews(known: OrderView | Heralded | undefined, { orderId, payment, at }: PaymentNews): OrderView | Heralded {
  if (!known) return { id: orderId, payment, updatedAt: iso(at) };
  return withPayment(known, payment, at);
}

function placed({ orderId, items, amounts, payment, userCouponId, placedAt }: OrderNews["told"]): OrderView {
  const at = iso(Date.parse(placedAt));
  return {
    id: orderId,
    status: "PENDING",
    items,
    amounts,
    payment: { method: payment.method },
    ...(userCouponId !== undefined && { userCouponId }),
    history: [{ status: "PENDING", at }],
    createdAt: at,
    updatedAt: at,
  };
}

const progressOf = ({ status }: OrderView["payment"]) => (status ? paymentProgress[status] : 0);

function withPayment<V extends Heralded>(view: V, payment: OrderView["payment"], at: number): V {
  return progressOf(payment) > progressOf(view.payment) ? { ...view, payment, updatedAt: later(view.updatedAt, iso(at)) } : view;
}

const ends: readonly OrderStatus[] = ["FAILED", "CANCELED"];

function withStatus(view: OrderView, entry: OrderView["history"][number], failure: OrderView["failure"]): OrderView {
  const isKnown = entry.status === "PENDING" || view.history.some(({ status, at }) => status === entry.status && at === entry.at);
  if (isKnown) return view;
  const history = view.history.toSpliced(placeOf(entry, view.history), 0, entry);
  return {
    ...view,
    status: history.at(-1)!.status,
    ...(failure && { failure }),
    history,
    updatedAt: later(view.updatedAt, entry.at),
  };
}

function placeOf({ status, at }: OrderView["history"][number], history: OrderView["history"]): number {
  if (ends.includes(status)) return history.length;
  const last = history.at(-1)!;
  let place = ends.includes(last.status) ? history.length - 1 : history.length;
  while (place > 1 && history[place - 1]!.at > at) place--;
  return place;
}

/** ISO 8601 as `iso` writes it sorts as text. */
const later = (a: string, b: string) => (a > b ? a : b);
