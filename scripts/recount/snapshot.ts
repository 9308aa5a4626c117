/** Reads what a recount compares, straight from the tables of all services: it must not trust the code that wrote them. */
import { join } from "node:path";

import type { Config } from "../../lib/config";
import { openDatabase, type Reader, sqliteUrl } from "../../mixins/database";

export interface Snapshot {
  products: { id: string; stock: number; sales: number }[];
  /** Stock that came in or went out by hand, by product. */
  moved: { productId: string; delta: number }[];
  /** `state`: 1 reserved, 2 confirmed, 3 released. */
  reservations: { orderId: string; productId: string; quantity: number; state: number }[];
  /** `status`: 1 PENDING, 2 COMPLETED, 3 FAILED. `method`: 1 POINT, 2 CARD, 3 CASH. */
  orders: { id: string; userId: string; status: number; method: number; pointsUsed: number; paid: number; userCouponId: string | null }[];
  lines: { orderId: string; productId: string; quantity: number }[];
  /** `status`: 1 PENDING, 2 APPROVED, 3 FAILED, 7 UNKNOWN. */
  payments: { orderId: string; userId: string; status: number; method: number; amount: number }[];
  /** What the payment provider took. */
  charges: { orderId: string; amount: number }[];
  wallets: { userId: string; balance: number }[];
  /** `type`: 1 CHARGE, 2 USE, 3 REFUND. */
  entries: { userId: string; type: number; amount: number; orderId: string | null }[];
  coupons: { id: string; quantity: number; remaining: number }[];
  userCoupons: { id: string; couponId: string; userId: string; used: number; orderId: string | null }[];
  /** The durable tally behind the ranking, by product and day. */
  sold: { productId: string; sold: number }[];
}

export async function readSnapshot(config: Config): Promise<Snapshot> {
  const product = await inDatabase(config, "product", async (db) => ({
    products: await db.select<Snapshot["products"][number]>("select id, stock, sales_count as sales from product"),
    moved: await db.select<Snapshot["moved"][number]>("select product_id as productId, delta from stock_movement"),
    reservations: await db.select<Snapshot["reservations"][number]>(
      "select order_id as orderId, product_id as productId, quantity, state from stock_reservation",
    ),
  }));
  const order = await inDatabase(config, "order", async (db) => ({
    orders: await db.select<Snapshot["orders"][number]>(
      `select id, user_id as userId, status, payment_method as method, points_used as pointsUsed, paid, user_coupon_id as userCouponId
       from orders`,
    ),
    lines: await db.select<Snapshot["lines"][number]>("select order_id as orderId, product_id as productId, quantity from order_product"),
  }));
  const payment = await inDatabase(config, "payment", async (db) => ({
    payments: await db.select<Snapshot["payments"][number]>(
      "select order_id as orderId, user_id as userId, status, method, amount from payment",
    ),
  }));
  const point = await inDatabase(config, "point", async (db) => ({
    wallets: await db.select<Snapshot["wallets"][number]>("select user_id as userId, balance from point"),
    entries: await db.select<Snapshot["entries"][number]>("select user_id as userId, type, amount, order_id as orderId from point_history"),
  }));
  const coupon = await inDatabase(config, "coupon", async (db) => ({
    coupons: await db.select<Snapshot["coupons"][number]>("select id, quantity, remaining from coupon"),
    userCoupons: await db.select<Snapshot["userCoupons"][number]>(
      `select id, coupon_id as couponId, user_id as userId, case status when 2 then 1 else 0 end as used, order_id as orderId
       from user_coupon`,
    ),
  }));
  const sold = await inDatabase(config, "bestseller", (db) =>
    db.select<Snapshot["sold"][number]>("select product_id as productId, sold from daily_sales"),
  );
  return { ...product, ...order, ...payment, ...point, ...coupon, sold, charges: await readCharges(config) };
}

/** Its key is `saga:order:step`. */
async function readCharges({ dataDir }: Config): Promise<Snapshot["charges"]> {
  const rows = await inFile(dataDir, "sandbox-provider", (db) =>
    db.select<{ charge_key: string; amount: number }>("select charge_key, amount from charge where approved = 1"),
  );
  return rows.map(({ charge_key, amount }) => ({ orderId: charge_key.split(":")[1] ?? charge_key, amount }));
}

/** What is not at its end yet, one line for each kind; empty when every order is final and every event has been applied. */
export async function readUnderWay(config: Config): Promise<string[]> {
  const counts = await inDatabase(config, "order", async (db) => ({
    "orders are PENDING": await count(db, "orders where status = 1"),
    "sagas are open": await count(db, "saga_instance where owner is not null"),
  }));
  const waiting = await Promise.all(
    ["user", "product", "point", "coupon", "order", "payment"].map((name) =>
      inDatabase(config, name, async (db) => [`events of ${name} are not sent`, await count(db, `${name}_outbox_event`)] as const),
    ),
  );
  const unread = await inFile(config.dataDir, "bus", (db) =>
    db.select<{ consumer: string; behind: number }>(
      `select consumer, sum(next_position - position) as behind from bus_consumer join bus_part using (topic, part) group by consumer`,
    ),
  );
  const behind = unread.map(({ consumer, behind }) => [`events are not read by ${consumer}`, behind] as const);
  return [...Object.entries(counts), ...waiting, ...behind].filter(([, n]) => n > 0).map(([what, n]) => `${n} ${what}`);
}

async function count(db: Reader, from: string): Promise<number> {
  const [row] = await db.select<{ n: number }>(`select count(*) as n from ${from}`);
  return row?.n ?? 0;
}

const inDatabase = <T>(config: Config, name: string, read: (db: Reader) => Promise<T>) => withUrl(name, config.databaseUrl(name), read);
const inFile = <T>(dir: string, name: string, read: (db: Reader) => Promise<T>) =>
  withUrl(name, sqliteUrl(join(dir, `${name}.sqlite`)), read);

async function withUrl<T>(name: string, url: string, read: (db: Reader) => Promise<T>): Promise<T> {
  const db = await openDatabase({ name, url, migrations: [], poolSize: 1 });
  try {
    return await read(db);
  } finally {
    await db.close();
  }
}
