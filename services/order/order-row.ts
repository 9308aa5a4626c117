/** How an order lies in its rows: `orders` and `order_product`. Only `orders.ts` and `order-moves.ts` read and write them. */
import { codes } from "../../lib/codes";
import type { Currency } from "../../lib/money";
import type { PaymentMethod, PaymentStatus } from "../payment/payment.contract";
import type { Order, OrderLine, OrderStatus } from "./order";

/** `orders.status`, also in `orders.history`. */
export const statuses = codes<OrderStatus>({ PENDING: 1, COMPLETED: 2, FAILED: 3, CANCELING: 4, CANCELED: 5 });
/** `orders.payment_method`. */
const methods = codes<PaymentMethod>({ POINT: 1, CARD: 2, CASH: 3 });
/** `orders.payment_status`. */
export const paymentStatuses = codes<PaymentStatus>({
  PENDING: 1,
  APPROVED: 2,
  FAILED: 3,
  CANCELED: 4,
  REFUNDED: 5,
  PARTIALLY_REFUNDED: 6,
  UNKNOWN: 7,
});

/** What is remembered of a request that came with an Idempotency-Key. */
export interface KeyedRequest {
  /** Of the key with its scope. The digest is compared byte for byte, while MySQL's collations take no notice of trailing spaces in a key. */
  keyDigest: string;
  bodyHash: string;
}

/** An order with what is remembered of the request that placed it. */
export interface StoredOrder {
  order: Order;
  request?: KeyedRequest;
  /** HTTP status of the first answer; undefined while there was none. */
  answerStatus?: number;
}

// A type, not an interface, so that it fits a record of values.
export type OrderRow = {
  id: string;
  user_id: string;
  status: number;
  currency: Currency;
  subtotal: number;
  discount: number;
  points_used: number;
  paid: number;
  user_coupon_id: string | null;
  payment_method: number;
  payment_id: string | null;
  payment_status: number | null;
  failure_code: string | null;
  failure_detail: string | null;
  history: string;
  idem_key: string | null;
  idem_hash: string | null;
  answer_status: number | null;
  created_at: number;
  updated_at: number;
};

export type LineRow = {
  order_id: string;
  line: number;
  product_id: string;
  name: string;
  unit_price: number;
  quantity: number;
};

export function lineRowsOf({ id, items }: Order): LineRow[] {
  return items.map(({ productId, name, unitPrice, quantity }, line) => ({
    order_id: id,
    line,
    product_id: productId,
    name,
    unit_price: unitPrice,
    quantity,
  }));
}

export function itemOf({ product_id, name, unit_price, quantity }: LineRow): OrderLine {
  return { productId: product_id, name, unitPrice: unit_price, quantity, lineTotal: unit_price * quantity };
}

export function rowOf({ order, request, answerStatus }: StoredOrder): OrderRow {
  const { amounts, payment, failure } = order;
  return {
    id: order.id,
    user_id: order.userId,
    status: statuses.code(order.status),
    currency: amounts.currency,
    subtotal: amounts.subtotal,
    discount: amounts.discount,
    points_used: amounts.pointsUsed,
    paid: amounts.paid,
    user_coupon_id: order.userCouponId ?? null,
    payment_method: methods.code(payment.method),
    payment_id: payment.id ?? null,
    payment_status: payment.status ? paymentStatuses.code(payment.status) : null,
    failure_code: failure?.code ?? null,
    failure_detail: failure?.detail ?? null,
    history: order.history.map(entryText).join(","),
    idem_key: request?.keyDigest ?? null,
    idem_hash: request?.bodyHash ?? null,
    answer_status: answerStatus ?? null,
    created_at: order.createdAt,
    updated_at: order.updatedAt,
  };
}

export function storedOf(row: OrderRow, items: OrderLine[]): StoredOrder {
  const { subtotal, discount, points_used: pointsUsed, paid, currency } = row;
  return {
    order: {
      id: row.id,
      userId: row.user_id,
      status: statuses.name(row.status),
      items,
      amounts: { subtotal, discount, pointsUsed, paid, currency },
      payment: paymentOf(row),
      ...(row.user_coupon_id !== null && { userCouponId: row.user_coupon_id }),
      ...(row.failure_code !== null && { failure: { code: row.failure_code, detail: row.failure_detail ?? "" } }),
      history: historyOf(row),
      createdAt: row.created_at,
      updatedAt: row.updated_at,
    },
    ...(row.idem_key !== null && { request: { keyDigest: row.idem_key, bodyHash: row.idem_hash ?? "" } }),
    ...(row.answer_status !== null && { answerStatus: row.answer_status }),
  };
}

export function paymentOf(row: Pick<OrderRow, "payment_id" | "payment_method" | "payment_status">): Order["payment"] {
  return {
    ...(row.payment_id !== null && { id: row.payment_id }),
    method: methods.name(row.payment_method),
    ...(row.payment_status !== null && { status: paymentStatuses.name(row.payment_status) }),
  };
}

/** `orders.history` is a list of `code:ms`, so that a change of status appends without reading. */
export function entryText({ status, at }: { status: OrderStatus; at: number }): string {
  return `${statuses.code(status)}:${at}`;
}

export function historyOf({ history }: Pick<OrderRow, "history">): Order["history"] {
  return history.split(",").map(entryOf);
}

function entryOf(text: string): { status: OrderStatus; at: number } {
  const [code, at] = text.split(":");
  return { status: statuses.name(Number(code)), at: Number(at) };
}
