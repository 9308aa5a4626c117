import type { EventData } from "../../lib/contract";
import { on, type Received } from "../../lib/events";
import type { Tx } from "../../mixins/database";
import { payment } from "../payment/payment.contract";
import { notePayments } from "./orders";

type News = readonly Received<EventData<typeof payment.events.approved>>[];

/** What an order shows of its payment follows the payment's events, which may come before the order's end or long after it. */
const note = (news: News, tx: Tx) =>
  notePayments(
    tx,
    news.map(({ data: { orderId, paymentId, status } }) => ({ orderId, paymentId, status })),
  );

export const paymentNews = [on(payment.events.approved, note), on(payment.events.failed, note)];
