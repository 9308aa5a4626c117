import type { TableRule } from "./table-rule";

interface CouponRow {
  id: string;
  quantity: number;
  remaining: number;
  issued: number;
}

/** I8. */
export const coupons: TableRule = {
  name: "coupons",
  says: "a coupon's quantity = issued + remaining, and it is issued to a customer once",
  async check(reading, found) {
    const db = reading.of("coupon");
    const rows = db.batches<CouponRow>(
      `select c.id, c.quantity, c.remaining, coalesce(u.issued, 0) as issued from coupon c
       left join (select coupon_id, count(*) as issued from user_coupon group by coupon_id) u on u.coupon_id = c.id order by c.id`,
    );
    for await (const batch of rows) {
      for (const { id, quantity, remaining, issued } of batch) {
        if (issued + remaining === quantity && remaining >= 0) found.right();
        else found.violated(`coupon ${id}`, `${issued} issued + ${remaining} remaining is not ${quantity}`);
      }
    }
    const strays = await db.all<{ couponId: string; issued: number }>(
      `select coupon_id as couponId, count(*) as issued from user_coupon u
       where not exists (select 1 from coupon c where c.id = u.coupon_id) group by coupon_id`,
    );
    for (const { couponId, issued } of strays) found.violated(`coupon ${couponId}`, `${issued} issued, but there is no such coupon`);
  },
};
