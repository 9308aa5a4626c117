/** The statements on orders; no other file knows their tables. */
import { now } from "../../lib/clock";
import { type Page, type PageParams, readNewest } from "../../lib/paging";
import { perRow } from "../../lib/sql";
import type { Bindable, Reader, Tx, Value } from "../../mixins/database";
import type { PaymentStatus } from "../payment/payment.contract";
import { mayBecome, type Order, type OrderLine, type OrderStatus } from "./order";
import {
  entryText,
  itemOf,
  type LineRow,
  lineRowsOf,
  type OrderRow,
  paymentStatuses,
  rowOf,
  statuses,
  type StoredOrder,
  storedOf,
} from "./order-row";

export type { StoredOrder };

/** Writes new orders and their lines. An Idempotency-Key that was used before fails on the table's key. */
export async function insertOrders(tx: Tx, stored: readonly StoredOrder[]): Promise<void> {
  await tx.insert("orders", stored.map(rowOf));
  await tx.insert(
    "order_product",
    stored.flatMap(({ order }) => lineRowsOf(order)),
  );
}

export interface Completion {
  id: string;
  paymentId: string;
  paymentStatus: PaymentStatus;
}

/** PENDING → COMPLETED. */
export async function completePending(tx: Tx, completions: readonly Completion[], at: number): Promise<void> {
  const paymentId = perRow("id", new Map(completions.map((one) => [one.id, one.paymentId])));
  const paymentStatus = perRow("id", new Map(completions.map((one) => [one.id, paymentStatuses.code(one.paymentStatus)])));
  await endPending(tx, "COMPLETED", completions, at, {
    set: `payment_id = ${paymentId.sql}, payment_status = ${paymentStatus.sql}, answer_status = coalesce(answer_status, 201)`,
    values: [...paymentId.values, ...paymentStatus.values],
  });
}

export interface Failing {
  id: string;
  code: string;
  detail: string;
  /** HTTP status of the refusal. */
  status: number;
}

/** PENDING → FAILED. */
export async function failPending(tx: Tx, failings: readonly Failing[], at: number): Promise<void> {
  const code = perRow("id", new Map(failings.map((one) => [one.id, one.code])));
  const detail = perRow("id", new Map(failings.map((one) => [one.id, one.detail])));
  const status = perRow("id", new Map(failings.map((one) => [one.id, one.status])));
  await endPending(tx, "FAILED", failings, at, {
    set: `failure_code = ${code.sql}, failure_detail = ${detail.sql}, answer_status = coalesce(answer_status, ${status.sql})`,
    values: [...code.values, ...detail.values, ...status.values],
  });
}

async function endPending(
  tx: Tx,
  to: OrderStatus,
  ended: readonly { id: string }[],
  at: number,
  also: { set: string; values: readonly Value[] },
): Promise<void> {
  if (!mayBecome("PENDING", to)) throw new Error(`a PENDING order can't become ${to}`);
  const ids = ended.map(({ id }) => id).sort();
  const changed = await tx.execute(
    `update orders set status = ?, history = ${tx.dialect.concat("history", "?")}, updated_at = ?, ${also.set}
     where id in (?) and status = ?`,
    [statuses.code(to), `,${entryText({ status: to, at })}`, at, ...also.values, ids, statuses.code("PENDING")],
  );
  if (changed !== ids.length) throw new Error(`${ids.length - changed} of these orders are not PENDING: ${ids.join(", ")}`);
}

/** Notes that the customer is told 202. Changes nothing when the order has ended meanwhile: then the row holds the end's answer. */
export async function answerAccepted(tx: Tx, id: string): Promise<void> {
  await tx.execute("update orders set answer_status = 202 where id = ? and answer_status is null", [id]);
}

export interface PaymentNews {
  orderId: string;
  paymentId: string;
  status: PaymentStatus;
}

/** Statuses that say less than any news does. What came after them must stand: events may be late. */
const undecided = [paymentStatuses.code("PENDING"), paymentStatuses.code("UNKNOWN")];

/** What orders show of their payments. */
export async function notePayments(tx: Tx, news: readonly PaymentNews[]): Promise<void> {
  const latest = new Map(news.map((one) => [one.orderId, one]));
  const paymentId = perRow("id", new Map([...latest].map(([id, one]) => [id, one.paymentId])));
  const status = perRow("id", new Map([...latest].map(([id, one]) => [id, paymentStatuses.code(one.status)])));
  await tx.execute(
    `update orders set payment_id = ${paymentId.sql}, payment_status = ${status.sql}, updated_at = ?
     where id in (?) and (payment_status is null or payment_status in (?))`,
    [...paymentId.values, ...status.values, now(), [...latest.keys()].sort(), undecided],
  );
}

export function findById(db: Reader, id: string): Promise<StoredOrder | undefined> {
  return find(db, "id = ?", [id]);
}

/** An order that was just placed, as it is now. Its lines never change, so the ones in hand are kept. */
export async function reread(db: Reader, { id, items }: Order): Promise<StoredOrder | undefined> {
  const [row] = await db.select<OrderRow>("select * from orders where id = ?", [id]);
  return row && storedOf(row, items);
}

export function findByKey(db: Reader, idempotencyKey: string): Promise<StoredOrder | undefined> {
  return find(db, "idem_key = ?", [idempotencyKey]);
}

/** Newest first; of everybody when `userId` is left out. */
export async function listOrders(db: Reader, userId: string | undefined, page: PageParams): Promise<Page<Order>> {
  const { items, nextCursor } = await readNewest<OrderRow>(
    db,
    {
      name: "order.list",
      select: "select * from orders",
      ...(userId !== undefined && { where: "user_id = ?", values: [userId] }),
      time: { column: "created_at", of: (row) => row.created_at },
    },
    page,
  );
  return { items: (await withLines(db, items)).map(({ order }) => order), nextCursor };
}

async function find(db: Reader, where: string, values: readonly Bindable[]): Promise<StoredOrder | undefined> {
  const [found] = await withLines(db, await db.select<OrderRow>(`select * from orders where ${where}`, values));
  return found;
}

async function withLines(db: Reader, rows: readonly OrderRow[]): Promise<StoredOrder[]> {
  if (rows.length === 0) return [];
  const lines = await db.select<LineRow>("select * from order_product where order_id in (?) order by order_id, line", [
    rows.map(({ id }) => id),
  ]);
  const items = new Map<string, OrderLine[]>(rows.map(({ id }) => [id, []]));
  for (const line of lines) items.get(line.order_id)?.push(itemOf(line));
  return rows.map((row) => storedOf(row, items.get(row.id) ?? []));
}
