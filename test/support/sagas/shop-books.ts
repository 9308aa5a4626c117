import type { Database } from "../../../mixins/database";
import type { Order } from "../../../services/order/order";
import { stockOf } from "../buyer";
import { databaseOf } from "../database-of";
import type { TestShop } from "../shop";

/** Bounds of what begins with the key. */
export const between = (key: string): [string, string] => [key, `${key}\uffff`];

/** What the participants' tables and the payment provider say of an order. */
export class ShopBooks {
  constructor(
    private readonly shop: TestShop,
    private readonly provider: Database,
  ) {}

  stockOf(productId: string): Promise<number> {
    return stockOf(this.shop, productId);
  }

  /** Rows of reservations that the order has made, and those of them that were given back. */
  async reservations(orderId: string): Promise<{ made: number; released: number }> {
    const [row] = await databaseOf(this.shop, "product").select<{ made: number; released: number }>(
      "select count(*) as made, coalesce(sum(case when state = 3 then 1 else 0 end), 0) as released from stock_reservation where order_id = ?",
      [orderId],
    );
    return row ?? { made: 0, released: 0 };
  }

  /** The balance, and how often the order took and gave points. */
  async points({ id, userId }: Order): Promise<{ balance: number; used: number; returned: number }> {
    const db = databaseOf(this.shop, "point");
    const [wallet] = await db.select<{ balance: number }>("select balance from point where user_id = ?", [userId]);
    const entries = await db.select<{ type: number }>("select type from point_history where user_id = ? and order_id = ?", [userId, id]);
    const count = (type: number) => entries.filter((entry) => entry.type === type).length;
    return { balance: wallet?.balance ?? 0, used: count(2), returned: count(3) };
  }

  /** The order that has used the coupon. */
  async couponUsedBy(userCouponId: string): Promise<string | null | undefined> {
    const rows = await databaseOf(this.shop, "coupon").select<{ order_id: string | null }>(
      "select order_id from user_coupon where id = ?",
      [userCouponId],
    );
    return rows[0]?.order_id;
  }

  /** The status of the order's payments, and what the provider has taken and given for it. */
  async money(orderId: string): Promise<{ statuses: number[]; charged: number; refunded: number }> {
    const payments = await databaseOf(this.shop, "payment").select<{ status: number }>("select status from payment where order_id = ?", [
      orderId,
    ]);
    const count = async (sql: string, saga: string) =>
      (await this.provider.select<{ n: number }>(sql, between(`${saga}:${orderId}:`)))[0]?.n ?? 0;
    return {
      statuses: payments.map(({ status }) => status),
      charged: await count("select count(*) as n from charge where approved = 1 and charge_key between ? and ?", "place-order"),
      refunded: await count("select count(*) as n from refund where declined is null and refund_key between ? and ?", "cancel-order"),
    };
  }
}
