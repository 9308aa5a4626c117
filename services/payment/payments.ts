/** The statements on payments; no other file knows their table. */
import { codes } from "../../lib/codes";
import type { Currency } from "../../lib/money";
import { eachRow } from "../../lib/sql";
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
const undecided = [statuses.code("PENDING"), statuses.code("UNKNOWN")];

/** `token` is what the provider is asked with; it is kept only until the provider has decided. */
export function insertPayments(tx: Tx, payments: readonly { payment: Payment; token?: string }[]): void {
  tx.insertLater(
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

/** The payment of an order, with the card's token while the provider has not decided. */
export async function findByOrder(db: Reader, orderId: string): Promise<{ payment: Payment; token: string | undefined } | undefined> {
  const [row] = await db.select<PaymentRow>("select * from payment where order_id = ?", [orderId]);
  return row && { payment: paymentOf(row), token: row.token ?? undefined };
}

/** The payment that a saga gives back, or has given back. */
export async function findByRefund(db: Reader, refundId: string): Promise<Payment | undefined> {
  const [row] = await db.select<PaymentRow>("select * from payment where refund_id = ?", [refundId]);
  return row && paymentOf(row);
}

/** Locks payments; by what they were asked for. */
export async function lockPayments(tx: Tx, by: "id" | "order_id" | "refund_id", keys: readonly string[]): Promise<Map<string, Payment>> {
  if (keys.length === 0) return new Map();
  const rows = await tx.select<PaymentRow>(`select * from payment where ${by} in (?) order by ${by} ${tx.dialect.forUpdate}`, [
    keys.toSorted(),
  ]);
  return new Map(rows.map((row) => [String(row[by]), paymentOf(row)]));
}

/** Writes payments that were undecided and are APPROVED now. */
export function saveApproved(tx: Tx, payments: readonly Payment[], at: number): void {
  if (payments.length === 0) return;
  const reference = eachRow("id", payments, idOf)(({ providerRef }) => providerRef);
  tx.executeLater(
    `update payment set status = ?, provider_ref = ${reference.sql}, token = null, approved_at = ?, updated_at = ?
     where id in (?) and status in (?)`,
    [statuses.code("APPROVED"), ...reference.values, at, at, idsOf(payments), undecided],
    all(payments, "payment.status"),
  );
}

/** Writes payments that were undecided and are FAILED now. */
export function saveFailed(tx: Tx, payments: readonly Payment[], at: number): void {
  if (payments.length === 0) return;
  const fail = "update payment set status = ?, token = null, updated_at = ? where id in (?) and status in (?)";
  tx.executeLater(fail, [statuses.code("FAILED"), at, idsOf(payments), undecided], all(payments, "payment.status"));
}

/** Writes payments that were PENDING and are UNKNOWN now. */
export function saveDoubted(tx: Tx, payments: readonly Payment[], at: number): void {
  if (payments.length === 0) return;
  const doubt = "update payment set status = ?, updated_at = ? where id in (?) and status = ?";
  const values = [statuses.code("UNKNOWN"), at, idsOf(payments), statuses.code("PENDING")];
  tx.executeLater(doubt, values, all(payments, "payment.status"));
}

/** Writes payments that were APPROVED, after a refund has begun (`from: "kept"`) or ended (`from: "refunding"`). */
export function saveRefunds(tx: Tx, payments: readonly Payment[], from: "kept" | "refunding", at: number): void {
  if (payments.length === 0) return;
  const each = eachRow("id", payments, idOf);
  const status = each((payment) => statuses.code(payment.status));
  const refunded = each((payment) => payment.refunded);
  const refundId = each((payment) => payment.refundId);
  const refundRef = each((payment) => payment.refundRef);
  tx.executeLater(
    `update payment set status = ${status.sql}, refunded = ${refunded.sql}, refund_id = ${refundId.sql}, refund_ref = ${refundRef.sql},
       updated_at = ? where id in (?) and status = ? and refund_id is ${from === "kept" ? "null" : "not null"}`,
    [...[status, refunded, refundId, refundRef].flatMap(({ values }) => values), at, idsOf(payments), statuses.code("APPROVED")],
    all(payments, "payment.refund_id"),
  );
}

const all = (payments: readonly Payment[], what: string) => ({ rows: payments.length, what });
const idOf = ({ id }: Payment): string => id;
const idsOf = (payments: readonly Payment[]): string[] => payments.map(idOf);

interface PaymentRow {
  id: string;
  order_id: string;
  user_id: string;
  method: number;
  status: number;
  amount: number;
  refunded: number;
  currency: Currency;
  provider_ref: string | null;
  token: string | null;
  refund_id: string | null;
  refund_ref: string | null;
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
    ...(row.provider_ref !== null && { providerRef: row.provider_ref }),
    ...(row.refund_id !== null && { refundId: row.refund_id }),
    ...(row.refund_ref !== null && { refundRef: row.refund_ref }),
  };
}
