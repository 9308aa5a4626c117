import { refuse, ShopError } from "../../lib/errors";
import { batchHandler, handler } from "../../lib/handlers";
import { done } from "../../mixins/outcome";
import { product } from "./product.contract";
import { productOf, readProducts } from "./products";

export const readProduct = handler(product.read, async ({ params: { id }, db }) => {
  const row = (await readProducts(db, [id])).get(id);
  if (!row) throw new ShopError("PRODUCT_NOT_FOUND");
  return productOf(row);
});

/** Prices, names and what is left, for many orders in one read. */
export const quoteProducts = batchHandler(product.quote, async (calls, db) => {
  const products = await readProducts(
    db,
    calls.flatMap(({ productIds }) => productIds),
  );
  return calls.map(({ productIds }) => {
    const unknown = productIds.find((productId) => !products.has(productId));
    if (unknown !== undefined) return refuse("PRODUCT_NOT_FOUND", undefined, { productId: unknown });
    const found = productIds.flatMap((productId) => products.get(productId) ?? []);
    return done({ products: found.map(({ id, name, price, currency, stock }) => ({ id, name, price, currency, stock })) });
  });
});
