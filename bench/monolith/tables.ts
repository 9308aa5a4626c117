/** The tables of the baseline: those that the services keep of an order, with the same columns, keys and indexes, in one schema. */
import type { Database, Statement, Value } from "./database";
import type { Coupon, Options } from "./options";

const tail = "engine=InnoDB default charset=utf8mb4 collate=utf8mb4_bin";

const tables = [
  `create table product (
    id varchar(64) not null primary key,
    name varchar(200) not null,
    description varchar(2000) not null,
    price bigint not null,
    currency varchar(3) not null,
    stock bigint not null,
    sales_count bigint not null,
    version integer not null,
    created_at bigint not null,
    updated_at bigint not null,
    index (created_at, id), index (name, id), index (price, id), index (sales_count, id),
    check (stock >= 0)
  ) ${tail}`,
  `create table stock_movement (
    product_id varchar(64) not null,
    id varchar(64) not null,
    delta bigint not null,
    reason varchar(200) not null,
    created_at bigint not null,
    primary key (product_id, id)
  ) ${tail}`,
  `create table stock_reservation (
    order_id varchar(64) not null,
    product_id varchar(64) not null,
    quantity integer not null,
    state smallint not null,
    primary key (order_id, product_id)
  ) ${tail}`,
  `create table orders (
    id varchar(64) not null primary key,
    user_id varchar(64) not null,
    status smallint not null,
    currency varchar(3) not null,
    subtotal bigint not null,
    discount bigint not null,
    points_used bigint not null,
    paid bigint not null,
    user_coupon_id varchar(64),
    payment_method smallint not null,
    payment_id varchar(64),
    payment_status smallint,
    failure_code varchar(64),
    failure_detail varchar(500),
    history text not null,
    idem_key varchar(43),
    idem_hash varchar(64),
    answer_status smallint,
    created_at bigint not null,
    updated_at bigint not null,
    unique (idem_key),
    check (subtotal - discount - points_used = paid and discount >= 0 and points_used >= 0 and paid >= 0)
  ) ${tail}`,
  `create table order_product (
    order_id varchar(64) not null,
    line smallint not null,
    product_id varchar(64) not null,
    name varchar(200) not null,
    unit_price bigint not null,
    quantity integer not null,
    primary key (order_id, line)
  ) ${tail}`,
  `create table payment (
    id varchar(64) not null primary key,
    order_id varchar(64) not null,
    user_id varchar(64) not null,
    method smallint not null,
    status smallint not null,
    amount bigint not null,
    refunded bigint not null,
    currency varchar(3) not null,
    created_at bigint not null,
    approved_at bigint,
    updated_at bigint not null,
    unique (order_id),
    check (amount >= 0 and refunded >= 0 and refunded <= amount)
  ) ${tail}`,
  `create table coupon (
    id varchar(64) not null primary key,
    title varchar(200) not null,
    discount_type varchar(10) not null,
    discount_value bigint not null,
    max_discount bigint,
    min_order_amount bigint,
    quantity bigint not null,
    remaining bigint not null,
    starts_at bigint not null,
    ends_at bigint not null,
    valid_days integer,
    created_at bigint not null,
    index (created_at, id),
    check (remaining >= 0 and remaining <= quantity)
  ) ${tail}`,
  `create table user_coupon (
    id varchar(64) not null primary key,
    coupon_id varchar(64) not null,
    user_id varchar(64) not null,
    status smallint not null,
    order_id varchar(64),
    issued_at bigint not null,
    expires_at bigint not null,
    used_at bigint,
    unique (user_id, coupon_id)
  ) ${tail}`,
  `create table point (
    user_id varchar(64) not null primary key,
    balance bigint not null,
    check (balance >= 0)
  ) ${tail}`,
  `create table point_history (
    user_id varchar(64) not null,
    id varchar(64) not null,
    type smallint not null,
    amount bigint not null,
    balance_after bigint not null,
    order_id varchar(64),
    created_at bigint not null,
    primary key (user_id, created_at, id),
    check (amount > 0 and balance_after >= 0)
  ) ${tail}`,
  `create table w5 (
    id varchar(64) not null primary key,
    state smallint not null,
    created_at bigint not null,
    ended_at bigint
  ) ${tail}`,
];

/** Creates the tables in a fresh schema, with goods, wallets and coupons. */
export async function fill(db: Database, { products, customers, coupons }: Options): Promise<void> {
  for (const table of tables) await db.run(table);
  const at = Date.now();
  const rich = customers.filter(({ points }) => points > 0);
  await db.transaction([
    ...inserts("product", products.map((p) => [p.id, p.name, "", p.price, "KRW", p.stock, 0, 1, at, at])), // prettier-ignore
    ...inserts("stock_movement", products.map(({ id, stock }) => [id, id, stock, "Initial stock", at])), // prettier-ignore
    ...inserts("point", customers.map(({ id, points }) => [id, points])), // prettier-ignore
    ...inserts("point_history", rich.map(({ id, points }) => [id, id, 1, points, points, null, at])), // prettier-ignore
    ...inserts("coupon", coupons.map((coupon) => couponRow(coupon, at))), // prettier-ignore
  ]);
}

const couponRow = ({ id, title, discountType, discountValue, quantity, startsAt, endsAt }: Coupon, at: number) => [
  ...[id, title, discountType, discountValue, null, null, quantity, quantity],
  ...[Date.parse(startsAt), Date.parse(endsAt), null, at],
];

const most = 500;

function inserts(table: string, rows: readonly Value[][]): Statement[] {
  const statements: Statement[] = [];
  for (let at = 0; at < rows.length; at += most) {
    const some = rows.slice(at, at + most);
    statements.push({
      sql: `insert into ${table} values ${some.map((row) => `(${row.map(() => "?").join()})`).join()}`,
      values: some.flat(),
    });
  }
  return statements;
}
