/**
 * The order itself, pure. What holds for every order:
 * - a status changes only along `transitions`;
 * - subtotal − discount − pointsUsed = paid, all of them integers from 0 to 2⁵³ − 1;
 * - one line for a product.
 */
import type { z } from "zod";

import { iso } from "../../lib/clock";
import { type Currency, safeProduct, safeSum } from "../../lib/money";
import { invalid } from "../../lib/validation";
import type { PaymentMethod, PaymentStatus } from "../payment/payment.contract";
import { type amounts, maxQuantity, type OrderFacts, type orderLine, type orderStatus, type orderView } from "./order.contract";

export type OrderStatus = z.output<typeof orderStatus>;
export type OrderLine = z.output<typeof orderLine>;
export type OrderView = z.output<typeof orderView>;
export type Amounts = z.output<typeof amounts>;

/** Times in ms since the epoch. */
export interface Order {
  id: string;
  userId: string;
  status: OrderStatus;
  items: OrderLine[];
  amounts: Amounts;
  /** `id` and `status` only once a payment exists. */
  payment: { id?: string; method: PaymentMethod; status?: PaymentStatus };
  userCouponId?: string;
  failure?: { code: string; detail: string };
  /** Oldest first; begins with PENDING. */
  history: { status: OrderStatus; at: number }[];
  createdAt: number;
  updatedAt: number;
}

/** What a status may become. CANCELING falls back to COMPLETED when the refund is refused. */
export const transitions: Record<OrderStatus, readonly OrderStatus[]> = {
  PENDING: ["COMPLETED", "FAILED"],
  COMPLETED: ["CANCELING"],
  CANCELING: ["CANCELED", "COMPLETED"],
  FAILED: [],
  CANCELED: [],
};

export function mayBecome(from: OrderStatus, to: OrderStatus): boolean {
  return transitions[from].includes(to);
}

export interface Wanted {
  productId: string;
  quantity: number;
}

export interface Offer {
  id: string;
  name: string;
  price: number;
}

/** One line for a product, in the order of first mention. Throws VALIDATION_FAILED when a sum is beyond the limit of one line. */
export function mergeLines(items: readonly Wanted[]): Wanted[] {
  const quantities = new Map<string, number>();
  for (const [index, { productId, quantity }] of items.entries()) {
    const sum = (quantities.get(productId) ?? 0) + quantity;
    if (sum > maxQuantity)
      throw invalid([{ path: `items.${index}.quantity`, message: `the lines of one product come to more than ${maxQuantity}` }]);
    quantities.set(productId, sum);
  }
  return [...quantities].map(([productId, quantity]) => ({ productId, quantity }));
}

/** Lines at the prices of the quote; `offers` are in the order of `lines`. Throws VALIDATION_FAILED when a total can't be held exactly. */
export function priceLines(lines: readonly Wanted[], offers: readonly Offer[]): OrderLine[] {
  return lines.map(({ productId, quantity }, index) => {
    const offer = offers[index];
    if (offer?.id !== productId) throw new Error(`the quote has no price for product ${productId}`);
    const lineTotal = safeProduct(offer.price, quantity);
    if (lineTotal === undefined) throw invalid([{ path: "items", message: "the amount is too large" }]);
    return { productId, name: offer.name, unitPrice: offer.price, quantity, lineTotal };
  });
}

/** Throws VALIDATION_FAILED when the sum can't be held exactly. */
export function subtotalOf(items: readonly OrderLine[]): number {
  const subtotal = safeSum(...items.map((item) => item.lineTotal));
  if (subtotal === undefined) throw invalid([{ path: "items", message: "the amount is too large" }]);
  return subtotal;
}

/** What is paid after discount and points. Throws VALIDATION_FAILED when the points are more than what is left. */
export function settleAmounts(given: { subtotal: number; discount: number; points: number; currency: Currency }): Amounts {
  const { subtotal, discount, points, currency } = given;
  const left = subtotal - discount;
  if (points > left) throw invalid([{ path: "points", message: `at most ${left} can be used for this order` }]);
  return { subtotal, discount, pointsUsed: points, paid: left - points, currency };
}

/** Points that leave the balance: what was asked for, and with method POINT the rest too. */
export function pointsFromBalance({ pointsUsed, paid }: Amounts, method: PaymentMethod): number {
  return method === "POINT" ? pointsUsed + paid : pointsUsed;
}

/** What never changes about the order. */
export function factsOf({ id: orderId, userId, items, userCouponId, amounts, payment, createdAt }: Order): OrderFacts {
  return {
    orderId,
    userId,
    items,
    ...(userCouponId !== undefined && { userCouponId }),
    amounts,
    payment: { method: payment.method },
    placedAt: iso(createdAt),
  };
}

/** How often an order may be tried to be cancelled. Each try that is refused lengthens its history, and nothing else would end them. */
const mostAttempts = 100;

/** How often it was begun to cancel the order: the number of the attempt that is under way, or was the last. */
export function attemptsOf({ history }: Pick<Order, "history">): number {
  return history.filter(({ status }) => status === "CANCELING").length;
}

/** Why the order can't be cancelled now, as its customer is told; undefined when it can, and when that is under way. */
export function whyNotCancelable(order: Pick<Order, "status" | "history">): string | undefined {
  switch (order.status) {
    case "PENDING":
      return "The order is not completed yet";
    case "FAILED":
      return "The order has failed, and nothing was kept of it";
    case "CANCELED":
      return "The order is cancelled already";
    case "COMPLETED":
      return attemptsOf(order) < mostAttempts ? undefined : "The order was tried to be cancelled too often";
    case "CANCELING":
      return undefined;
  }
}

/** The order after all was taken and paid for. */
export function complete(order: Order, { id, status }: Required<Pick<Order["payment"], "id" | "status">>, at: number): Order {
  // Said again, an answer is the same to the letter: `paymentOf` a row has this order.
  return { ...moved(order, "COMPLETED", at), payment: { id, method: order.payment.method, status } };
}

/** The order after it has failed. */
export function fail(order: Order, failure: { code: string; detail: string }, at: number): Order {
  return { ...moved(order, "FAILED", at), failure };
}

function moved(order: Order, status: OrderStatus, at: number): Order {
  if (!mayBecome(order.status, status)) throw new Error(`order ${order.id} is ${order.status} and can't become ${status}`);
  return { ...order, status, history: [...order.history, { status, at }], updatedAt: at };
}

/** The order as customers and staff see it. */
export function viewOf(order: Order): OrderView {
  const { id, status, items, amounts, payment, userCouponId, failure, history, createdAt, updatedAt } = order;
  return {
    id,
    status,
    items,
    amounts,
    payment,
    ...(userCouponId !== undefined && { userCouponId }),
    ...(failure && { failure }),
    history: history.map((entry) => ({ status: entry.status, at: iso(entry.at) })),
    createdAt: iso(createdAt),
    updatedAt: iso(updatedAt),
  };
}
