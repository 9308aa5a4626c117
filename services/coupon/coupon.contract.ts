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

const issuedCoupon = z.strictObject({ couponId: id, userCouponId: id, userId: id });

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
      rest: { route: "POST /coupons", auth: "admin", summary: "Offer a coupon" },
      idempotencyKey: "optional",
    }),
    /** First come, first served; one for each customer. Durable before the answer. */
    issue: action({
      params: z.strictObject({ id, userId: id }),
      result: userCouponView,
      refuses: ["COUPON_NOT_FOUND", "COUPON_ALREADY_ISSUED", "COUPON_SOLD_OUT", "COUPON_NOT_OPEN"],
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
    created: event("commerce.coupon.v1", { key: "couponId", data: z.strictObject({ couponId: id, title: z.string(), quantity: z.int() }) }),
    issued: event("commerce.coupon.v1", { key: "couponId", data: issuedCoupon }),
    used: event("commerce.coupon.v1", { key: "couponId", data: issuedCoupon.extend({ orderId: id }) }),
    returned: event("commerce.coupon.v1", { key: "couponId", data: issuedCoupon.extend({ orderId: id }) }),
  },
});
