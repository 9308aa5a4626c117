import { z } from "zod";

import { action, batch, contract, event, retriableStep, sagaStep } from "../../lib/contract";
import { currency, money, positiveMoney } from "../../lib/money";
import { id, nothing, page, pageOf, prose, text, time } from "../../lib/schemas";

/** `stock` is what can still be ordered; it falls with the reservation. */
export const productView = z
  .strictObject({
    id,
    name: z.string(),
    description: z.string(),
    price: positiveMoney,
    currency,
    stock: z.int().meta({ description: "What can still be ordered" }),
    salesCount: z.int(),
    version: z.int(),
    createdAt: time,
    updatedAt: time,
  })
  .meta({
    id: "Product",
    examples: [
      {
        id: "0198c2f0-7d7a-7c36-9f3e-5b1c2d3e4f50",
        name: "Celadon tea cup",
        description: "Hand-thrown stoneware with a jade glaze",
        price: 18_000,
        currency: "KRW",
        stock: 97,
        salesCount: 3,
        version: 1,
        createdAt: "2026-11-24T09:00:00.000Z",
        updatedAt: "2026-11-24T09:00:00.000Z",
      },
    ],
  });

export const productSort = z.enum(["name", "price", "-price", "-sales", "-createdAt"]);

/** What the events of a product tell of it: never stock or sales. */
const described = z.strictObject({
  productId: id,
  name: z.string(),
  description: z.string(),
  price: money.meta({ description: "Of one piece, in the currency's minor unit" }),
  currency,
});
const describedExample = {
  productId: "0198c2f0-7d7a-7c36-9f3e-5b1c2d3e4f50",
  name: "Celadon tea cup",
  description: "Hand-thrown stoneware with a jade glaze",
  price: 18_000,
  currency: "KRW",
} as const;

const stock = z.int().min(0).max(1_000_000_000);

/** Lines of an order, one per product. */
export const lines = z
  .array(z.strictObject({ productId: id, quantity: z.int().min(1).max(1_000_000) }))
  .min(1)
  .max(100)
  .refine((all) => new Set(all.map(({ productId }) => productId)).size === all.length, "has two lines with one product");

export const product = contract("product", {
  actions: {
    /** `q` is looked for in names and descriptions, whatever its case. Without `sort` the newest come first. */
    list: action({
      params: z
        .strictObject({
          q: text(100).optional(),
          sort: productSort.optional(),
          minPrice: money.optional(),
          maxPrice: money.optional(),
          inStock: z.boolean().optional(),
          ...page,
        })
        .refine((p) => (p.minPrice ?? 0) <= (p.maxPrice ?? Infinity), { path: ["maxPrice"], message: "must not be below minPrice" }),
      result: pageOf(productView),
      rest: { route: "GET /products", auth: "public", summary: "Search the catalogue" },
    }),
    read: action({
      params: z.strictObject({ id }),
      result: productView,
      refuses: ["PRODUCT_NOT_FOUND"],
      rest: { route: "GET /products/:id", auth: "public", summary: "A product" },
    }),
    create: action({
      params: z
        .strictObject({
          name: text(200),
          description: prose(2000).default(""),
          price: positiveMoney,
          stock: stock.default(0),
        })
        .meta({ examples: [{ name: "Celadon tea cup", description: "Hand-thrown stoneware", price: 18_000, stock: 100 }] }),
      result: productView,
      publishes: true,
      rest: { route: "POST /products", auth: "admin", summary: "Put a product on offer" },
      idempotencyKey: "optional",
    }),
    /**
     * Changes what is given, when `version` is the present one. `stock` sets what can be ordered now, and is noted as a movement like any
     * other; it does not change the version, which is that of the rest.
     */
    edit: action({
      params: z
        .strictObject({
          id,
          version: z.int().min(1).optional(),
          name: text(200).optional(),
          description: prose(2000).optional(),
          price: positiveMoney.optional(),
          stock: stock.optional(),
        })
        .refine((p) => [p.name, p.description, p.price, p.stock].some((one) => one !== undefined), "has nothing to change")
        .meta({ examples: [{ version: 1, price: 17_500 }] }),
      result: productView,
      refuses: ["PRODUCT_NOT_FOUND", "VERSION_STALE", "PRECONDITION_REQUIRED"],
      publishes: true,
      rest: { route: "PATCH /products/:id", auth: "admin", ifMatch: true, summary: "Change a product of which the version is known" },
    }),
    /** Takes a product out of the catalogue; orders that have it keep it. */
    remove: action({
      params: z.strictObject({ id, version: z.int().min(1).optional() }),
      result: nothing,
      refuses: ["PRODUCT_NOT_FOUND", "VERSION_STALE"],
      publishes: true,
      rest: { route: "DELETE /products/:id", auth: "admin", status: 204, ifMatch: true, summary: "Take a product out of the catalogue" },
    }),
    adjustStock: action({
      params: z
        .strictObject({
          id,
          delta: z
            .int()
            .min(-1_000_000_000)
            .max(1_000_000_000)
            .refine((n) => n !== 0, "must not be 0"),
          reason: text(200),
        })
        .meta({ examples: [{ delta: 20, reason: "delivery" }] }),
      result: z.strictObject({ stock: z.int() }),
      refuses: ["PRODUCT_NOT_FOUND", "PRODUCT_OUT_OF_STOCK"],
      rest: { route: "POST /products/:id/stock", auth: "admin", status: 200, summary: "Add to the stock, or take from it" },
      idempotencyKey: "optional",
    }),
    /** Names of all products, those that were removed too, by their ids from the one after `after` on; `at`: when it was last changed. */
    names: action({
      params: z.strictObject({ after: id.optional(), limit: z.int().min(1).max(500) }),
      result: z.strictObject({ products: z.array(z.strictObject({ id, name: z.string(), at: time })), next: id.optional() }),
    }),
    /** Prices, names and what is left, in the order of the ids; one unknown id refuses the call. */
    quote: batch({
      params: z.strictObject({ productIds: z.array(id).min(1).max(100) }),
      result: z.strictObject({
        products: z.array(z.strictObject({ id, name: z.string(), price: positiveMoney, currency, stock: z.int() })),
      }),
      refuses: ["PRODUCT_NOT_FOUND"],
    }),
    /** Takes the quantities from the stock and keeps them for the order: all lines or none; of a product that was removed since the quote none is left. The saga's business key is the order's id. */
    reserve: sagaStep({
      params: z.strictObject({ orderId: id, lines }),
      result: z.strictObject({}),
      refuses: ["PRODUCT_OUT_OF_STOCK"],
      undo: "release",
    }),
    /** Puts what an order has taken back into the stock. */
    restock: retriableStep({ params: z.strictObject({ orderId: id }), result: nothing }),
  },
  events: {
    created: event("commerce.product.v1", {
      key: "productId",
      summary: "A product is in the catalogue.",
      data: described,
      example: describedExample,
    }),
    changed: event("commerce.product.v1", {
      key: "productId",
      summary: "A product's description or price has changed; this is what it is now. Stock and sales aren't told.",
      data: described,
      example: { ...describedExample, price: 19_000 },
    }),
    removed: event("commerce.product.v1", {
      key: "productId",
      summary: "A product has left the catalogue. Orders keep what they bought.",
      data: z.strictObject({ productId: id }),
      example: { productId: describedExample.productId },
    }),
  },
});
