import { iso } from "../../lib/clock";
import { handler } from "../../lib/handlers";
import { product } from "./product.contract";
import { readNamesAfter } from "./products";

export const productNames = handler(product.names, async ({ params: { after, limit }, db }) => {
  const found = await readNamesAfter(db, after, limit);
  return {
    products: found.map(({ id, name, updatedAt }) => ({ id, name, at: iso(updatedAt) })),
    next: found.length < limit ? undefined : found.at(-1)?.id,
  };
});
