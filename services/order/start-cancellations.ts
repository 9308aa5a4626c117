/** The transaction in which requests to cancel orders are decided, and cancellations begin. */

import { iso, now, timeAfter } from "../../lib/clock";
import { refuse } from "../../lib/errors";
import { emit } from "../../lib/events";
import { isOwnOrStaff, type RequestMeta } from "../../lib/handlers";
import { uuid } from "../../lib/ids";
import { traceOf } from "../../lib/trace";
import type { GroupHandler } from "../../mixins/group-commit/types";
import { done, type Outcome } from "../../mixins/outcome";
import type { Sagas } from "../../mixins/saga";
import type { Tx } from "../../mixins/database";
import { cancelOrder } from "../../sagas/cancel-order";
import { type Cancellation, insertCancellations } from "./cancellations";
import { attemptsOf, factsOf, type Order, pointsFromBalance, whyNotCancelable } from "./order";
import { order } from "./order.contract";
import { beginCanceling } from "./order-moves";
import type { KeyedRequest } from "./order-row";
import { lockOrders } from "./orders";
import { statusOf, toldOf } from "./told";

export interface Canceling {
  orderId: string;
  /** Who asks. */
  userId: string;
  meta: RequestMeta;
  reason?: string;
  request?: KeyedRequest;
  sagas: Sagas;
  /** Ms since the epoch. Nobody waits for the answer after that. */
  startBy: number;
}

/** A request with the order that it found. */
export interface Decided {
  cancellation: Cancellation;
  order: Order;
}

type DecidedCall = Decided & { call: Canceling };
type Begun = DecidedCall & { cancellation: { attempt: number } };

/** The saga's business key. */
export const sagaOf = (orderId: string, attempt: number): string => `${orderId}:${attempt}`;

/**
 * Begins to cancel COMPLETED orders: each becomes CANCELING together with the start of its saga. The answer of every other request is
 * settled here, and remembered when it has a key. One whose client has been told that the shop is too slow must not begin behind his back.
 *
 * Two requests for one order never share a transaction, so that the later one meets what the earlier one did. The key's scope has the
 * order's id in it, so two requests with one key don't either: the table's key refuses the later one alone.
 */
export const startCancellations: GroupHandler<Canceling, Decided> = {
  name: "order.cancel",
  conflictKey: ({ orderId }) => orderId,
  async run(calls, tx) {
    const at = now();
    const inTime = calls.filter(({ startBy }) => at < startBy);
    if (inTime.length === 0) return calls.map(() => refuse("UNAVAILABLE"));
    const orders = await lockOrders(
      tx,
      inTime.map(({ orderId }) => orderId),
    );
    const decided = new Map<Canceling, DecidedCall>();
    for (const call of inTime) {
      const found = orders.get(call.orderId);
      if (found && isOwnOrStaff(call.meta, call.userId, found.userId)) decided.set(call, { ...decide(call, found, at), call });
    }
    await begin(tx, [...decided.values()].filter(begins));
    await insertCancellations(
      tx,
      [...decided.values()].filter((one) => begins(one) || one.call.request).map(({ cancellation }) => cancellation),
    );
    return calls.map((call): Outcome<Decided> => {
      const one = decided.get(call);
      if (one) return done({ cancellation: one.cancellation, order: one.order });
      return refuse(inTime.includes(call) ? "ORDER_NOT_FOUND" : "UNAVAILABLE");
    });
  },
};

const begins = (one: DecidedCall): one is Begun => one.cancellation.attempt !== undefined;

function decide({ reason, request }: Canceling, found: Order, at: number): Decided {
  const asked = { id: uuid(), orderId: found.id, reason, request, createdAt: at };
  const historyLength = found.history.length;
  const why = whyNotCancelable(found);
  if (why !== undefined) {
    const failure = { code: "ORDER_NOT_CANCELABLE", detail: why } as const;
    return { order: found, cancellation: { ...asked, historyLength, answerStatus: statusOf(failure), failure, endedAt: at } };
  }
  if (found.status === "CANCELING") return { order: found, cancellation: { ...asked, historyLength, answerStatus: 202, endedAt: at } };
  return { order: found, cancellation: { ...asked, historyLength: historyLength + 1, attempt: attemptsOf(found) + 1 } };
}

async function begin(tx: Tx, begun: readonly Begun[]): Promise<void> {
  const [first] = begun;
  if (!first) return;
  const at = timeAfter(begun.map(({ order: { updatedAt } }) => updatedAt));
  beginCanceling(
    tx,
    begun.map(({ order: { id } }) => id),
    at,
  );
  const starts = begun.map(({ order: completed, cancellation: { attempt }, call: { reason, meta } }) => {
    const facts = factsOf(completed);
    const trace = traceOf(meta);
    const why = reason === undefined ? {} : { reason };
    emit(tx, order.events.cancelRequested, { ...toldOf(facts, at, completed.payment), ...why }, trace);
    const fromBalance = pointsFromBalance(completed.amounts, completed.payment.method);
    return { id: sagaOf(completed.id, attempt), input: { ...facts, fromBalance, attempt, requestedAt: iso(at), ...why }, trace };
  });
  await first.call.sagas.start(cancelOrder, starts, tx);
}
