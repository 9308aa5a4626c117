/**
 * What a request to place an order is answered, the first time and every time after: the order as it was then, whatever became of it
 * since. First answers and replays come from the same row through `answerOf`, so that they can't differ.
 */
import { isErrorCode, refuse } from "../../lib/errors";
import type { Refusal } from "../../mixins/outcome";
import type { Order, OrderStatus } from "./order";
import type { StoredOrder } from "./orders";

export type Answer = { ok: true; status: 201 | 202; order: Order } | Refusal;

/** The answer that the row remembers; undefined while the order is being worked on and nobody has been answered. */
export function answerOf({ order, answerStatus }: StoredOrder): Answer | undefined {
  if (answerStatus === undefined) return undefined;
  if (answerStatus === 201) return { ok: true, status: 201, order: asCompleted(order) };
  if (answerStatus === 202) return { ok: true, status: 202, order: asPlaced(order) };
  const { failure } = order;
  if (!failure || !isErrorCode(failure.code)) throw new Error(`order ${order.id} was answered ${answerStatus} without a cause`);
  return refuse(failure.code, failure.detail, { orderId: order.id });
}

function asPlaced(order: Order): Order {
  return asOf(order, "PENDING", { method: order.payment.method });
}

/** Only an approved payment completes an order; a refund came later. */
function asCompleted(order: Order): Order {
  return asOf(order, "COMPLETED", { ...order.payment, status: "APPROVED" });
}

function asOf(order: Order, status: OrderStatus, payment: Order["payment"]): Order {
  const { failure: _later, ...always } = order;
  const last = order.history.findIndex((entry) => entry.status === status);
  const reached = order.history[last];
  if (!reached) throw new Error(`order ${order.id} was never ${status}`);
  return { ...always, status, payment, history: order.history.slice(0, last + 1), updatedAt: reached.at };
}
