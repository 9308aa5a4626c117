import { now } from "../../lib/clock";
import { refuse } from "../../lib/errors";
import { emit } from "../../lib/events";
import { command, type CommandCall } from "../../lib/handlers";
import { uuid } from "../../lib/ids";
import { traceOf } from "../../lib/trace";
import type { ParsedOf } from "../../mixins/action-ref";
import type { Tx } from "../../mixins/database";
import { done } from "../../mixins/outcome";
import { Offer } from "./coupon";
import { coupon } from "./coupon.contract";
import { type CouponRow, lockCoupons, readCoupons, takeFromRemaining } from "./coupons";
import { type HeldCoupon, insertUserCoupons, readHolders } from "./user-coupons";
import { userCouponOf } from "./views";

type Asking = CommandCall<ParsedOf<typeof coupon.issue>>;

/** First come, first served: calls are decided in the order of their arrival. One for each customer, never more than `quantity`. */
export const issueCoupon = command(coupon.issue, issue, ({ id }) => (soldOut.has(id) ? [] : [id]));

async function issue(calls: readonly Asking[], tx: Tx) {
  const asked = calls.map(({ params: { id, userId }, meta }) => ({ couponId: id, userId, meta }));
  const coupons = await couponsToIssue(
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
  takeFromRemaining(tx, new Map([...offers].map(([id, { issued: count }]) => [id, count] as const).filter(([, count]) => count > 0)));
  insertUserCoupons(tx, issued);
  for (const [id, { left }] of offers) if (left === 0) noteSoldOut(id);
  return outcomes;
}

/** Coupons of which nothing was left when this process saw them last. Only a hint: it says for which a look without a lock is worth it. */
const soldOut = new Set<string>();
const mostNoted = 1_000;

function noteSoldOut(id: string): void {
  if (soldOut.size >= mostNoted) soldOut.clear();
  soldOut.add(id);
}

/**
 * Coupons by id. Those that are sold out are only read: what is left never grows, so that stays true without a lock, and a crowd that has
 * come too late keeps nobody waiting. The others are locked until the commit.
 */
async function couponsToIssue(tx: Tx, ids: readonly string[]): Promise<Map<string, CouponRow>> {
  const noted = ids.filter((id) => soldOut.has(id));
  const read = noted.length > 0 ? await readCoupons(tx, noted) : new Map<string, CouponRow>();
  const gone = [...read].filter(([, { remaining }]) => remaining === 0);
  const open = ids.filter((id) => gone.every(([one]) => one !== id));
  return new Map([...gone, ...(open.length > 0 ? await lockCoupons(tx, open) : [])]);
}
