import type { Service } from "moleculer";

import type { EventData } from "../../lib/contract";
import { on, type Received } from "../../lib/events";
import type { Tx } from "../../mixins/database";
import type { Sagas, SagaSignal } from "../../mixins/saga";
import { cancelOrder } from "../../sagas/cancel-order";
import { placeOrder } from "../../sagas/place-order";
import { payment } from "../payment/payment.contract";
import { findUnderWay } from "./cancellations";
import { notePayments } from "./order-moves";
import { sagaOf } from "./start-cancellations";

type News = readonly Received<EventData<typeof payment.events.approved>>[];

/** What an order shows of its payment follows the payment's events, which may come before the order's end or long after it. */
const note = async (news: News, tx: Tx, host: Service) => {
  const { sagas } = host as Service & { sagas: Sagas };
  // Before the orders, because the end of a saga locks the saga first and then its order.
  await sagas.signalAll(await signalsOf(news, tx), tx);
  await notePayments(
    tx,
    news.map(({ at, data: { orderId, paymentId, status } }) => ({ orderId, paymentId, status, at })),
  );
};

/**
 * A saga that doesn't know yet what became of its payment asks again at once when there is news of it, whatever its back-off is. Only a
 * card's outcome can be unknown.
 */
async function signalsOf(news: News, tx: Tx): Promise<SagaSignal[]> {
  const ofCards = (...statuses: string[]) =>
    news.filter(({ data: { method, status } }) => method === "CARD" && statuses.includes(status)).map(({ data: { orderId } }) => orderId);
  const placing = ofCards("APPROVED", "FAILED").map((id) => ({ type: placeOrder.type, id, name: "payment" }));
  const canceling = (await findUnderWay(tx, ofCards("REFUNDED"))).map(({ orderId, attempt }) => {
    return { type: cancelOrder.type, id: sagaOf(orderId, attempt), name: "payment" };
  });
  return [...placing, ...canceling];
}

export const paymentNews = Object.values(payment.events).map((event) => on(event, note));
