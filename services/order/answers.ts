/**
 * What a request to place or to cancel an order is answered, the first time and every time after: the order as it was then, whatever became
 * of it since. First answers and replays come through the same functions, so that they can't differ.
 */
import { hashJson } from "../../lib/canonical-json";
import { errorOf, isErrorCode, refuse, ShopError } from "../../lib/errors";
import type { Ctx, RequestMeta } from "../../lib/handlers";
import { isDuplicateKey } from "../../mixins/database";
import type { Refusal } from "../../mixins/outcome";
import type { Cancellation } from "./cancellations";
import { type Order, type OrderStatus, type OrderView, viewOf } from "./order";
import type { KeyedRequest, StoredOrder } from "./order-row";

/** What a request is answered: a status and the order as it was then, or why it was refused. */
export type Answer = { ok: true; status: 200 | 201 | 202; order: Order } | Refusal;

/**
 * What a row is to remember of a request; undefined when it has no Idempotency-Key. Orders are placed by one route, and the digests that
 * rows have do without it. There is one to cancel for each order, and a key that is used for another order is another key.
 */
export function keyedRequestOf({ idempotency }: RequestMeta, asked: "place" | "cancel"): KeyedRequest | undefined {
  if (!idempotency) return undefined;
  const { userId, key, route, bodyHash } = idempotency;
  return { keyDigest: hashJson(asked === "place" ? [userId, key] : [userId, key, route]), bodyHash };
}

/** What the row remembers of the request that placed the order; undefined while it is being worked on and nobody has been answered. */
export function answerOf({ order, answerStatus }: StoredOrder): Answer | undefined {
  if (answerStatus === undefined) return undefined;
  if (answerStatus === 201) return { ok: true, status: 201, order: asOf(order, "COMPLETED", 2, approved(order)) };
  if (answerStatus === 202) return { ok: true, status: 202, order: asOf(order, "PENDING", 1, { method: order.payment.method }) };
  return refusalOf(order.failure, answerStatus, order.id);
}

/** The same for a request to cancel the order. */
export function cancelAnswerOf({ answerStatus, historyLength, failure }: Cancellation, order: Order): Answer | undefined {
  if (answerStatus === undefined) return undefined;
  if (answerStatus === 200) return { ok: true, status: 200, order: asOf(order, "CANCELED", historyLength + 1, order.payment) };
  if (answerStatus === 202) return { ok: true, status: 202, order: asOf(order, "CANCELING", historyLength, approved(order)) };
  return refusalOf(failure, answerStatus, order.id);
}

/** Only an approved payment completes an order, and is there to be refunded; the refund came later. */
function approved({ payment }: Order): Order["payment"] {
  return { ...payment, status: "APPROVED" };
}

function asOf(order: Order, status: OrderStatus, historyLength: number, payment: Order["payment"]): Order {
  const { failure: _later, ...always } = order;
  const reached = order.history[historyLength - 1];
  if (reached?.status !== status) throw new Error(`entry ${historyLength} of the history of order ${order.id} is not ${status}`);
  return { ...always, status, payment, history: order.history.slice(0, historyLength), updatedAt: reached.at };
}

function refusalOf(failure: { code: string; detail: string } | undefined, answerStatus: number, orderId: string): Refusal {
  if (!failure || !isErrorCode(failure.code)) throw new Error(`order ${orderId}: ${answerStatus} was answered without a cause`);
  return refuse(failure.code, failure.detail, { orderId });
}

type Responder = Pick<Ctx<unknown>, "respond" | "replayed">;

/** Gives the answer to the client; throws when it is a refusal. */
function tell(ctx: Responder, answer: Answer): OrderView {
  if (!answer.ok) throw errorOf(answer);
  ctx.respond(answer.status, answer.status === 200 ? undefined : `/api/v1/orders/${answer.order.id}`);
  return viewOf(answer.order);
}

/** Does the work and tells what came of it; what `replay` tells when the same request has come twice at once and the other was first. */
export async function tellOnce(
  ctx: Responder,
  replay: () => Promise<OrderView | undefined>,
  work: () => Promise<Answer>,
): Promise<OrderView> {
  let answer: Answer;
  try {
    answer = await work();
  } catch (error) {
    const other = mayBeSecond(error) && (await replay());
    if (!other) throw error;
    return other;
  }
  return tell(ctx, answer);
}

/** The other one may have been first into the table, or while this one waited until it was too late to begin. */
export function mayBeSecond(error: unknown): boolean {
  return isDuplicateKey(error) || (error instanceof ShopError && error.type === "UNAVAILABLE");
}

/** What the client is to hear when the work is over. */
export function answered(answer: Answer | undefined): Answer {
  if (!answer) throw new Error("the work has ended without an answer");
  return answer;
}

/** Says again what the first request with this key was answered. Throws when it was another request, or is still being worked on. */
export function tellAgain(ctx: Responder, request: KeyedRequest, first: { request?: KeyedRequest; answer: Answer | undefined }): OrderView {
  if (first.request?.bodyHash !== request.bodyHash) throw new ShopError("IDEMPOTENCY_KEY_REUSED");
  if (!first.answer) throw new ShopError("IDEMPOTENCY_IN_FLIGHT");
  ctx.replayed();
  return tell(ctx, first.answer);
}
