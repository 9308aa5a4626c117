import type { EventData } from "../../lib/contract";
import { onAny, reading, type Received } from "../../lib/events";
import type { Tx } from "../../mixins/database";
import { order } from "../order/order.contract";
import { payment } from "../payment/payment.contract";
import { type OrderNews, type OrderStatus, type PaymentNews, withOrderNews, withPaymentNews } from "./order-view";
import { insertKnown, type Known, lockKnown, replaceKnown } from "./order-views";

/** What an event tells of an order. */
interface News {
  orderId: string;
  userId: string;
  /** ms since the epoch. */
  at: number;
  tell(known: Known["order"] | undefined): Known["order"];
}

type Told = Received<EventData<typeof order.events.placed>>;
type Paid = Received<EventData<typeof payment.events.approved>>;

function ofOrder({ data: told }: Told, status: OrderStatus, failure?: OrderNews["failure"]): News {
  const { orderId, userId } = told;
  const at = Date.parse(told.at);
  return { orderId, userId, at, tell: (known) => withOrderNews(known, { told, status, failure, at }) };
}

function ofPayment({ data: { orderId, userId, paymentId: id, method, status }, at }: Paid): News {
  const news: PaymentNews = { orderId, payment: { id, method, status }, at };
  return { orderId, userId, at, tell: (known) => withPaymentNews(known, news) };
}

/** Every event of orders and of their payments: the view follows them, and nothing else. */
export const consumers = onAny(
  [
    reading(order.events.placed, (received) => ofOrder(received, "PENDING")),
    reading(order.events.completed, (received) => ofOrder(received, "COMPLETED")),
    reading(order.events.failed, (received) => ofOrder(received, "FAILED", received.data.failure)),
    reading(order.events.cancelRequested, (received) => ofOrder(received, "CANCELING")),
    reading(order.events.cancelRefused, (received) => ofOrder(received, "COMPLETED")),
    reading(order.events.canceled, (received) => ofOrder(received, "CANCELED")),
    ...Object.values(payment.events).map((event) => reading(event, ofPayment)),
  ],
  follow,
);

/** Orders and payments are topics of their own, and so come in any order; of one of them, what is told of an order comes in order. */
async function follow(news: readonly News[], tx: Tx): Promise<void> {
  const before = await lockKnown(tx, [...new Set(news.map(({ orderId }) => orderId))]);
  const after = new Map(before);
  for (const { orderId, userId, at, tell } of news) {
    const known = after.get(orderId);
    const told = tell(known?.order);
    if (told !== known?.order) after.set(orderId, { userId, order: told, heardAt: Math.max(at, known?.heardAt ?? at) });
  }
  const changed = [...after].filter(([orderId, known]) => known !== before.get(orderId));
  await insertKnown(
    tx,
    changed.filter(([orderId]) => !before.has(orderId)).map(([, known]) => known),
  );
  await replaceKnown(
    tx,
    changed.filter(([orderId]) => before.has(orderId)).map(([, known]) => known),
  );
}
