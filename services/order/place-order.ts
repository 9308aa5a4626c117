import { v7 as uuid } from "uuid";

import { hashJson } from "../../lib/canonical-json";
import { now } from "../../lib/clock";
import { errorOf, ShopError } from "../../lib/errors";
import { type Ctx, handler } from "../../lib/handlers";
import { traceOf } from "../../lib/trace";
import type { ParsedOf } from "../../mixins/action-ref";
import { isDuplicateKey } from "../../mixins/database";
import { placeOrder } from "../../sagas/place-order";
import { type Answer, answerOf } from "./answers";
import { type Order, type OrderView, viewOf } from "./order";
import { order } from "./order.contract";
import { answerAccepted, findByKey, reread, type StoredOrder } from "./orders";
import { quote } from "./quote";
import { type Placing, refuseOrders, type Refusing, startOrders } from "./start-orders";

type Request = Ctx<ParsedOf<typeof order.place>>;

/**
 * Places an order: a quote fixes its amounts, one transaction writes it together with the saga that carries it out, and the answer is
 * what became of it within the wait. Its Idempotency-Key lives in the order's row.
 */
export const place = handler(order.place, async (ctx) => {
  const answerBy = now() + ctx.config.orderWaitMs;
  const known = await replay(ctx);
  if (known) return known;
  const { refusal, ...quoted } = await quote(ctx);
  const call = { order: pendingOrder(ctx, quoted), request: requestOf(ctx), trace: traceOf(ctx.meta) };
  try {
    return tell(ctx, await (refusal ? refuseAtOnce(ctx, { ...call, refusal }) : carryOut(ctx, call, answerBy)));
  } catch (error) {
    // The same request came twice at once, and the other one was first into the table.
    const other = isDuplicateKey(error) && (await replay(ctx));
    if (!other) throw error;
    return other;
  }
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

/** The digest is compared byte for byte, while MySQL's collations take no notice of trailing spaces in a key. */
function requestOf({ meta: { idempotency } }: Request) {
  return idempotency && { keyDigest: hashJson([idempotency.userId, idempotency.key]), bodyHash: idempotency.bodyHash };
}

/** The first answer to a request with this key; undefined when there was no such request. */
async function replay(ctx: Request): Promise<OrderView | undefined> {
  const request = requestOf(ctx);
  const stored = request && (await findByKey(ctx.db, request.keyDigest));
  if (!stored) return undefined;
  if (stored.request?.bodyHash !== request.bodyHash) throw new ShopError("IDEMPOTENCY_KEY_REUSED");
  const answer = answerOf(stored);
  if (!answer) throw new ShopError("IDEMPOTENCY_IN_FLIGHT");
  ctx.replayed();
  return tell(ctx, answer);
}

async function refuseAtOnce(ctx: Request, call: Refusing): Promise<Answer> {
  const refused = await ctx.group.submit(refuseOrders, call);
  return refused.ok ? answered(refused.result) : refused;
}

/** An order may begin so long after its customer should have had an answer: less than the call's own time allows beyond the wait. */
const lateMs = 1_000;

/** Starts the saga and waits for its end, for so long as a client waits. That he is told "accepted" is written first: it is so for ever. */
async function carryOut(ctx: Request, call: Placing, answerBy: number): Promise<Answer> {
  const { id } = call.order;
  const started = await ctx.group.submit(startOrders, {
    ...call,
    sagas: ctx.sagas,
    token: ctx.params.payment.token,
    startBy: answerBy + lateMs,
  });
  if (!started.ok) throw errorOf(started);
  const { status } = await ctx.sagas.result(placeOrder, id, Math.max(0, answerBy - now()));
  if (status === "RUNNING" || status === "PARKED") await ctx.db.transaction((tx) => answerAccepted(tx, id));
  return answered(await reread(ctx.db, call.order));
}

function answered(stored: StoredOrder | undefined): Answer {
  const answer = stored && answerOf(stored);
  if (!answer) throw new Error("the order has ended without an answer");
  return answer;
}

function tell(ctx: Request, answer: Answer): OrderView {
  if (!answer.ok) throw errorOf(answer);
  ctx.respond(answer.status, `/api/v1/orders/${answer.order.id}`);
  return viewOf(answer.order);
}
