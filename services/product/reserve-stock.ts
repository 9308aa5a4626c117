import { stepHandler } from "../../lib/handlers";
import { Shelf, totalsOf } from "./product";
import { product } from "./product.contract";
import { lockStock, moveStock } from "./products";
import { insertReservations, releaseReservations } from "./reservations";

/**
 * Keeps stock for orders: all lines of an order or none. What one call takes is gone for those that came after it. Reservations stand
 * under the order's id, which is the saga's key too: so the undo finds them, and the step needs no result, which would cost the barrier a
 * second write for every order.
 */
export const reserveStock = stepHandler(product.reserve, {
  async forward(calls, tx) {
    const asked = calls.flatMap(({ params }) => params.lines.map(({ productId }) => productId));
    const shelf = new Shelf(await lockStock(tx, asked));
    const outcomes = calls.map(({ id, params: { orderId, lines } }) => {
      if (id !== orderId) throw new Error(`saga ${id} reserves for order ${orderId}: its undo would not find the reservations`);
      return shelf.reserve(lines);
    });
    moveStock(tx, shelf.changes);
    insertReservations(
      tx,
      calls.filter((_, at) => outcomes[at]?.ok).flatMap(({ params: { orderId, lines } }) => lines.map((line) => ({ orderId, ...line }))),
    );
    return outcomes;
  },

  hotRows: ({ lines }) => lines.map(({ productId }) => productId),

  async undo(calls, tx) {
    const lines = await releaseReservations(
      tx,
      calls.map(({ id }) => id),
    );
    moveStock(tx, totalsOf(lines));
  },
});
