import { z } from "zod";

import { action, batch, contract, event, sagaStep } from "../../lib/contract";
import { currency, money, positiveMoney } from "../../lib/money";
import { id, page, pageOf, prose, text, time } from "../../lib/schemas";

/** `stock` is what can still be ordered; it falls with the reservation. */
export const productView = z.strictObject({
  id,
  name: z.string(),
  description: z.string(),
  price: positiveMoney,
  currency,
  stock: z.int(),
  salesCount: z.int(),
  version: z.int(),
  createdAt: time,
  updatedAt: time,
});

const stock = z.int().min(0).max(1_000_000_000);

/** Lines of an order, one per product. */
export const lines = z
  .array(z.strictObject({ productId: id, quantity: z.int().min(1).max(1_000_000) }))
  .min(1)
  .max(100)
  .refine((all) => new Set(all.map(({ productId }) => productId)).size === all.length, "has two lines with one product");

export const product = contract("product", {
  actions: {
    list: action({ params: z.strictObject({ ...page }), result: pageOf(productView), rest: { route: "GET /products", auth: "public" } }),
    read: action({
      params: z.strictObject({ id }),
      result: productView,
      refuses: ["PRODUCT_NOT_FOUND"],
      rest: { route: "GET /products/:id", auth: "public" },
    }),
    create: action({
      params: z.strictObject({
        name: text(200),
        description: prose(2000).default(""),
        price: positiveMoney,
        stock: stock.default(0),
      }),
      result: productView,
      rest: { route: "POST /products", auth: "admin" },
      idempotencyKey: "optional",
    }),
    adjustStock: action({
      params: z.strictObject({
        id,
        delta: z
          .int()
          .min(-1_000_000_000)
          .max(1_000_000_000)
          .refine((n) => n !== 0, "must not be 0"),
        reason: text(200),
      }),
      result: z.strictObject({ stock: z.int() }),
      refuses: ["PRODUCT_NOT_FOUND", "PRODUCT_OUT_OF_STOCK"],
      rest: { route: "POST /products/:id/stock", auth: "admin", status: 200 },
      idempotencyKey: "optional",
    }),
    /** Prices, names and what is left, in the order of the ids; one unknown id refuses the call. */
    quote: batch({
      params: z.strictObject({ productIds: z.array(id).min(1).max(100) }),
      result: z.strictObject({
        products: z.array(z.strictObject({ id, name: z.string(), price: positiveMoney, currency, stock: z.int() })),
      }),
      refuses: ["PRODUCT_NOT_FOUND"],
    }),
    /** Takes the quantities from the stock and keeps them for the order: all lines or none. The saga's business key is the order's id. */
    reserve: sagaStep({
      params: z.strictObject({ orderId: id, lines }),
      result: z.strictObject({}),
      refuses: ["PRODUCT_NOT_FOUND", "PRODUCT_OUT_OF_STOCK"],
      undo: "release",
    }),
  },
  events: {
    created: event("commerce.product.v1", {
      key: "productId",
      data: z.strictObject({ productId: id, name: z.string(), description: z.string(), price: money, currency }),
    }),
  },
});
