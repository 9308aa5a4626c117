/** What the end of a saga `cancel-order` means for its order. Both run in the transaction that ends the saga (I1, I2, I7). */
import { timeAfter } from "../../lib/clock";
import { emit } from "../../lib/events";
import type { ResultsOf, SagaEnds } from "../../mixins/saga";
import type { cancelOrder } from "../../sagas/cancel-order";
import { endCancellations, refuseCancellations } from "./cancellations";
import { type CancelOrder, order } from "./order.contract";
import { cancelCanceling, restoreCanceling } from "./order-moves";
import { readPayments } from "./orders";
import { failureOf, statusOf, toldOf } from "./told";

type Ends = SagaEnds<CancelOrder, ResultsOf<typeof cancelOrder>>;

/** Everything was given back. */
export const cancelOrders: Ends["completed"] = async (ended, tx) => {
  const at = timeAfter(ended.map(({ input }) => input.requestedAt));
  cancelCanceling(
    tx,
    ended.map(({ input: { orderId }, results: { refund } }) => ({
      id: orderId,
      paymentId: refund.paymentId,
      paymentStatus: refund.status,
    })),
    at,
  );
  await endCancellations(
    tx,
    ended.map(({ input }) => input.orderId),
    at,
  );
  for (const { input, results, trace } of ended) {
    const { paymentId: id, status } = results.refund;
    const reason = input.reason === undefined ? {} : { reason: input.reason };
    emit(tx, order.events.canceled, { ...toldOf(input, at, { id, status }), ...reason }, trace);
  }
};

/** Nothing was given back: the order is COMPLETED as it was before. */
export const restoreOrders: Ends["compensated"] = async (ended, tx) => {
  const at = timeAfter(ended.map(({ input }) => input.requestedAt));
  const refused = ended.map(({ input, cause, trace }) => ({ input, trace, failure: failureOf(cause, "cancel") }));
  const ids = refused.map(({ input }) => input.orderId);
  restoreCanceling(
    tx,
    ids.map((id) => ({ id })),
    at,
  );
  await refuseCancellations(
    tx,
    refused.map(({ input: { orderId }, failure }) => ({ orderId, ...failure, status: statusOf(failure) })),
    at,
  );
  const payments = await readPayments(tx, ids);
  for (const { input, failure, trace } of refused) {
    emit(tx, order.events.cancelRefused, { ...toldOf(input, at, payments.get(input.orderId)), failure }, trace);
  }
};
