/** What the end of a saga `place-order` means for its order. Both run in the transaction that ends the saga (I1, I2, I7). */
import { iso, now } from "../../lib/clock";
import type { EventData } from "../../lib/contract";
import { catalogue, type ErrorCode, isErrorCode } from "../../lib/errors";
import { emit } from "../../lib/events";
import type { Refusal } from "../../mixins/outcome";
import type { ResultsOf, SagaEnds } from "../../mixins/saga";
import type { placeOrder } from "../../sagas/place-order";
import { order, type PlaceOrder } from "./order.contract";
import { completePending, failPending } from "./orders";

type Ends = SagaEnds<PlaceOrder, ResultsOf<typeof placeOrder>>;

export const completeOrders: Ends["completed"] = async (ended, tx) => {
  const at = now();
  await completePending(
    tx,
    ended.map(({ id, results: { pay } }) => ({ id, paymentId: pay.paymentId, paymentStatus: pay.status })),
    at,
  );
  for (const { input, trace } of ended) emit(tx, order.events.completed, toldOf(input, at), trace);
};

export const failOrders: Ends["compensated"] = async (ended, tx) => {
  const at = now();
  const failed = ended.map(({ id, input, cause, trace }) => ({ id, input, trace, failure: failureOf(cause) }));
  await failPending(
    tx,
    failed.map(({ id, failure }) => ({ id, ...failure, status: statusOf(failure) })),
    at,
  );
  for (const { input, failure, trace } of failed) emit(tx, order.events.failed, { ...toldOf(input, at), failure }, trace);
};

/** What the events of an order tell of it. */
export function toldOf(
  input: Pick<PlaceOrder, "orderId" | "userId" | "items" | "amounts">,
  at: number,
): EventData<typeof order.events.placed> {
  const { orderId, userId, items, amounts } = input;
  return { orderId, userId, items, amounts, at: iso(at) };
}

interface Failure {
  code: ErrorCode;
  detail: string;
}

/** Causes that a customer is told. Whatever else stopped a saga is trouble of our own and no business of his. */
const told: ReadonlySet<string> = new Set(order.$actions.place.refuses);

const longestDetail = 500;

export function failureOf({ type, detail }: Refusal): Failure {
  if (!isErrorCode(type) || !told.has(type)) return { code: "UNAVAILABLE", detail: catalogue.UNAVAILABLE.title };
  return { code: type, detail: (detail ?? catalogue[type].title).slice(0, longestDetail) };
}

export function statusOf({ code }: Failure): number {
  return catalogue[code].status;
}
