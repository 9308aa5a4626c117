/** The statements on orders. Rows and views are made by the shop's own functions. */
import { codes } from "../../lib/codes";
import type { PaymentMethod } from "../../services/payment/payment.contract";
import type { Order } from "../../services/order/order";
import {
  itemOf,
  type LineRow,
  lineRowsOf,
  type OrderRow,
  paymentStatuses,
  rowOf,
  type StoredOrder,
  storedOf,
} from "../../services/order/order-row";
import type { Run, Statement } from "./database";

const columns = [
  ...["id", "user_id", "status", "currency", "subtotal", "discount", "points_used", "paid", "user_coupon_id"],
  ...["payment_method", "payment_id", "payment_status", "failure_code", "failure_detail", "history"],
  ...["idem_key", "idem_hash", "answer_status", "created_at", "updated_at"],
] as const satisfies readonly (keyof OrderRow)[];

const rows = (count: number, width: number) =>
  Array(count)
    .fill(`(${Array(width).fill("?").join()})`)
    .join();
const insertOne = `insert into orders (${columns.join()}) values ${rows(1, columns.length)}`;

/** Writes an order with its lines. A key that was used before fails on the table's key. */
export function insertOrder(stored: StoredOrder): Statement[] {
  const row = rowOf(stored);
  const lines = lineRowsOf(stored.order);
  return [
    { sql: insertOne, values: columns.map((column) => row[column]) },
    {
      sql: `insert into order_product (order_id, line, product_id, name, unit_price, quantity) values ${rows(lines.length, 6)}`,
      values: lines.flatMap((line) => [line.order_id, line.line, line.product_id, line.name, line.unit_price, line.quantity]),
    },
  ];
}

/** A payment that needs no provider: APPROVED from the start. */
export function insertPayment({ id, userId, amounts, payment, updatedAt }: Order): Statement {
  return {
    sql: `insert into payment (id, order_id, user_id, method, status, amount, refunded, currency, created_at, approved_at, updated_at)
      values ${rows(1, 11)}`,
    values: [
      ...[payment.id ?? "", id, userId, methods.code(payment.method), paymentStatuses.code("APPROVED")],
      ...[amounts.paid, 0, amounts.currency, updatedAt, updatedAt, updatedAt],
    ],
  };
}

export function insertReservations({ id, items }: Order): Statement {
  return {
    sql: `insert into stock_reservation (order_id, product_id, quantity, state) values ${rows(items.length, 4)}`,
    values: items.flatMap(({ productId, quantity }) => [id, productId, quantity, confirmed]),
  };
}

/** `payment.method`. */
const methods = codes<PaymentMethod>({ POINT: 1, CARD: 2, CASH: 3 });
/** `stock_reservation.state`. */
const confirmed = 2;

export const findById = (run: Run, id: string) => find(run, "id", id);
export const findByKey = (run: Run, keyDigest: string) => find(run, "idem_key", keyDigest);

async function find(run: Run, column: "id" | "idem_key", value: string): Promise<StoredOrder | undefined> {
  const [row] = (await run<OrderRow>(`select * from orders where ${column} = ?`, [value])).rows;
  if (!row) return undefined;
  const lines = await run<LineRow>("select * from order_product where order_id = ? order by line", [row.id]);
  return storedOf(row, lines.rows.map(itemOf));
}
