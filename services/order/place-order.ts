import { now } from "../../lib/clock";
import { errorOf } from "../../lib/errors";
import { type Ctx, handler } from "../../lib/handlers";
import { uuid } from "../../lib/ids";
import { traceOf } from "../../lib/trace";
import type { ParsedOf } from "../../mixins/action-ref";
import type { ResultsOf } from "../../mixins/saga";
import { placeOrder } from "../../sagas/place-order";
import { type Answer, answered, answerOf, keyedRequestOf, tellAgain, tellOnce } from "./answers";
import type { EndedOrder } from "./end-orders";
import { complete, type Order, type OrderView } from "./order";
import { order } from "./order.contract";
import { answerAccepted } from "./order-moves";
import type { KeyedRequest } from "./order-row";
import { findByKey, reread } from "./orders";
import { type Quote, quote } from "./quote";
import { graceMs, type Placing, refuseOrders, type Refusing, startOrders } from "./start-orders";

type Request = Ctx<ParsedOf<typeof order.place>>;

/**
 * Places an order: a quote fixes its amounts, one transaction writes it together with the saga that carries it out, and the answer is
 * what became of it within the wait. Its Idempotency-Key lives in the order's row.
 */
export const place = handler(order.place, async (ctx) => {
  const answerBy = now() + ctx.config.orderWaitMs;
  const request = keyedRequestOf(ctx.meta, "place");
  const quoting = quote(ctx);
  quoting.catch(() => undefined); // why an order can't be placed is no answer to a request that has one: it is heard below
  const known = await replay(ctx, request);
  if (known) return known;
  let quoted: Quote;
  try {
    quoted = await quoting;
  } catch (error) {
    // What is gone now may have been there for the same request, which came a moment before.
    const first = await replay(ctx, request);
    if (first) return first;
    throw error;
  }
  const { refusal } = quoted;
  const call = { order: pendingOrder(ctx, quoted), request, trace: traceOf(ctx.meta) };
  return tellOnce(
    ctx,
    () => replay(ctx, request),
    () => (refusal ? refuseAtOnce(ctx, { ...call, refusal }) : carryOut(ctx, call, answerBy)),
  );
});

function pendingOrder({ params }: Request, { items, amounts }: Pick<Order, "items" | "amounts">): Order {
  const at = now();
  return {
    id: uuid(),
    userId: params.userId,
    status: "PENDING",
    items,
    amounts,
    payment: { method: params.payment.method },
    ...(params.userCouponId !== undefined && { userCouponId: params.userCouponId }),
    history: [{ status: "PENDING", at }],
    createdAt: at,
    updatedAt: at,
  };
}

/** The first answer to a request with this key; undefined when there was no such request. */
async function replay(ctx: Request, request: KeyedRequest | undefined): Promise<OrderView | undefined> {
  const stored = request && (await findByKey(ctx.db, request.keyDigest));
  return stored && tellAgain(ctx, request, { request: stored.request, answer: answerOf(stored) });
}

async function refuseAtOnce(ctx: Request, call: Refusing): Promise<Answer> {
  const refused = await ctx.group.submit(refuseOrders, call);
  return refused.ok ? answered(answerOf(refused.result)) : refused;
}

/** Starts the saga and waits for its end, for so long as a client waits. That he is told "accepted" is written first: it is so for ever. */
async function carryOut(ctx: Request, call: Placing, answerBy: number): Promise<Answer> {
  const { id } = call.order;
  const started = await ctx.group.submit(startOrders, {
    ...call,
    sagas: ctx.sagas,
    token: ctx.params.payment.token,
    startBy: answerBy + graceMs,
  });
  if (!started.ok) throw errorOf(started);
  const reached = await ctx.sagas.result(placeOrder, id, Math.max(0, answerBy - now()));
  // It ended here just now: nobody has been answered yet, and its row says nothing that isn't known.
  if (reached.status === "COMPLETED" && reached.told) return completedNow(call.order, reached.results, reached.told as EndedOrder);
  if (reached.status === "RUNNING" || reached.status === "PARKED") await ctx.db.transaction((tx) => answerAccepted(tx, id));
  const stored = await reread(ctx.db, call.order);
  return answered(stored && answerOf(stored));
}

function completedNow(placed: Order, { pay }: ResultsOf<typeof placeOrder>, { at }: EndedOrder): Answer {
  return { ok: true, status: 201, order: complete(placed, { id: pay.paymentId, status: pay.status }, at) };
}
