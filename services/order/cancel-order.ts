import { now } from "../../lib/clock";
import { errorOf } from "../../lib/errors";
import { type Ctx, handler } from "../../lib/handlers";
import type { ParsedOf } from "../../mixins/action-ref";
import { cancelOrder } from "../../sagas/cancel-order";
import { type Answer, answered, cancelAnswerOf, keyedRequestOf, tellAgain, tellOnce } from "./answers";
import { acceptCancellation, findCancellation, findCancellationByKey } from "./cancellations";
import type { Order, OrderView } from "./order";
import { order } from "./order.contract";
import type { KeyedRequest } from "./order-row";
import { findById, reread } from "./orders";
import { type Canceling, type Decided, sagaOf, startCancellations } from "./start-cancellations";
import { graceMs } from "./start-orders";

type Request = Ctx<ParsedOf<typeof order.cancel>>;

/**
 * Cancels an order: one transaction makes it CANCELING together with the saga that gives everything back, and the answer is what became of
 * it within the wait. Its Idempotency-Key, if it has one, lives in the row of the request.
 */
export const cancel = handler(order.cancel, async (ctx) => {
  const answerBy = now() + ctx.config.orderWaitMs;
  const request = keyedRequestOf(ctx.meta, "cancel");
  const known = await replay(ctx, request);
  if (known) return known;
  const { sagas, meta } = ctx;
  const { id: orderId, userId, reason } = ctx.params;
  const call: Canceling = { orderId, userId, reason, meta, request, sagas, startBy: answerBy + graceMs };
  return tellOnce(
    ctx,
    () => replay(ctx, request),
    () => carryOut(ctx, call, answerBy),
  );
});

async function carryOut(ctx: Request, call: Canceling, answerBy: number): Promise<Answer> {
  const decided = await ctx.group.submit(startCancellations, call);
  if (!decided.ok) throw errorOf(decided);
  return outcomeOf(ctx, decided.result, answerBy);
}

/** The first answer to a request with this key; undefined when there was no such request. */
async function replay(ctx: Request, request: KeyedRequest | undefined): Promise<OrderView | undefined> {
  const first = request && (await findCancellationByKey(ctx.db, request.keyDigest));
  if (!first) return undefined;
  const answer = first.answerStatus === undefined ? undefined : cancelAnswerOf(first, await orderOf(ctx, first.orderId));
  return tellAgain(ctx, request, { request: first.request, answer });
}

async function orderOf({ db }: Request, id: string): Promise<Order> {
  const found = await findById(db, id);
  if (!found) throw new Error(`order ${id} is gone`);
  return found.order;
}

/** Waits for the end of what was begun, for so long as a client waits. That he is told "accepted" is written first: it is so for ever. */
async function outcomeOf(ctx: Request, { cancellation, order: found }: Decided, answerBy: number): Promise<Answer> {
  const { id, attempt } = cancellation;
  if (attempt === undefined) return answered(cancelAnswerOf(cancellation, found));
  const { status } = await ctx.sagas.result(cancelOrder, sagaOf(found.id, attempt), Math.max(0, answerBy - now()));
  if (status === "RUNNING" || status === "PARKED") await ctx.db.transaction((tx) => acceptCancellation(tx, id));
  const ended = await findCancellation(ctx.db, id);
  const reached = await reread(ctx.db, found);
  return answered(ended && reached && cancelAnswerOf(ended, reached.order));
}
