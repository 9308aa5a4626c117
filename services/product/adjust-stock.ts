import { command } from "../../lib/handlers";
import { Shelf } from "./product";
import { product } from "./product.contract";
import { lockStock, moveStock } from "./products";
import { insertMovements } from "./reservations";

/** Stock that came in or went out by hand. It never goes below zero. */
export const adjustStock = command(product.adjustStock, async (calls, tx) => {
  const shelf = new Shelf(
    await lockStock(
      tx,
      calls.map(({ params }) => params.id),
    ),
  );
  const outcomes = calls.map(({ params: { id, delta } }) => shelf.adjust(id, delta));
  moveStock(tx, shelf.changes);
  await insertMovements(
    tx,
    calls.filter((_, at) => outcomes[at]?.ok).map(({ params: { id, delta, reason } }) => ({ productId: id, delta, reason })),
  );
  return outcomes;
});
