/** Which products a list shows, and in which order. */
import type { z } from "zod";

import { handler } from "../../lib/handlers";
import { readSorted, type SortKey } from "../../lib/paging";
import { conditions } from "../../lib/sql";
import { folded, type Product } from "./product";
import { product, type productSort } from "./product.contract";
import { columns, productOf } from "./products";

/** Names go by their characters' numbers, on every database: `Z` before `a`. */
const orders: Record<z.output<typeof productSort>, SortKey<Product>> = {
  name: { column: "name", kind: "string", of: ({ name }) => name },
  price: { column: "price", kind: "number", of: ({ price }) => price },
  "-price": { column: "price", kind: "number", of: ({ price }) => price, falling: true },
  "-sales": { column: "sales_count", kind: "number", of: ({ salesCount }) => salesCount, falling: true },
  "-createdAt": { column: "created_at", kind: "number", of: ({ createdAt }) => createdAt, falling: true },
};

export const listProducts = handler(product.list, async ({ params: { limit, cursor, sort = "-createdAt", ...filters }, db }) => {
  const query = {
    name: "product.list",
    choice: { sort, ...filters },
    select: `select ${columns} from product`,
    ...matching(filters),
    by: orders[sort],
  };
  const { items, nextCursor } = await readSorted<Product>(db, query, { limit, cursor });
  return { items: items.map(productOf), nextCursor };
});

type Filters = Pick<z.output<typeof product.$actions.list.params>, "q" | "minPrice" | "maxPrice" | "inStock">;

function matching({ q, minPrice, maxPrice, inStock }: Filters) {
  return conditions(
    "removed_at is null",
    // Unlike `like`, `instr` has no wildcards, and it compares the same way on every database.
    ["instr(search_text, ?) > 0", q === undefined ? undefined : folded(q)],
    ["price >= ?", minPrice],
    ["price <= ?", maxPrice],
    inStock === undefined ? undefined : inStock ? "stock > 0" : "stock = 0",
  );
}
