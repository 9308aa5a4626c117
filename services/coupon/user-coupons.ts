/** The rows of table `user_coupon`; no other file knows it. */
import { type Page, type PageParams, readNewest } from "../../lib/paging";
import { type Condition, conditions, perRow } from "../../lib/sql";
import type { Reader, Tx } from "../../mixins/database";
import type { Held, HeldStatus } from "./coupon";
import { type CouponRow, readCoupons } from "./coupons";

/** `user_coupon.status`. */
const available = 1;
const used = 2;

export interface UserCouponRow {
  id: string;
  couponId: string;
  userId: string;
  issuedAt: number;
  expiresAt: number;
  used: boolean;
  usedAt: number | null;
  orderId: string | null;
}

/** A customer's coupon with the terms that it was issued under. */
export type HeldCoupon = UserCouponRow & Held & Pick<CouponRow, "title">;

type Stored = Omit<UserCouponRow, "used"> & { status: number };

const columns = `id, coupon_id as couponId, user_id as userId, issued_at as issuedAt, expires_at as expiresAt, status, used_at as usedAt,
  order_id as orderId`;

/** Which of these coupons these customers have, as pairs. The coupons must be locked or sold out: only then the answer stays true. */
export async function readHolders(tx: Tx, asked: readonly { couponId: string; userId: string }[]): Promise<Map<string, Set<string>>> {
  const rows = await tx.select<{ couponId: string; userId: string }>(
    "select coupon_id as couponId, user_id as userId from user_coupon where user_id in (?) and coupon_id in (?)",
    [[...new Set(asked.map(({ userId }) => userId))], [...new Set(asked.map(({ couponId }) => couponId))]],
  );
  const holders = new Map(asked.map(({ couponId }) => [couponId, new Set<string>()]));
  for (const { couponId, userId } of rows) holders.get(couponId)?.add(userId);
  return holders;
}

export function insertUserCoupons(
  tx: Tx,
  issued: readonly Pick<UserCouponRow, "id" | "couponId" | "userId" | "issuedAt" | "expiresAt">[],
): void {
  tx.insertLater(
    "user_coupon",
    issued.map((one) => ({
      id: one.id,
      coupon_id: one.couponId,
      user_id: one.userId,
      status: available,
      issued_at: one.issuedAt,
      expires_at: one.expiresAt,
    })),
  );
}

export async function readUserCoupons(db: Reader, ids: readonly string[]): Promise<Map<string, HeldCoupon>> {
  const sql = `select ${columns} from user_coupon where id in (?)`;
  return withTerms(db, await db.select<Stored>(sql, [[...new Set(ids)]]));
}

/** Terms never change, so that their rows need no lock and don't make customers who only use coupons wait for those who take one. */
export async function lockUserCoupons(tx: Tx, ids: readonly string[]): Promise<Map<string, HeldCoupon>> {
  const sql = `select ${columns} from user_coupon where id in (?) order by id ${tx.dialect.forUpdate}`;
  return withTerms(tx, await tx.select<Stored>(sql, [[...new Set(ids)]]));
}

/** One customer's coupons, the newest first, with the status that they have at a time. */
export async function readUserCouponsOf(
  db: Reader,
  { userId, status, at }: { userId: string; status?: HeldStatus; at: number },
  page: PageParams,
): Promise<Page<HeldCoupon>> {
  const { items, nextCursor } = await readNewest<Stored>(
    db,
    {
      name: "coupon.mine",
      choice: { status },
      select: `select ${columns} from user_coupon`,
      ...conditions(["user_id = ?", userId], status && hasStatus[status](at)),
      time: { column: "issued_at", of: (row) => row.issuedAt },
    },
    page,
  );
  return { items: [...(await withTerms(db, items)).values()], nextCursor };
}

const hasStatus: Record<HeldStatus, (at: number) => Condition> = {
  AVAILABLE: (at) => [`status = ${available} and expires_at > ?`, at],
  EXPIRED: (at) => [`status = ${available} and expires_at <= ?`, at],
  USED: () => `status = ${used}`,
};

/** Marks coupons that are available as used for orders: order ids by the customer's coupon. */
export function markUsed(tx: Tx, orderIds: ReadonlyMap<string, string>, at: number): void {
  if (orderIds.size === 0) return;
  const orderId = perRow("id", orderIds);
  tx.executeLater(
    `update user_coupon set status = ${used}, used_at = ?, order_id = ${orderId.sql} where id in (?) and status = ${available}`,
    [at, ...orderId.values, [...orderIds.keys()]],
    { rows: orderIds.size, what: "user_coupon.status" },
  );
}

/** Makes coupons that these orders have used available again: order ids by the customer's coupon. */
export function markReturned(tx: Tx, orderIds: ReadonlyMap<string, string>): void {
  const orderId = perRow("id", orderIds);
  tx.executeLater(
    `update user_coupon set status = ${available}, used_at = null, order_id = null
     where id in (?) and status = ${used} and order_id = ${orderId.sql}`,
    [[...orderIds.keys()], ...orderId.values],
    { rows: orderIds.size, what: "user_coupon.status" },
  );
}

async function withTerms(db: Reader, rows: readonly Stored[]): Promise<Map<string, HeldCoupon>> {
  if (rows.length === 0) return new Map();
  const coupons = await readCoupons(
    db,
    rows.map(({ couponId }) => couponId),
  );
  return new Map(
    rows.map(({ status, ...row }) => {
      const coupon = coupons.get(row.couponId);
      if (!coupon) throw new Error(`user coupon ${row.id} is of coupon ${row.couponId}, which is not there`);
      const { title, discountType, discountValue, maxDiscount, minOrderAmount } = coupon;
      return [row.id, { ...row, used: status === used, title, discountType, discountValue, maxDiscount, minOrderAmount }];
    }),
  );
}
