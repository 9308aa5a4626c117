/** The rows of table `coupon`; no other file knows it. */
import { type Page, type PageParams, readNewest } from "../../lib/paging";
import { perRow } from "../../lib/sql";
import type { Reader, Tx } from "../../mixins/database";
import type { Period, Terms } from "./coupon";

export interface CouponRow extends Terms, Period {
  id: string;
  title: string;
  quantity: number;
  remaining: number;
  createdAt: number;
}

const columns = `id, title, discount_type as discountType, discount_value as discountValue, max_discount as maxDiscount,
  min_order_amount as minOrderAmount, quantity, remaining, starts_at as startsAt, ends_at as endsAt, valid_days as validDays,
  created_at as createdAt`;

export async function insertCoupons(tx: Tx, coupons: readonly CouponRow[]): Promise<void> {
  await tx.insert(
    "coupon",
    coupons.map((coupon) => ({
      id: coupon.id,
      title: coupon.title,
      discount_type: coupon.discountType,
      discount_value: coupon.discountValue,
      max_discount: coupon.maxDiscount,
      min_order_amount: coupon.minOrderAmount,
      quantity: coupon.quantity,
      remaining: coupon.remaining,
      starts_at: coupon.startsAt,
      ends_at: coupon.endsAt,
      valid_days: coupon.validDays,
      created_at: coupon.createdAt,
    })),
  );
}

export async function readCoupons(db: Reader, ids: Iterable<string>): Promise<Map<string, CouponRow>> {
  return byId(await db.select<CouponRow>(`select ${columns} from coupon where id in (?)`, [[...new Set(ids)]]));
}

/** Coupons that have not ended, the newest first. */
export function readOpenCoupons(db: Reader, at: number, page: PageParams): Promise<Page<CouponRow>> {
  return readNewest<CouponRow>(
    db,
    {
      name: "coupon.list",
      select: `select ${columns} from coupon`,
      where: "ends_at > ?",
      values: [at],
      time: { column: "created_at", of: (row) => row.createdAt },
    },
    page,
  );
}

/** Who issues a coupon holds its row until the commit, so that two nodes never hand out the same one. */
export async function lockCoupons(tx: Tx, ids: Iterable<string>): Promise<Map<string, CouponRow>> {
  const sql = `select ${columns} from coupon where id in (?) order by id ${tx.dialect.forUpdate}`;
  return byId(await tx.select<CouponRow>(sql, [[...new Set(ids)]]));
}

/** Takes what was issued, at least one of each, from `remaining`. Relative; the table's CHECK is the guard against issuing too many (rule 8). */
export function takeFromRemaining(tx: Tx, issued: ReadonlyMap<string, number>): void {
  if (issued.size === 0) return;
  const taken = perRow("id", issued);
  const take = `update coupon set remaining = remaining - ${taken.sql} where id in (?)`;
  tx.executeLater(take, [...taken.values, [...issued.keys()]], { rows: issued.size, what: "coupon.remaining" });
}

function byId(rows: readonly CouponRow[]): Map<string, CouponRow> {
  return new Map(rows.map((row) => [row.id, row]));
}
