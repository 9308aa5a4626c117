/** What is told of an order and of why it stopped: by its events, and to its customer. */
import { iso } from "../../lib/clock";
import type { EventData } from "../../lib/contract";
import { catalogue, type ErrorCode, isErrorCode } from "../../lib/errors";
import type { Refusal } from "../../mixins/outcome";
import type { Order } from "./order";
import { order, type OrderFacts } from "./order.contract";

/** What the events of an order tell of it. `paid` is its payment as it is then; none while there is none. */
export function toldOf(
  facts: OrderFacts,
  at: number,
  paid?: Pick<Order["payment"], "id" | "status">,
): EventData<typeof order.events.placed> {
  const { orderId, userId, items, amounts, userCouponId, payment, placedAt } = facts;
  return {
    orderId,
    userId,
    items,
    amounts,
    payment: {
      method: payment.method,
      ...(paid?.id !== undefined && { id: paid.id }),
      ...(paid?.status !== undefined && { status: paid.status }),
    },
    ...(userCouponId !== undefined && { userCouponId }),
    placedAt,
    at: iso(at),
  };
}

export interface Failure {
  code: ErrorCode;
  detail: string;
}

/** Causes that a customer is told, by what he asked for. Whatever else stopped a saga is trouble of our own and no business of his. */
const causes: Record<"place" | "cancel", ReadonlySet<string>> = {
  place: new Set(order.$actions.place.refuses),
  cancel: new Set(order.$actions.cancel.refuses),
};

/** It is the answer to that key for ever. */
const unavailable = {
  place: "A part of the shop was away. Nothing was kept from you: order again with a new Idempotency-Key",
  cancel: "The refund could not be made. The order is as it was: ask again with a new Idempotency-Key",
};

const longestDetail = 500;

export function failureOf({ type, detail }: Refusal, asked: "place" | "cancel"): Failure {
  if (!isErrorCode(type) || !causes[asked].has(type)) return { code: "UNAVAILABLE", detail: unavailable[asked] };
  const title = type === "UNAVAILABLE" ? unavailable[asked] : catalogue[type].title;
  return { code: type, detail: (detail ?? title).slice(0, longestDetail) };
}

/** The HTTP status of a failure. */
export function statusOf({ code }: Failure): number {
  return catalogue[code].status;
}
