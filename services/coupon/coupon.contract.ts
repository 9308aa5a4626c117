import { z } from "zod";

import { action, batch, contract, event, retriableStep, sagaStep } from "../../lib/contract";
import { money, positiveMoney } from "../../lib/money";
import { id, nothing, page, pageOf, text, time } from "../../lib/schemas";

export const discountType = z.enum(["AMOUNT", "PERCENT"]).meta({ id: "DiscountType" });

export const couponView = z
  .strictObject({
    id,
    title: z.string(),
    discountType,
    discountValue: positiveMoney,
    maxDiscount: positiveMoney.optional(),
    minOrderAmount: money.optional(),
    quantity: z.int(),
    remaining: z.int(),
    startsAt: time,
    endsAt: time,
  })
  .meta({ id: "Coupon" });

export const userCouponStatus = z.enum(["AVAILABLE", "USED", "EXPIRED"]).meta({ id: "UserCouponStatus" });

export const userCouponView = z
  .strictObject({
    id,
    couponId: id,
    title: z.string(),
    discountType,
    discountValue: positiveMoney,
    status: userCouponStatus,
    issuedAt: time,
    expiresAt: time,
    usedAt: time.optional(),
    orderId: id.optional(),
  })
  .meta({ id: "UserCoupon" });

const issuedCoupon = z.strictObject({
  couponId: id.meta({ description: "The offer" }),
  userCouponId: id.meta({ description: "The customer's own coupon" }),
  userId: id.meta({ description: "Whose it is" }),
});
const ofOrder = issuedCoupon.extend({ orderId: id.meta({ description: "The order that it is, or was, used for" }) });
const issuedExample = {
  couponId: "0198c2f0-8a10-7b4e-9c3d-2e1f0a9b8c77",
  userCouponId: "0198c2f0-9c11-7e5d-a4b8-1d2e3f4a5b73",
  userId: "0198c2f0-7d7a-7c36-9f3e-5b1c2d3e4f51",
};
const usedExample = { ...issuedExample, orderId: "0198c2f1-2b40-7f11-8a52-6c0d9e8f7a61" };

export const coupon = contract("coupon", {
  actions: {
    list: action({
      params: z.strictObject({ ...page }),
      result: pageOf(couponView),
      rest: { route: "GET /coupons", auth: "public", summary: "Coupons that have not ended" },
    }),
    create: action({
      params: z
        .strictObject({
          title: text(200),
          discountType,
          discountValue: positiveMoney,
          maxDiscount: positiveMoney.optional(),
          minOrderAmount: money.optional(),
          quantity: z.int().min(1).max(1_000_000_000),
          startsAt: time,
          endsAt: time,
          validDays: z
            .int()
            .min(1)
            .max(3650)
            .optional()
            .meta({ description: "Days that an issued coupon can be used; until `endsAt` when left out" }),
        })
        .refine((c) => c.discountType !== "PERCENT" || c.discountValue <= 100, { path: ["discountValue"], message: "at most 100 percent" })
        .refine((c) => c.discountType === "PERCENT" || c.maxDiscount === undefined, { path: ["maxDiscount"], message: "for PERCENT only" })
        .refine((c) => Date.parse(c.startsAt) < Date.parse(c.endsAt), { path: ["endsAt"], message: "must be after startsAt" })
        .meta({
          examples: [
            {
              title: "10 % off",
              discountType: "PERCENT",
              discountValue: 10,
              maxDiscount: 20_000,
              quantity: 1_000,
              startsAt: "2026-11-24T00:00:00Z",
              endsAt: "2036-11-24T00:00:00Z",
            },
          ],
        }),
      result: couponView,
      publishes: true,
      rest: { route: "POST /coupons", auth: "admin", summary: "Offer a coupon" },
      idempotencyKey: "optional",
    }),
    /** First come, first served; one for each customer. Durable before the answer. */
    issue: action({
      params: z.strictObject({ id, userId: id }),
      result: userCouponView,
      refuses: ["COUPON_NOT_FOUND", "COUPON_ALREADY_ISSUED", "COUPON_SOLD_OUT", "COUPON_NOT_OPEN"],
      publishes: true,
      rest: { route: "POST /coupons/:id/issue", summary: "Take a coupon: first come, first served, one for each customer" },
      idempotencyKey: "optional",
    }),
    mine: action({
      params: z.strictObject({ userId: id, status: userCouponStatus.optional(), ...page }),
      result: pageOf(userCouponView),
      rest: { route: "GET /coupons/mine", summary: "Your coupons" },
    }),
    /** What the coupon takes off an order of that subtotal now, without using it. */
    quote: batch({
      params: z.strictObject({ userId: id, userCouponId: id, subtotal: money }),
      result: z.strictObject({ discount: money }),
      refuses: ["USER_COUPON_NOT_FOUND", "COUPON_NOT_USABLE"],
    }),
    /** Uses the coupon for an order at the discount that was quoted; the result is what the undo gives back. */
    use: sagaStep({
      params: z.strictObject({ userId: id, userCouponId: id, orderId: id, subtotal: money, discount: money }),
      result: z.strictObject({ userCouponId: id }),
      refuses: ["USER_COUPON_NOT_FOUND", "COUPON_NOT_USABLE"],
      undo: "restore",
    }),
    /** Gives a customer the coupon of an order back; whether it can still be used is a matter of its dates. */
    giveBack: retriableStep({ params: z.strictObject({ userCouponId: id, orderId: id }), result: nothing }),
  },
  events: {
    created: event("commerce.coupon.v1", {
      key: "couponId",
      summary: "A coupon is on offer.",
      data: z.strictObject({
        couponId: issuedCoupon.shape.couponId,
        title: z.string().meta({ description: "For people" }),
        quantity: z.int().meta({ description: "How many customers can take one" }),
      }),
      example: { couponId: issuedExample.couponId, title: "10 % off", quantity: 1_000 },
    }),
    issued: event("commerce.coupon.v1", {
      key: "couponId",
      summary: "A customer has taken a coupon.",
      data: issuedCoupon,
      example: issuedExample,
    }),
    used: event("commerce.coupon.v1", {
      key: "couponId",
      summary: "A coupon was taken for an order, which may still fail.",
      data: ofOrder,
      example: usedExample,
    }),
    returned: event("commerce.coupon.v1", {
      key: "couponId",
      summary: "A coupon came back: its order failed or was cancelled.",
      data: ofOrder,
      example: usedExample,
    }),
  },
});
