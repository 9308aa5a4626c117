/** The statements on payments; no other file knows their table. */
import { codes } from "../../lib/codes";
import type { Currency } from "../../lib/money";
import { mustChange, perRow } from "../../lib/sql";
import type { Reader, Tx } from "../../mixins/database";
import type { Payment } from "./payment";
import type { PaymentMethod, PaymentStatus } from "./payment.contract";

/** `payment.method`. */
const methods = codes<PaymentMethod>({ POINT: 1, CARD: 2, CASH: 3 });
/** `payment.status`. */
const statuses = codes<PaymentStatus>({
  PENDING: 1,
  APPROVED: 2,
  FAILED: 3,
  CANCELED: 4,
  REFUNDED: 5,
  PARTIALLY_REFUNDED: 6,
  UNKNOWN: 7,
});

/** Statuses of a payment whose provider has not said yes or no. */
const open = [statuses.code("PENDING"), statuses.code("UNKNOWN")];

/** `token` is what the provider is asked with; it is kept only until the provider has decided. */
export async function insertPayments(tx: Tx, payments: readonly { payment: Payment; token?: string }[]): Promise<void> {
  await tx.insert(
    "payment",
    payments.map(({ payment, token }) => ({
      id: payment.id,
      order_id: payment.orderId,
      user_id: payment.userId,
      method: methods.code(payment.method),
      status: statuses.code(payment.status),
      amount: payment.amount,
      refunded: payment.refunded,
      currency: payment.currency,
      provider_ref: null,
      token: token ?? null,
      created_at: payment.createdAt,
      approved_at: payment.approvedAt ?? null,
      updated_at: payment.createdAt,
    })),
  );
}

export async function findById(db: Reader, id: string): Promise<Payment | undefined> {
  const [row] = await db.select<PaymentRow>("select * from payment where id = ?", [id]);
  return row && paymentOf(row);
}

/** What the provider is to be asked for an order whose payment isn't decided. */
export async function findOpenCharge(
  db: Reader,
  orderId: string,
): Promise<{ amount: number; currency: Currency; token: string } | undefined> {
  const [row] = await db.select<PaymentRow>("select * from payment where order_id = ? and status in (?)", [orderId, open]);
  return row && { amount: row.amount, currency: row.currency, token: row.token ?? "" };
}

/** Locks the undecided payments of these orders; by order. */
export async function lockOpen(tx: Tx, orderIds: readonly string[]): Promise<Map<string, Payment>> {
  const rows = await tx.select<PaymentRow>(
    `select * from payment where order_id in (?) and status in (?) order by order_id ${tx.dialect.forUpdate}`,
    [orderIds.toSorted(), open],
  );
  return new Map(rows.map((row) => [row.order_id, paymentOf(row)]));
}

/** Approves undecided payments. `references` are the provider's names for the charges, by payment. */
export async function approvePayments(tx: Tx, references: ReadonlyMap<string, string>, at: number): Promise<void> {
  if (references.size === 0) return;
  const reference = perRow("id", references);
  const approved = await tx.execute(
    `update payment set status = ?, provider_ref = ${reference.sql}, token = null, approved_at = ?, updated_at = ?
     where id in (?) and status in (?)`,
    [statuses.code("APPROVED"), ...reference.values, at, at, [...references.keys()], open],
  );
  mustChange(approved, references.size, "payment.status");
}

/** Fails undecided payments. */
export async function failPayments(tx: Tx, ids: readonly string[], at: number): Promise<void> {
  if (ids.length === 0) return;
  const fail = "update payment set status = ?, token = null, updated_at = ? where id in (?) and status in (?)";
  mustChange(await tx.execute(fail, [statuses.code("FAILED"), at, ids, open]), ids.length, "payment.status");
}

export async function doubtPayments(tx: Tx, orderIds: readonly string[], at: number): Promise<void> {
  await tx.execute("update payment set status = ?, updated_at = ? where order_id in (?) and status = ?", [
    statuses.code("UNKNOWN"),
    at,
    orderIds.toSorted(),
    statuses.code("PENDING"),
  ]);
}

interface PaymentRow {
  id: string;
  order_id: string;
  user_id: string;
  method: number;
  status: number;
  amount: number;
  refunded: number;
  currency: Currency;
  token: string | null;
  created_at: number;
  approved_at: number | null;
}

function paymentOf(row: PaymentRow): Payment {
  return {
    id: row.id,
    orderId: row.order_id,
    userId: row.user_id,
    method: methods.name(row.method),
    status: statuses.name(row.status),
    amount: row.amount,
    refunded: row.refunded,
    currency: row.currency,
    createdAt: row.created_at,
    ...(row.approved_at !== null && { approvedAt: row.approved_at }),
  };
}
