/** How orders move on: along the table of their statuses, and with the news of their payments. */
import { eachRow } from "../../lib/sql";
import type { Tx, Value } from "../../mixins/database";
import { paymentProgress, type PaymentStatus } from "../payment/payment.contract";
import { mayBecome, type OrderStatus } from "./order";
import { entryText, paymentStatuses, statuses } from "./order-row";

/** An order with its payment as the saga has left it. */
export interface Settled {
  id: string;
  paymentId: string;
  paymentStatus: PaymentStatus;
}

/** PENDING → COMPLETED. What the provider gave back of its own accord before that stays given back. */
export function completePending(tx: Tx, settled: readonly Settled[], at: number): void {
  const payment = paymentOf(settled);
  const givenBack = [paymentStatuses.code("REFUNDED"), paymentStatuses.code("CANCELED")].join(", ");
  move(tx, { from: "PENDING", to: "COMPLETED" }, idsOf(settled), at, {
    set: `payment_id = ${payment.id.sql},
      payment_status = case when payment_status in (${givenBack}) then payment_status else ${payment.status.sql} end,
      answer_status = coalesce(answer_status, 201)`,
    values: [...payment.id.values, ...payment.status.values],
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
export function failPending(tx: Tx, failings: readonly Failing[], at: number): void {
  const each = eachRow("id", failings, (one) => one.id);
  const [code, detail, status] = [each((one) => one.code), each((one) => one.detail), each((one) => one.status)];
  move(tx, { from: "PENDING", to: "FAILED" }, idsOf(failings), at, {
    set: `failure_code = ${code.sql}, failure_detail = ${detail.sql}, answer_status = coalesce(answer_status, ${status.sql})`,
    values: [...code.values, ...detail.values, ...status.values],
  });
}

/** COMPLETED → CANCELING, of orders that are locked. */
export function beginCanceling(tx: Tx, ids: readonly string[], at: number): void {
  if (ids.length > 0) move(tx, { from: "COMPLETED", to: "CANCELING" }, ids, at);
}

/** CANCELING → CANCELED. */
export function cancelCanceling(tx: Tx, settled: readonly Settled[], at: number): void {
  const payment = paymentOf(settled);
  move(tx, { from: "CANCELING", to: "CANCELED" }, idsOf(settled), at, {
    set: `payment_id = ${payment.id.sql}, payment_status = ${payment.status.sql}`,
    values: [...payment.id.values, ...payment.status.values],
  });
}

/** CANCELING → COMPLETED: nothing was given back. */
export function restoreCanceling(tx: Tx, orders: readonly { id: string }[], at: number): void {
  move(tx, { from: "CANCELING", to: "COMPLETED" }, idsOf(orders), at);
}

function paymentOf(settled: readonly Settled[]) {
  const each = eachRow("id", settled, (one) => one.id);
  return { id: each((one) => one.paymentId), status: each((one) => paymentStatuses.code(one.paymentStatus)) };
}

interface Step {
  from: OrderStatus;
  to: OrderStatus;
}

interface Assignment {
  set: string;
  values: readonly Value[];
}

const idsOf = (orders: readonly { id: string }[]): string[] => orders.map(({ id }) => id);

/** Who moves an order holds its saga, or has locked it: one that isn't where it was left is a fault. */
function move(tx: Tx, { from, to }: Step, ids: readonly string[], at: number, also?: Assignment): void {
  if (!mayBecome(from, to)) throw new Error(`a ${from} order can't become ${to}`);
  tx.executeLater(
    `update orders set status = ?, history = ${tx.dialect.concat("history", "?")}, updated_at = ?${also ? `, ${also.set}` : ""}
     where id in (?) and status = ?`,
    [statuses.code(to), `,${entryText({ status: to, at })}`, at, ...(also?.values ?? []), ids.toSorted(), statuses.code(from)],
    { rows: ids.length, what: `orders.status ${from}` },
  );
}

/** Notes that the customer is told 202. Changes nothing when the order has ended meanwhile: then the row holds the end's answer. */
export async function answerAccepted(tx: Tx, id: string): Promise<void> {
  await tx.execute("update orders set answer_status = 202 where id = ? and answer_status is null", [id]);
}

export interface PaymentNews {
  orderId: string;
  paymentId: string;
  status: PaymentStatus;
  /** When it came about, ms since the epoch. */
  at: number;
}

const progressOfRow = `coalesce(case payment_status ${(Object.keys(paymentProgress) as PaymentStatus[])
  .map((status) => `when ${paymentStatuses.code(status)} then ${paymentProgress[status]}`)
  .join(" ")} end, 0)`;

/** What orders show of their payments. The time is that of the news, as everybody has it who follows the events. */
export async function notePayments(tx: Tx, news: readonly PaymentNews[]): Promise<void> {
  const furthest = new Map<string, PaymentNews>();
  for (const one of news) {
    const known = furthest.get(one.orderId);
    if (!known || paymentProgress[known.status] < paymentProgress[one.status]) furthest.set(one.orderId, one);
  }
  const each = eachRow("id", [...furthest.values()], (one) => one.orderId);
  const paymentId = each((one) => one.paymentId);
  const status = each((one) => paymentStatuses.code(one.status));
  const told = each((one) => paymentProgress[one.status]);
  const at = each((one) => one.at);
  await tx.execute(
    `update orders set payment_id = ${paymentId.sql}, payment_status = ${status.sql},
       updated_at = case when updated_at < ${at.sql} then ${at.sql} else updated_at end
     where id in (?) and ${progressOfRow} < ${told.sql}`,
    [...paymentId.values, ...status.values, ...at.values, ...at.values, [...furthest.keys()].sort(), ...told.values],
  );
}
