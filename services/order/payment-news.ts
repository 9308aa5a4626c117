import type { EventData } from "../../lib/contract";
import { on, type Received } from "../../lib/events";
import type { Tx } from "../../mixins/database";
import { payment } from "../payment/payment.contract";
import { notePayments } from "./order-moves";

type News = readonly Received<EventData<typeof payment.events.approved>>[];

/** What an order shows of its payment follows the payment's events, which may come before the order's end or long after it. */
const note = (news: News, tx: Tx) =>
  notePayments(
    tx,
    news.map(({ at, data: { orderId, paymentId, status } }) => ({ orderId, paymentId, status, at })),
  );

export const paymentNews = Object.values(payment.events).map((event) => on(event, note));
