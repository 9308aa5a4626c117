/** The rules of coupons, without a database. Amounts in minor units, times in ms since the epoch. */
import { refuse } from "../../lib/errors";
import { done, type Outcome } from "../../mixins/outcome";

/** What a coupon takes off, and from which subtotal on. */
export interface Terms {
  discountType: "AMOUNT" | "PERCENT";
  /** Minor units for AMOUNT, whole percent for PERCENT. */
  discountValue: number;
  maxDiscount: number | null;
  minOrderAmount: number | null;
}

/** When a coupon is issued, and how long an issued one can be used. */
export interface Period {
  startsAt: number;
  /** The first moment at which it is issued no more. */
  endsAt: number;
  validDays: number | null;
}

/** A coupon in a customer's hands. */
export interface Held extends Terms {
  userId: string;
  used: boolean;
  /** The first moment at which it can't be used any more. */
  expiresAt: number;
}

export type HeldStatus = "AVAILABLE" | "USED" | "EXPIRED";

const dayMs = 24 * 60 * 60 * 1000;

/** What the coupon takes off a subtotal: never more than the subtotal. Exact up to 2⁵³ − 1, where `subtotal * percent` would not be. */
export function discountOf(terms: Terms, subtotal: number): number {
  if (terms.discountType === "AMOUNT") return Math.min(terms.discountValue, subtotal);
  const rest = subtotal % 100;
  const discount = ((subtotal - rest) / 100) * terms.discountValue + Math.floor((rest * terms.discountValue) / 100);
  return Math.min(discount, terms.maxDiscount ?? discount);
}

/** For `validDays` from the issue on; without them until the coupon's own end. */
export function expiryOf(period: Period, issuedAt: number): number {
  return period.validDays === null ? period.endsAt : issuedAt + period.validDays * dayMs;
}

/** EXPIRED is not stored: the clock makes it so. */
export function statusOf(held: { used: boolean; expiresAt: number }, at: number): HeldStatus {
  if (held.used) return "USED";
  return held.expiresAt <= at ? "EXPIRED" : "AVAILABLE";
}

/** What the coupon takes off an order of its owner now. Somebody else's is as unknown as one that doesn't exist. */
export function quoteOf(held: Held | undefined, order: { userId: string; subtotal: number }, at: number): Outcome<{ discount: number }> {
  if (held?.userId !== order.userId) return refuse("USER_COUPON_NOT_FOUND");
  const status = statusOf(held, at);
  if (status !== "AVAILABLE") return refuse("COUPON_NOT_USABLE", `The coupon ${status === "USED" ? "was used" : "has expired"}`);
  const least = held.minOrderAmount ?? 0;
  if (order.subtotal < least) return refuse("COUPON_NOT_USABLE", `The coupon is for orders of ${least} or more`, { minOrderAmount: least });
  return done({ discount: discountOf(held, order.subtotal) });
}

/** Uses the coupon, once, when it still takes off what was quoted. */
export function useFor<H extends Held>(
  held: H | undefined,
  order: { userId: string; subtotal: number; discount: number },
  at: number,
): Outcome<H> {
  const quote = quoteOf(held, order, at);
  if (!quote.ok) return quote;
  if (!held || quote.result.discount !== order.discount) return refuse("COUPON_NOT_USABLE", "The coupon's discount is not what was quoted");
  held.used = true;
  return done(held);
}

/** Takes the coupon back from the order that used it, and throws when that order doesn't hold it. Its dates say whether it can be used again. */
export function returnFrom<H extends Held & { orderId: string | null }>(
  held: H | undefined,
  order: { userCouponId: string; orderId: string },
): H {
  if (!held?.used || held.orderId !== order.orderId)
    throw new Error(`order ${order.orderId} gives back the user coupon ${order.userCouponId}, which it doesn't hold`);
  held.used = false;
  return held;
}

/**
 * One coupon while a group of calls is decided: who comes first gets it. I8: quantity = issued + remaining, so that never more than
 * `quantity` are issued; and one customer never gets two.
 */
export class Offer {
  private taken = 0;

  constructor(
    private readonly coupon: Period & { remaining: number },
    private readonly holders: Set<string>,
  ) {}

  /** How many were issued since it was loaded. */
  get issued(): number {
    return this.taken;
  }

  /** How many can still be issued. */
  get left(): number {
    return this.coupon.remaining - this.taken;
  }

  /** Who has it already is told so even when it is sold out. */
  issueTo(userId: string, at: number): Outcome<{ expiresAt: number }> {
    if (at < this.coupon.startsAt || at >= this.coupon.endsAt) return refuse("COUPON_NOT_OPEN");
    if (this.holders.has(userId)) return refuse("COUPON_ALREADY_ISSUED");
    if (this.taken >= this.coupon.remaining) return refuse("COUPON_SOLD_OUT");
    this.holders.add(userId);
    this.taken += 1;
    return done({ expiresAt: expiryOf(this.coupon, at) });
  }
}
