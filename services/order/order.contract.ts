import { z } from "zod";

import { action, contract, event } from "../../lib/contract";
import { currency, money, positiveMoney } from "../../lib/money";
import { id, text, time } from "../../lib/schemas";
import { paymentMethod, paymentStatus } from "../payment/payment.contract";

export const orderStatus = z.enum(["PENDING", "COMPLETED", "FAILED", "CANCELING", "CANCELED"]).meta({ id: "OrderStatus" });

export const orderLine = z
  .strictObject({
    productId: id,
    name: z.string().meta({ description: "As it was called when it was ordered" }),
    unitPrice: positiveMoney.meta({ description: "Of one piece, when it was ordered" }),
    quantity: z.int(),
    lineTotal: positiveMoney,
  })
  .meta({ id: "OrderLine" });

/** subtotal − discount − pointsUsed = paid */
export const amounts = z.strictObject({
  subtotal: positiveMoney,
  discount: money.meta({ description: "What the coupon takes off" }),
  pointsUsed: money,
  paid: money.meta({ description: "subtotal − discount − pointsUsed" }),
  currency,
});

const failure = z.strictObject({
  code: z.string().meta({ description: "Of the [catalogue](/docs/errors)" }),
  detail: z.string().meta({ description: "For people" }),
});

const orderExample = {
  id: "0198c2f1-2b40-7f11-8a52-6c0d9e8f7a61",
  status: "COMPLETED",
  items: [
    { productId: "0198c2f0-7d7a-7c36-9f3e-5b1c2d3e4f50", name: "Celadon tea cup", unitPrice: 18_000, quantity: 2, lineTotal: 36_000 },
  ],
  amounts: { subtotal: 36_000, discount: 3_600, pointsUsed: 1_000, paid: 31_400, currency: "KRW" as const },
  payment: { id: "0198c2f1-2b91-7a3c-b0de-4f5a6b7c8d92", method: "CARD" as const, status: "APPROVED" as const },
  userCouponId: "0198c2f0-9c11-7e5d-a4b8-1d2e3f4a5b73",
  history: [
    { status: "PENDING", at: "2026-11-24T09:00:00.000Z" },
    { status: "COMPLETED", at: "2026-11-24T09:00:00.120Z" },
  ],
  createdAt: "2026-11-24T09:00:00.000Z",
  updatedAt: "2026-11-24T09:00:00.120Z",
};

export const orderView = z
  .strictObject({
    id,
    status: orderStatus,
    items: z.array(orderLine),
    amounts,
    payment: z.strictObject({ id: id.optional(), method: paymentMethod, status: paymentStatus.optional() }),
    userCouponId: id.optional(),
    failure: failure.optional(),
    history: z.array(z.strictObject({ status: orderStatus, at: time })),
    createdAt: time,
    updatedAt: time,
  })
  .meta({ id: "Order", examples: [orderExample] });

/** What never changes about an order that was placed; sagas carry it and events tell it. */
export interface OrderFacts {
  orderId: string;
  userId: string;
  items: z.output<typeof orderLine>[];
  userCouponId?: string;
  amounts: z.output<typeof amounts>;
  payment: { method: z.output<typeof paymentMethod> };
  /** ISO 8601. */
  placedAt: string;
}

/** What the saga `place-order` is started with: everything is decided, the steps only carry it out. */
export interface PlaceOrder extends OrderFacts {
  /** Points to take from the balance: what `points` asked for, and with method POINT the rest too. */
  fromBalance: number;
  payment: OrderFacts["payment"] & { token?: string };
}

/** What the saga `cancel-order` is started with. */
export interface CancelOrder extends OrderFacts {
  /** Points that were taken from the balance. */
  fromBalance: number;
  /** 1 for the first time that this order is to be cancelled. */
  attempt: number;
  /** When it became CANCELING, ISO 8601. */
  requestedAt: string;
  reason?: string;
}

/** The most of one product in one order. */
export const maxQuantity = 1_000_000;
const quantity = z.int().min(1).max(maxQuantity);

/** Every event tells all of the order, so that a reader who begins in the middle has it whole. */
const told = z.strictObject({
  orderId: id,
  userId: id,
  items: z.array(orderLine),
  amounts,
  payment: orderView.shape.payment,
  userCouponId: id.optional().meta({ description: "The customer's coupon, if he uses one" }),
  placedAt: time.meta({ description: "When it was placed" }),
  at: time.meta({ description: "When it came to what the event tells" }),
});
const toldExample = {
  orderId: orderExample.id,
  userId: "0198c2f0-7d7a-7c36-9f3e-5b1c2d3e4f51",
  items: orderExample.items,
  amounts: orderExample.amounts,
  payment: orderExample.payment,
  userCouponId: orderExample.userCouponId,
  placedAt: orderExample.createdAt,
  at: orderExample.updatedAt,
};
const unpaidExample = { ...toldExample, payment: { method: "CARD" as const } };
const reason = text(200).optional().meta({ description: "In the customer's words" });

