/** Recounts the baseline's schema from nothing but its rows. To be asked when nothing is under way. */
import { createConnection, type RowDataPacket } from "mysql2/promise";

/** What is wrong: each query finds rows that must not be there, with `what` of which thing. */
const rules: readonly { says: string; sql: string }[] = [
  {
    says: "stock is what was put in less what was sold, never below 0",
    sql: `select p.id as what, concat(stock, ' of ', coalesce(moved, 0), ' put in, ', coalesce(sold, 0), ' sold') as detail from product p
      left join (select product_id, sum(delta) as moved from stock_movement group by product_id) m on m.product_id = p.id
      left join (select product_id, sum(quantity) as sold from order_product join orders on orders.id = order_id and status = 2
        group by product_id) s on s.product_id = p.id
      where stock <> coalesce(moved, 0) - coalesce(sold, 0) or stock < 0`,
  },
  {
    says: "a COMPLETED order has lines, which come to its subtotal, and its amounts agree",
    sql: `select o.id as what, concat('subtotal ', subtotal, ', lines ', coalesce(l.total, 'none')) as detail from orders o
      left join (select order_id, sum(unit_price * quantity) as total from order_product group by order_id) l on l.order_id = o.id
      where l.total is null or l.total <> subtotal or subtotal - discount - points_used <> paid`,
  },
  {
    says: "a COMPLETED order has one payment, APPROVED, over what is paid, and no other order has one",
    sql: `select o.id as what, concat('status ', o.status, ', paid ', paid, ', payment ', coalesce(amount, 'none')) as detail from orders o
      left join payment on order_id = o.id
      where (o.status = 2) <> (order_id is not null)
        or (o.status = 2 and (payment.status <> 2 or amount <> paid or payment.id <> o.payment_id or payment.user_id <> o.user_id))`,
  },
  {
    says: "a payment is an order's",
    sql: `select id as what, concat('order ', order_id) as detail from payment where order_id not in (select id from orders)`,
  },
  {
    says: "a line is an order's",
    sql: `select order_id as what, concat('line ', line) as detail from order_product where order_id not in (select id from orders)`,
  },
  {
    says: "a COMPLETED order has moved the stock of each of its lines, and nothing else has",
    sql: `select what, concat(sum(line), ' ordered, ', sum(moved), ' taken') as detail from (
        select concat(order_id, ' ', product_id) as what, quantity as line, 0 as moved from order_product
          join orders on orders.id = order_id and status = 2
        union all select concat(order_id, ' ', product_id), 0, quantity from stock_reservation) as both_of_them
      group by what having sum(line) <> sum(moved)`,
  },
  {
    says: "an order is COMPLETED or FAILED",
    sql: "select id as what, concat('status ', status) as detail from orders where status not in (2, 3)",
  },
  {
    says: "a coupon's quantity is what was issued and what remains, never below 0",
    sql: `select c.id as what, concat(quantity, ' in all, ', coalesce(issued, 0), ' issued, ', remaining, ' remaining') as detail from coupon c
      left join (select coupon_id, count(*) as issued from user_coupon group by coupon_id) u on u.coupon_id = c.id
      where remaining <> quantity - coalesce(issued, 0) or remaining < 0`,
  },
  {
    says: "a coupon is issued to a customer once",
    sql: `select concat(coupon_id, ' ', user_id) as what, concat(count(*), ' times') as detail from user_coupon
      group by coupon_id, user_id having count(*) > 1`,
  },
  {
    says: "a coupon is used by the COMPLETED order that says so",
    sql: `select u.id as what, concat('status ', u.status, ', order ', coalesce(u.order_id, 'none')) as detail from user_coupon u
      left join orders o on o.user_coupon_id = u.id and o.status = 2
      where (u.status = 2) <> (o.id is not null) or u.order_id <> o.id`,
  },
  {
    says: "a balance is what was charged less what was used, never below 0",
    sql: `select p.user_id as what, concat(balance, ' of ', coalesce(moved, 0)) as detail from point p
      left join (select user_id, sum(if(type = 2, -amount, amount)) as moved from point_history group by user_id) h on h.user_id = p.user_id
      where balance <> coalesce(moved, 0) or balance < 0`,
  },
  {
    says: "a COMPLETED order has used the points that it says",
    sql: `select o.id as what, concat(coalesce(used, 0), ' used') as detail from orders o
      left join (select order_id, sum(amount) as used from point_history where type = 2 group by order_id) h on h.order_id = o.id
      where coalesce(used, 0) <> if(o.status = 2, points_used + if(payment_method = 1, paid, 0), 0)`,
  },
];

/** What a recount has found. `violations` is empty when all sums agree. */
export interface Recount {
  /** COMPLETED orders. */
  completed: number;
  /** Coupons in customers' hands. */
  issued: number;
  violations: string[];
}

/** Recounts the schema at `database`, `mysql://user@host:port/schema`. */
export async function recount(database: string): Promise<Recount> {
  const connection = await createConnection({ uri: database, decimalNumbers: true });
  const rowsOf = async <R>(sql: string) => (await connection.query<(RowDataPacket & R)[]>(sql))[0];
  try {
    const violations: string[] = [];
    for (const { says, sql } of rules) {
      for (const { what, detail } of await rowsOf<{ what: string; detail: string }>(`${sql} limit 20`))
        violations.push(`${says}: ${what}: ${detail}`);
    }
    const [sums] = await rowsOf<{ completed: number; issued: number }>(
      "select (select count(*) from orders where status = 2) as completed, (select count(*) from user_coupon) as issued",
    );
    return { completed: sums?.completed ?? 0, issued: sums?.issued ?? 0, violations };
  } finally {
    await connection.end();
  }
}
