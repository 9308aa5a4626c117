/** The rows of tables `stock_reservation` and `stock_movement`; no other file knows them. */

import { now } from "../../lib/clock";
import { uuid } from "../../lib/ids";
import { mustChange } from "../../lib/sql";
import type { Tx } from "../../mixins/database";
import type { Line } from "./product";

/** `stock_reservation.state`. RESERVED and CONFIRMED ones count against the stock, RELEASED ones don't. */
const reserved = 1;
const confirmed = 2;
const released = 3;

export function insertReservations(tx: Tx, lines: readonly (Line & { orderId: string })[]): void {
  tx.insertLater(
    "stock_reservation",
    lines.map(({ orderId, productId, quantity }) => ({ order_id: orderId, product_id: productId, quantity, state: reserved })),
  );
}

/** Gives back what is still reserved for these orders, and tells what that was. */
export function releaseReservations(tx: Tx, orderIds: readonly string[]): Promise<Line[]> {
  return giveBack(tx, orderIds, [reserved]);
}

/** Gives back all that these orders still have, confirmed or not, and tells what that was. */
export function returnReservations(tx: Tx, orderIds: readonly string[]): Promise<Line[]> {
  return giveBack(tx, orderIds, [reserved, confirmed]);
}

async function giveBack(tx: Tx, orderIds: readonly string[], from: readonly number[]): Promise<Line[]> {
  const which = "order_id in (?) and state in (?)";
  const lines = await tx.select<Line>(
    `select product_id as productId, quantity from stock_reservation where ${which} order by order_id, product_id ${tx.dialect.forUpdate}`,
    [orderIds, from],
  );
  const changed = await tx.execute(`update stock_reservation set state = ${released} where ${which}`, [orderIds, from]);
  mustChange(changed, lines.length, "stock_reservation.state");
  return lines;
}

/** Confirms what is still reserved for these orders; what was given back stays so. */
export async function confirmReservations(tx: Tx, orderIds: readonly string[]): Promise<void> {
  await tx.execute(`update stock_reservation set state = ${confirmed} where order_id in (?) and state = ${reserved}`, [orderIds]);
}

/** Notes every change of stock that no order made, so that the stock can be recounted. */
export async function insertMovements(tx: Tx, movements: readonly { productId: string; delta: number; reason: string }[]): Promise<void> {
  const created_at = now();
  await tx.insert(
    "stock_movement",
    movements.map(({ productId, delta, reason }) => ({ product_id: productId, id: uuid(), delta, reason, created_at })),
  );
}
