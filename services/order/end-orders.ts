/** What the end of a saga `place-order` means for its order. Both run in the transaction that ends the saga (I1, I2, I7). */
import { timeAfter } from "../../lib/clock";
import { emit } from "../../lib/events";
import type { ResultsOf, SagaEnds } from "../../mixins/saga";
import type { placeOrder } from "../../sagas/place-order";
import { order, type PlaceOrder } from "./order.contract";
import { completePending, failPending } from "./order-moves";
import { failureOf, statusOf, toldOf } from "./told";

/** What who waits for an order in this process is told beside the saga's results. */
export interface EndedOrder {
  /** When it became COMPLETED, ms since the epoch. */
  at: number;
}

type Ends = SagaEnds<PlaceOrder, ResultsOf<typeof placeOrder>>;

/** All was taken and paid for: COMPLETED. */
export const completeOrders: Ends["completed"] = async (ended, tx) => {
  const at = timeAfter(ended.map(({ input }) => input.placedAt));
  completePending(
    tx,
    ended.map(({ id, results: { pay } }) => ({ id, paymentId: pay.paymentId, paymentStatus: pay.status })),
    at,
  );
  for (const { input, results, trace } of ended) {
    const { paymentId: id, status } = results.pay;
    emit(tx, order.events.completed, toldOf(input, at, { id, status }), trace);
  }
  return ended.map((): EndedOrder => ({ at }));
};

/** What had been taken was given back: FAILED, with what stopped the saga, as far as the customer is told. */
export const failOrders: Ends["compensated"] = async (ended, tx) => {
  const at = timeAfter(ended.map(({ input }) => input.placedAt));
  const failed = ended.map(({ id, input, cause, trace }) => ({ id, input, trace, failure: failureOf(cause, "place") }));
  failPending(
    tx,
    failed.map(({ id, failure }) => ({ id, ...failure, status: statusOf(failure) })),
    at,
  );
  for (const { input, failure, trace } of failed) emit(tx, order.events.failed, { ...toldOf(input, at), failure }, trace);
};
