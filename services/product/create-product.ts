import { now } from "../../lib/clock";
import { emit } from "../../lib/events";
import { command } from "../../lib/handlers";
import { uuid } from "../../lib/ids";
import { defaultCurrency } from "../../lib/money";
import { traceOf } from "../../lib/trace";
import { done } from "../../mixins/outcome";
import { product } from "./product.contract";
import { insertProducts, productOf, toldOf } from "./products";
import { insertMovements } from "./reservations";

/** Adds products. What they start with is a movement like any other, so that the stock can be recounted. */
export const createProduct = command(product.create, async (calls, tx) => {
  const at = now();
  const rows = calls.map(({ params }) => ({
    ...params,
    id: uuid(),
    currency: defaultCurrency,
    salesCount: 0,
    version: 1,
    createdAt: at,
    updatedAt: at,
  }));
  await insertProducts(tx, rows);
  const stocked = rows.filter(({ stock }) => stock > 0);
  await insertMovements(
    tx,
    stocked.map(({ id, stock }) => ({ productId: id, delta: stock, reason: "first stock" })),
  );
  return rows.map((row, at) => {
    emit(tx, product.events.created, toldOf(row), traceOf(calls[at]?.meta));
    return done(productOf(row));
  });
});
