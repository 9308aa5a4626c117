import { now } from "../../lib/clock";
import { emit } from "../../lib/events";
import { batchHandler, stepHandler } from "../../lib/handlers";
import { done } from "../../mixins/outcome";
import { quoteOf, useFor } from "./coupon";
import { coupon } from "./coupon.contract";
import { lockUserCoupons, markReturned, markUsed, readUserCoupons } from "./user-coupons";

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
    await markUsed(tx, orderIds, at);
    return outcomes;
  },

  async undo(calls, tx) {
    const held = await lockUserCoupons(
      tx,
      calls.map(({ result }) => result.userCouponId),
    );
    const orderIds = new Map<string, string>();
    for (const { id: orderId, result, trace } of calls) {
      const { userCouponId } = result;
      const found = held.get(userCouponId);
      if (!found) throw new Error(`order ${orderId} gives back the user coupon ${userCouponId}, which is not there`);
      orderIds.set(userCouponId, orderId);
      emit(tx, coupon.events.returned, { couponId: found.couponId, userCouponId, userId: found.userId, orderId }, trace);
    }
    await markReturned(tx, orderIds);
  },
});
