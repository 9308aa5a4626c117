import { v7 as uuid } from "uuid";

import { now } from "../../lib/clock";
import { refuse } from "../../lib/errors";
import { emit } from "../../lib/events";
import { command } from "../../lib/handlers";
import { traceOf } from "../../lib/trace";
import { done } from "../../mixins/outcome";
import { Offer } from "./coupon";
import { coupon } from "./coupon.contract";
import { lockCoupons, takeFromRemaining } from "./coupons";
import { type HeldCoupon, insertUserCoupons, readHolders } from "./user-coupons";
import { userCouponOf } from "./views";

/** First come, first served: calls are decided in the order of their arrival. One for each customer, never more than `quantity`. */
export const issueCoupon = command(coupon.issue, async (calls, tx) => {
  const asked = calls.map(({ params: { id, userId }, meta }) => ({ couponId: id, userId, meta }));
  const coupons = await lockCoupons(
    tx,
    asked.map(({ couponId }) => couponId),
  );
  const holders = await readHolders(tx, asked);
  const offers = new Map([...coupons.values()].map((one) => [one.id, new Offer(one, holders.get(one.id) ?? new Set())]));
  const issuedAt = now();
  const issued: HeldCoupon[] = [];
  const outcomes = asked.map(({ couponId, userId, meta }) => {
    const found = coupons.get(couponId);
    const outcome = found && offers.get(couponId)?.issueTo(userId, issuedAt);
    if (!outcome) return refuse("COUPON_NOT_FOUND");
    if (!outcome.ok) return outcome;
    const { expiresAt } = outcome.result;
    const one: HeldCoupon = { ...found, id: uuid(), couponId, userId, issuedAt, expiresAt, used: false, usedAt: null, orderId: null };
    issued.push(one);
    emit(tx, coupon.events.issued, { couponId, userCouponId: one.id, userId }, traceOf(meta));
    return done(userCouponOf(one, issuedAt));
  });
  await takeFromRemaining(tx, new Map([...offers].map(([id, { issued: count }]) => [id, count] as const).filter(([, count]) => count > 0)));
  await insertUserCoupons(tx, issued);
  return outcomes;
});
