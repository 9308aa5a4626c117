/** The statements on `order_cancellation`: requests to cancel orders, and what was answered to them. No other file knows the table. */
import { eachRow } from "../../lib/sql";
import type { Bindable, Reader, Tx } from "../../mixins/database";
import type { KeyedRequest } from "./order-row";

/** Times in ms since the epoch. */
export interface Cancellation {
  id: string;
  orderId: string;
  /** Which attempt to cancel the order this request has begun; undefined when it began none. */
  attempt?: number;
  /** How many entries of the order's history there were when the request was decided, its own included. */
  historyLength: number;
  reason?: string;
  request?: KeyedRequest;
  /** HTTP status of the first answer; undefined while there was none. */
  answerStatus?: number;
  /** Why it was refused. */
  failure?: { code: string; detail: string };
  createdAt: number;
  /** Undefined while the order is being cancelled. */
  endedAt?: number;
}

/** A key that was used before, and an attempt that was begun before, fail on the table's keys. */
export async function insertCancellations(tx: Tx, cancellations: readonly Cancellation[]): Promise<void> {
  await tx.insert(
    "order_cancellation",
    cancellations.map((one) => ({
      id: one.id,
      order_id: one.orderId,
      attempt: one.attempt,
      history_length: one.historyLength,
      reason: one.reason,
      idem_key: one.request?.keyDigest,
      idem_hash: one.request?.bodyHash,
      answer_status: one.answerStatus,
      failure_code: one.failure?.code,
      failure_detail: one.failure?.detail,
      created_at: one.createdAt,
      ended_at: one.endedAt,
    })),
  );
}

/** The attempts that are under way for these orders have given everything back. */
export async function endCancellations(tx: Tx, orderIds: readonly string[], at: number): Promise<void> {
  const sql = `update order_cancellation set ended_at = ?, answer_status = coalesce(answer_status, 200) where ${underWay}`;
  mustEnd(await tx.execute(sql, [at, orderIds.toSorted()]), orderIds);
}

export interface RefusedCancellation {
  orderId: string;
  code: string;
  detail: string;
  /** HTTP status of the refusal. */
  status: number;
}

/** The attempts that are under way for these orders were in vain. */
export async function refuseCancellations(tx: Tx, refused: readonly RefusedCancellation[], at: number): Promise<void> {
  const each = eachRow("order_id", refused, (one) => one.orderId);
  const [code, detail, status] = [each((one) => one.code), each((one) => one.detail), each((one) => one.status)];
  const orderIds = refused.map(({ orderId }) => orderId).sort();
  const changed = await tx.execute(
    `update order_cancellation set ended_at = ?, failure_code = ${code.sql}, failure_detail = ${detail.sql},
       answer_status = coalesce(answer_status, ${status.sql}) where ${underWay}`,
    [at, ...code.values, ...detail.values, ...status.values, orderIds],
  );
  mustEnd(changed, orderIds);
}

/** Whatever began nothing has its end from the start, so that at most one row of an order is meant. */
const underWay = "order_id in (?) and ended_at is null";

function mustEnd(changed: number, orderIds: readonly string[]): void {
  if (changed !== orderIds.length) {
    throw new Error(`${orderIds.length - changed} of these orders have no cancellation under way: ${orderIds.join(", ")}`);
  }
}

/** Notes that the client is told 202. Changes nothing when it has ended meanwhile: then the row holds the end's answer. */
export async function acceptCancellation(tx: Tx, id: string): Promise<void> {
  await tx.execute("update order_cancellation set answer_status = 202 where id = ? and answer_status is null", [id]);
}

export function findCancellation(db: Reader, id: string): Promise<Cancellation | undefined> {
  return find(db, "id = ?", [id]);
}

export function findCancellationByKey(db: Reader, keyDigest: string): Promise<Cancellation | undefined> {
  return find(db, "idem_key = ?", [keyDigest]);
}

/** The attempts that are under way for these orders. */
export async function findUnderWay(db: Reader, orderIds: readonly string[]): Promise<{ orderId: string; attempt: number }[]> {
  if (orderIds.length === 0) return [];
  return db.select(`select order_id as orderId, attempt from order_cancellation where ${underWay} and attempt is not null`, [orderIds]);
}

interface CancellationRow {
  id: string;
  order_id: string;
  attempt: number | null;
  history_length: number;
  reason: string | null;
  idem_key: string | null;
  idem_hash: string | null;
  answer_status: number | null;
  failure_code: string | null;
  failure_detail: string | null;
  created_at: number;
  ended_at: number | null;
}

async function find(db: Reader, where: string, values: readonly Bindable[]): Promise<Cancellation | undefined> {
  const [row] = await db.select<CancellationRow>(`select * from order_cancellation where ${where}`, values);
  return (
    row && {
      id: row.id,
      orderId: row.order_id,
      ...(row.attempt !== null && { attempt: row.attempt }),
      historyLength: row.history_length,
      ...(row.reason !== null && { reason: row.reason }),
      ...(row.idem_key !== null && { request: { keyDigest: row.idem_key, bodyHash: row.idem_hash ?? "" } }),
      ...(row.answer_status !== null && { answerStatus: row.answer_status }),
      ...(row.failure_code !== null && { failure: { code: row.failure_code, detail: row.failure_detail ?? "" } }),
      createdAt: row.created_at,
      ...(row.ended_at !== null && { endedAt: row.ended_at }),
    }
  );
}
