/** One order: a quote from plain reads, then one local transaction. */
import { timeAfter } from "../../lib/clock";
import { isErrorCode, refuse } from "../../lib/errors";
import { catalogue } from "../../lib/errors/catalogue";
import { uuid } from "../../lib/ids";
import type { Refusal } from "../../mixins/outcome";
import { fail, type Order, pointsFromBalance } from "../../services/order/order";
import type { KeyedRequest, StoredOrder } from "../../services/order/order-row";
import { type Database, type Statement, Unchanged } from "./database";
import { insertOrder, insertPayment, insertReservations } from "./orders";
import { type Asked, quote } from "./quote";

/** The order, COMPLETED, or FAILED with what stopped it. Throws when nothing is kept of the request, and when its key was used before. */
export async function checkout(db: Database, asked: Asked, request: KeyedRequest): Promise<StoredOrder> {
  const { order, refusal } = await quote(db.run, asked);
  if (refusal) return keepRefused(db, order, refusal, request);
  const completed = { order: complete(order), request, answerStatus: 201 };
  try {
    await db.transaction(statementsOf(completed));
    return completed;
  } catch (error) {
    if (error instanceof Unchanged) return keepRefused(db, order, error.refusal, request);
    throw error;
  }
}

function complete(order: Order): Order {
  const at = timeAfter([order.createdAt]);
  return {
    ...order,
    status: "COMPLETED",
    payment: { id: uuid(), method: order.payment.method, status: "APPROVED" },
    history: [...order.history, { status: "COMPLETED", at }],
    updatedAt: at,
  };
}

/** The hot row, the product's, comes last: others wait for it no longer than its update and the commit take. */
function statementsOf(stored: StoredOrder): Statement[] {
  const { order } = stored;
  const points = pointsFromBalance(order.amounts, order.payment.method);
  return [
    ...insertOrder(stored),
    insertPayment(order),
    insertReservations(order),
    ...(order.userCouponId === undefined ? [] : [useCoupon(order, order.userCouponId)]),
    ...(points > 0 ? takePoints(order, points) : []),
    ...takeStock(order),
  ];
}

function useCoupon({ id, updatedAt }: Order, userCouponId: string): Statement {
  return {
    sql: "update user_coupon set status = 2, used_at = ?, order_id = ? where id = ? and status = 1 and expires_at > ?",
    values: [updatedAt, id, userCouponId, updatedAt],
    unchanged: () => refuse("COUPON_NOT_USABLE", "The coupon was used, or has expired"),
  };
}

function takePoints({ id, userId, updatedAt }: Order, points: number): Statement[] {
  return [
    {
      sql: "update point set balance = balance - ? where user_id = ? and balance >= ?",
      values: [points, userId, points],
      unchanged: () => refuse("POINT_INSUFFICIENT", `${points} points are needed, fewer are there`),
    },
    {
      sql: `insert into point_history (user_id, id, type, amount, balance_after, order_id, created_at)
        select user_id, ?, 2, ?, balance, ?, ? from point where user_id = ?`,
      values: [uuid(), points, id, updatedAt, userId],
    },
  ];
}

/** In the order of the ids, so that two orders never wait for each other. */
function takeStock({ items }: Order): Statement[] {
  return items
    .toSorted((a, b) => (a.productId < b.productId ? -1 : 1))
    .map(({ productId, quantity, name }) => ({
      sql: "update product set stock = stock - ? where id = ? and stock >= ?",
      values: [quantity, productId, quantity],
      unchanged: () => refuse("PRODUCT_OUT_OF_STOCK", `${quantity} of ${name} are asked for, fewer are left`),
    }));
}

/** The refusal is the answer to that key for ever. */
async function keepRefused(db: Database, order: Order, { type, detail = "" }: Refusal, request: KeyedRequest): Promise<StoredOrder> {
  if (!isErrorCode(type)) throw new Error(`refused with ${type}, which the catalogue doesn't know`);
  const failed = fail(order, { code: type, detail }, timeAfter([order.createdAt]));
  const stored = { order: failed, request, answerStatus: catalogue[type].status };
  await db.transaction(insertOrder(stored));
  return stored;
}
