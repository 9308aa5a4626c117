import { z } from "zod";

import { action, contract, event } from "../../lib/contract";
import { currency, money, positiveMoney } from "../../lib/money";
import { id, page, pageOf, text, time } from "../../lib/schemas";
import { paymentMethod, paymentStatus } from "../payment/payment.contract";

export const orderStatus = z.enum(["PENDING", "COMPLETED", "FAILED", "CANCELING", "CANCELED"]);

export const orderLine = z.strictObject({
  productId: id,
  name: z.string(),
  unitPrice: positiveMoney,
  quantity: z.int(),
  lineTotal: positiveMoney,
});

/** subtotal − discount − pointsUsed = paid */
export const amounts = z.strictObject({ subtotal: positiveMoney, discount: money, pointsUsed: money, paid: money, currency });

export const orderView = z.strictObject({
  id,
  status: orderStatus,
  items: z.array(orderLine),
  amounts,
  payment: z.strictObject({ id: id.optional(), method: paymentMethod, status: paymentStatus.optional() }),
  userCouponId: id.optional(),
  failure: z.strictObject({ code: z.string(), detail: z.string() }).optional(),
  history: z.array(z.strictObject({ status: orderStatus, at: time })),
  createdAt: time,
  updatedAt: time,
});

/** What the saga `place-order` is started with: everything is decided, the steps only carry it out. */
export interface PlaceOrder {
  orderId: string;
  userId: string;
  items: z.output<typeof orderLine>[];
  userCouponId?: string;
  amounts: z.output<typeof amounts>;
  /** Points to take from the balance: what `points` asked for, and with method POINT the rest too. */
  fromBalance: number;
  payment: { method: z.output<typeof paymentMethod>; token?: string };
}

/** The most of one product in one order. */
export const maxQuantity = 1_000_000;
const quantity = z.int().min(1).max(maxQuantity);

const told = z.strictObject({ orderId: id, userId: id, items: z.array(orderLine), amounts, at: time });

export const order = contract("order", {
  actions: {
    /** Answers with the finished order, or with the PENDING one (202) when the saga takes longer than the wait. */
    place: action({
      params: z.strictObject({
        userId: id,
        items: z
          .array(z.strictObject({ productId: id, quantity }))
          .min(1)
          .max(100),
        userCouponId: id.optional(),
        points: money.default(0),
        payment: z
          .strictObject({ method: paymentMethod, token: text(200).optional() })
          .refine((p) => p.method !== "CARD" || p.token !== undefined, { path: ["token"], message: "is required for CARD" }),
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
      rest: "POST /orders",
      idempotencyKey: "required",
      waits: true,
    }),
    read: action({ params: z.strictObject({ id, userId: id }), result: orderView, refuses: ["ORDER_NOT_FOUND"], rest: "GET /orders/:id" }),
    list: action({ params: z.strictObject({ userId: id, ...page }), result: pageOf(orderView), rest: "GET /orders" }),
  },
  events: {
    placed: event("commerce.order.v1", { key: "orderId", data: told }),
    completed: event("commerce.order.v1", { key: "orderId", data: told }),
    failed: event("commerce.order.v1", {
      key: "orderId",
      data: told.extend({ failure: z.strictObject({ code: z.string(), detail: z.string() }) }),
    }),
  },
});
