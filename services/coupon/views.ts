/** Rows as others see them. */
import type { z } from "zod";

import { iso } from "../../lib/clock";
import { statusOf } from "./coupon";
import type { couponView, userCouponView } from "./coupon.contract";
import type { CouponRow } from "./coupons";
import type { HeldCoupon } from "./user-coupons";

export function couponOf(row: CouponRow): z.output<typeof couponView> {
  const { id, title, discountType, discountValue, maxDiscount, minOrderAmount, quantity, remaining, startsAt, endsAt } = row;
  return {
    id,
    title,
    discountType,
    discountValue,
    ...(maxDiscount !== null && { maxDiscount }),
    ...(minOrderAmount !== null && { minOrderAmount }),
    quantity,
    remaining,
    startsAt: iso(startsAt),
    endsAt: iso(endsAt),
  };
}

export function userCouponOf(held: HeldCoupon, at: number): z.output<typeof userCouponView> {
  const { id, couponId, title, discountType, discountValue, issuedAt, expiresAt, usedAt, orderId } = held;
  return {
    id,
    couponId,
    title,
    discountType,
    discountValue,
    status: statusOf(held, at),
    issuedAt: iso(issuedAt),
    expiresAt: iso(expiresAt),
    ...(usedAt !== null && { usedAt: iso(usedAt) }),
    ...(orderId !== null && { orderId }),
  };
}