export const order = contract("order", {
  actions: {
    /** Answers with the finished order, or with the PENDING one (202) when the saga takes longer than the wait. */
    place: action({
      params: z
        .strictObject({
          userId: id,
          items: z
            .array(z.strictObject({ productId: id, quantity }))
            .min(1)
            .max(100),
          userCouponId: id.optional(),
          points: money.default(0).meta({ description: "To spend; with method POINT the rest is paid with points too" }),
          payment: z
            .strictObject({ method: paymentMethod, token: text(200).optional() })
            .refine((p) => p.method !== "CARD" || p.token !== undefined, { path: ["token"], message: "is required for CARD" }),
        })
        .meta({
          examples: [
            { items: [{ productId: orderExample.items[0]!.productId, quantity: 2 }], payment: { method: "CARD", token: "tok_ok" } },
          ],
        }),
      result: orderView,
      refuses: [
        "PRODUCT_NOT_FOUND",
        "PRODUCT_OUT_OF_STOCK",
        "USER_COUPON_NOT_FOUND",
        "COUPON_NOT_USABLE",
        "POINT_INSUFFICIENT",
        "PAYMENT_DECLINED",
        "ORDER_TIMED_OUT",
        "UNAVAILABLE",
        "IDEMPOTENCY_IN_FLIGHT",
        "IDEMPOTENCY_KEY_REUSED",
      ],
      publishes: true,
      rest: { route: "POST /orders", summary: "Place an order" },
      idempotencyKey: "required",
      waits: true,
    }),
    /** All orders, by their ids, from the one after `after` on; for who builds anew what it has made of their events. */
    page: action({
      params: z.strictObject({ after: id.optional(), limit: z.int().min(1).max(500) }),
      result: z.strictObject({ orders: z.array(z.strictObject({ userId: id, order: orderView })), next: id.optional() }),
    }),
    read: action({
      params: z.strictObject({ id, userId: id }),
      result: orderView,
      refuses: ["ORDER_NOT_FOUND"],
      rest: { route: "GET /orders/:id", summary: "An order" },
    }),
    /** Gives everything back, or leaves the order as it is. Answers 202 while the refund isn't decided, as `place` does. */
    cancel: action({
      params: z.strictObject({ id, userId: id, reason }).meta({ examples: [{ reason: "Ordered twice" }] }),
      result: orderView,
      refuses: ["ORDER_NOT_FOUND", "ORDER_NOT_CANCELABLE", "UNAVAILABLE", "IDEMPOTENCY_IN_FLIGHT", "IDEMPOTENCY_KEY_REUSED"],
      publishes: true,
      rest: { route: "POST /orders/:id/cancel", status: 200, summary: "Cancel an order and give everything back" },
      idempotencyKey: "optional",
      waits: true,
    }),
    /** What has become of an order since its `after`th status, each with its number; without `after` its present state. Waits a little when there is nothing. */
    changes: action({
      params: z.strictObject({ id, userId: id, after: z.int().min(0).optional() }),
      result: z.strictObject({
        events: z.array(
          z.strictObject({ id: z.string(), event: z.literal("status"), data: z.strictObject({ status: orderStatus, at: time }) }),
        ),
        /** Nothing comes after these. */
        final: z.boolean(),
      }),
      refuses: ["ORDER_NOT_FOUND"],
      rest: { route: "GET /orders/:id/events", stream: true, summary: "Follow an order until its status is final" },
      waits: true,
    }),
  },
  events: {
    placed: event("commerce.order.v1", {
      key: "orderId",
      summary: "An order is PENDING: nothing is certain yet.",
      data: told,
      example: { ...unpaidExample, at: toldExample.placedAt },
    }),
    completed: event("commerce.order.v1", {
      key: "orderId",
      summary: "An order is completely placed: stock, coupon and points are taken, it is paid for.",
      data: told,
      example: toldExample,
    }),
    failed: event("commerce.order.v1", {
      key: "orderId",
      summary: "An order could not be placed, and has left no trace elsewhere.",
      data: told.extend({ failure }),
      example: { ...unpaidExample, failure: { code: "PAYMENT_DECLINED", detail: "The payment was declined." } },
    }),
    cancelRequested: event("commerce.order.v1", {
      key: "orderId",
      summary: "A completed order is being cancelled; that may still be refused.",
      data: told.extend({ reason }),
      example: { ...toldExample, reason: "The wrong colour" },
    }),
    cancelRefused: event("commerce.order.v1", {
      key: "orderId",
      summary: "The refund was refused: the order is COMPLETED as before.",
      data: told.extend({ failure }),
      example: { ...toldExample, failure: { code: "ORDER_NOT_CANCELABLE", detail: "The payment can't be given back." } },
    }),
    canceled: event("commerce.order.v1", {
      key: "orderId",
      summary: "An order is cancelled as a whole: the money is back, stock, coupon and points are being given back.",
      data: told.extend({ reason }),
      example: { ...toldExample, payment: { ...toldExample.payment, status: "REFUNDED" as const }, reason: "The wrong colour" },
    }),
  },
});
