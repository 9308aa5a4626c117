import { now } from "../../lib/clock";
import { emit } from "../../lib/events";
import { batchHandler, stepHandler } from "../../lib/handlers";
import { done } from "../../mixins/outcome";
import { quoteOf, useFor } from "./coupon";
import { coupon } from "./coupon.contract";
import { returnCoupons } from "./return-coupons";
import { lockUserCoupons, markUsed, readUserCoupons } from "./user-coupons";

/** What coupons take off now, without using them. */
export const quoteCoupon = batchHandler(coupon.quote, async (calls, db) => {
  const held = await readUserCoupons(
    db,
    calls.map(({ userCouponId }) => userCouponId),
  );
  return calls.map((call) => quoteOf(held.get(call.userCouponId), call, now()));
});

/**
 * Uses coupons for orders. One that can't be used, or not at the discount that was quoted, refuses its own call. A saga's id is the
 * order's: the undo takes a coupon back from that order and from no other.
 */
export const useCoupon = stepHandler(coupon.use, {
  async forward(calls, tx) {
    const held = await lockUserCoupons(
      tx,
      calls.map(({ params }) => params.userCouponId),
    );
    const at = now();
    const orderIds = new Map<string, string>();
    const outcomes = calls.map(({ id, params, trace }) => {
      const { userCouponId, userId, orderId } = params;
      if (id !== orderId) throw new Error(`saga ${id} uses a coupon for order ${orderId}: its undo would not give it back`);
      const outcome = useFor(held.get(userCouponId), params, at);
      if (!outcome.ok) return outcome;
      orderIds.set(userCouponId, orderId);
      emit(tx, coupon.events.used, { couponId: outcome.result.couponId, userCouponId, userId, orderId }, trace);
      return done({ userCouponId });
    });
    markUsed(tx, orderIds, at);
    return outcomes;
  },

  undo(calls, tx) {
    return returnCoupons(
      tx,
      calls.map(({ id, result, trace }) => ({ orderId: id, userCouponId: result.userCouponId, trace })),
    );
  },
});
