import { emit } from "../../lib/events";
import { retriableHandler } from "../../lib/handlers";
import type { Tx } from "../../mixins/database";
import { done } from "../../mixins/outcome";
import { returnFrom } from "./coupon";
import { coupon } from "./coupon.contract";
import { lockUserCoupons, markReturned } from "./user-coupons";

/** A coupon that an order used. */
interface UsedCoupon {
  userCouponId: string;
  orderId: string;
  trace?: Record<string, string>;
}

/** Takes coupons back from the orders that used them, and from no others. Can't be refused. */
export async function returnCoupons(tx: Tx, returned: readonly UsedCoupon[]): Promise<void> {
  const held = await lockUserCoupons(
    tx,
    returned.map(({ userCouponId }) => userCouponId),
  );
  const orderIds = new Map<string, string>();
  for (const { userCouponId, orderId, trace } of returned) {
    const { couponId, userId } = returnFrom(held.get(userCouponId), { userCouponId, orderId });
    orderIds.set(userCouponId, orderId);
    emit(tx, coupon.events.returned, { couponId, userCouponId, userId, orderId }, trace);
  }
  markReturned(tx, orderIds);
}

/** The coupons of cancelled orders. */
export const giveBackCoupon = retriableHandler(coupon.giveBack, {
  async forward(calls, tx) {
    await returnCoupons(
      tx,
      calls.map(({ params, trace }) => ({ ...params, trace })),
    );
    return calls.map(() => done({}));
  },
});
