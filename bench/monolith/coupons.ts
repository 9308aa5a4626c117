/** Issues coupons: first come, first served, one for each customer. */
import { errorOf, refuse, ShopError } from "../../lib/errors";
import { uuid } from "../../lib/ids";
import { expiryOf, type Period, type Terms } from "../../services/coupon/coupon";
import { userCouponOf } from "../../services/coupon/views";
import { type Database, isDuplicateKey, type Run, Unchanged } from "./database";

interface Offered extends Terms, Period {
  title: string;
  remaining: number;
  /** 1 when the customer has it. */
  held: number;
}

/** The coupon in the customer's hands. The coupon's row, which everybody wants, is taken last. */
export async function issueCoupon(db: Database, couponId: string, userId: string) {
  const offered = await readOffered(db.run, couponId, userId);
  const at = Date.now();
  if (!offered) throw new ShopError("COUPON_NOT_FOUND");
  if (at < offered.startsAt || at >= offered.endsAt) throw new ShopError("COUPON_NOT_OPEN");
  if (offered.held) throw new ShopError("COUPON_ALREADY_ISSUED");
  if (offered.remaining === 0) throw new ShopError("COUPON_SOLD_OUT");
  const one = { id: uuid(), couponId, userId, issuedAt: at, expiresAt: expiryOf(offered, at), used: false, usedAt: null, orderId: null };
  try {
    await db.transaction([
      {
        sql: "insert into user_coupon (id, coupon_id, user_id, status, issued_at, expires_at) values (?, ?, ?, 1, ?, ?)",
        values: [one.id, couponId, userId, at, one.expiresAt],
      },
      {
        sql: "update coupon set remaining = remaining - 1 where id = ? and remaining > 0",
        values: [couponId],
        unchanged: () => refuse("COUPON_SOLD_OUT"),
      },
    ]);
  } catch (error) {
    if (error instanceof Unchanged) throw errorOf(error.refusal);
    throw isDuplicateKey(error) ? new ShopError("COUPON_ALREADY_ISSUED") : error;
  }
  return userCouponOf({ ...offered, ...one }, at);
}

async function readOffered(run: Run, couponId: string, userId: string): Promise<Offered | undefined> {
  const { rows } = await run<Offered>(
    `select title, discount_type as discountType, discount_value as discountValue, max_discount as maxDiscount,
       min_order_amount as minOrderAmount, remaining, starts_at as startsAt, ends_at as endsAt, valid_days as validDays,
       exists (select 1 from user_coupon where user_id = ? and coupon_id = coupon.id) as held
     from coupon where id = ?`,
    [userId, couponId],
  );
  return rows[0];
}
