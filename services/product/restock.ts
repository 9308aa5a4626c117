import { retriableHandler } from "../../lib/handlers";
import { done } from "../../mixins/outcome";
import { totalsOf } from "./product";
import { product } from "./product.contract";
import { moveStock } from "./products";
import { returnReservations } from "./reservations";

/**
 * Puts what cancelled orders have taken back, also of products that were removed. The reservations tell what is left to give back: another
 * saga of the same order finds nothing.
 */
export const restock = retriableHandler(product.restock, {
  async forward(calls, tx) {
    const lines = await returnReservations(
      tx,
      calls.map(({ params }) => params.orderId),
    );
    moveStock(tx, totalsOf(lines));
    return calls.map(() => done({}));
  },
});
