import { now } from "../../lib/clock";
import { emit } from "../../lib/events";
import { command } from "../../lib/handlers";
import { uuid } from "../../lib/ids";
import { traceOf } from "../../lib/trace";
import { done } from "../../mixins/outcome";
import { coupon } from "./coupon.contract";
import { insertCoupons } from "./coupons";
import { couponOf } from "./views";

export const createCoupon = command(coupon.create, async (calls, tx) => {
  const createdAt = now();
  const rows = calls.map(({ params }) => ({
    id: uuid(),
    title: params.title,
    discountType: params.discountType,
    discountValue: params.discountValue,
    maxDiscount: params.maxDiscount ?? null,
    minOrderAmount: params.minOrderAmount ?? null,
    quantity: params.quantity,
    remaining: params.quantity,
    startsAt: Date.parse(params.startsAt),
    endsAt: Date.parse(params.endsAt),
    validDays: params.validDays ?? null,
    createdAt,
  }));
  await insertCoupons(tx, rows);
  return rows.map((row, at) => {
    const { id, title, quantity } = row;
    emit(tx, coupon.events.created, { couponId: id, title, quantity }, traceOf(calls[at]?.meta));
    return done(couponOf(row));
  });
});
