import { now } from "../../lib/clock";
import { refuse } from "../../lib/errors";
import { emit } from "../../lib/events";
import { command } from "../../lib/handlers";
import { traceOf } from "../../lib/trace";
import { done } from "../../mixins/outcome";
import { type Product, staleness } from "./product";
import { product } from "./product.contract";
import { lockProducts, markRemoved } from "./products";

/** Takes products out of the catalogue. What orders have of them, and the sales, stay. */
export const removeProduct = command(product.remove, async (calls, tx) => {
  const present = await lockProducts(
    tx,
    calls.map(({ params }) => params.id),
  );
  const removed: Product[] = [];
  const outcomes = calls.map(({ params: { id, version }, meta }) => {
    const found = present.get(id);
    if (!found) return refuse("PRODUCT_NOT_FOUND");
    const stale = staleness(found, version);
    if (stale) return stale;
    present.delete(id);
    removed.push(found);
    emit(tx, product.events.removed, { productId: id }, traceOf(meta));
    return done({});
  });
  await markRemoved(tx, removed, now());
  return outcomes;
});
