import { now } from "../../lib/clock";
import { handler } from "../../lib/handlers";
import { coupon } from "./coupon.contract";
import { readOpenCoupons } from "./coupons";
import { readUserCouponsOf } from "./user-coupons";
import { couponOf, userCouponOf } from "./views";

/** Coupons that have not ended, the newest first; also those that have not begun, and sold-out ones with `remaining` 0. */
export const listCoupons = handler(coupon.list, async ({ params, db }) => {
  const { items, nextCursor } = await readOpenCoupons(db, now(), params);
  return { items: items.map(couponOf), nextCursor };
});

/** The customer's own coupons, the newest first. */
export const listMine = handler(coupon.mine, async ({ params: { userId, status, ...page }, db }) => {
  const at = now();
  const { items, nextCursor } = await readUserCouponsOf(db, { userId, status, at }, page);
  return { items: items.map((held) => userCouponOf(held, at)), nextCursor };
});
