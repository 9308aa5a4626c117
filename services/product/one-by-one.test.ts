import fc from "fast-check";

import { isDuplicateKey } from "../../mixins/database";
import { expectSameOneByOne, OneByOne, oneByOneTimeoutMs, sceneOf } from "../../test/support/one-by-one";
import { startShop } from "../../test/support/shop";
import { placing } from "./product.fixture";
import { insertProducts } from "./products";

jest.setTimeout(oneByOneTimeoutMs);

const product = (id: string, stock: number) => ({
  ...{ id, stock, name: id, description: "", price: 1000, currency: "KRW" as const },
  ...{ salesCount: 0, version: 1, createdAt: 1, updatedAt: 1 },
});

const plain = { noNullPrototype: true } as const;
const orderId = fc.constantFrom<string[]>("o1", "o2", "o3", "o4", "o5");
const productId = fc.constantFrom<string[]>("scarce", "some", "plenty", "unknown");
/** 0 is no quantity. */
const quantity = fc.oneof({ weight: 12, arbitrary: fc.integer({ min: 1, max: 4 }) }, { weight: 1, arbitrary: fc.constantFrom(0, 1000) });
const line = fc.record({ productId, quantity }, plain);

const call = fc.oneof(
  fc.record(
    {
      action: fc.constant("reserve" as const),
      orderId,
      lines: fc.uniqueArray(line, { selector: (one) => one.productId, minLength: 1, maxLength: 3 }),
      // By another saga than the one that places it: the reservations are there already, and the table's key says no.
      saga: fc.oneof({ weight: 12, arbitrary: fc.constant("place-order") }, { weight: 1, arbitrary: fc.constant("another") }),
    },
    plain,
  ),
  fc.record({ action: fc.constant("release" as const), orderId }, plain),
  fc.record({ action: fc.constant("restock" as const), orderId, attempt: fc.constantFrom(1, 2) }, plain),
  fc.record({ action: fc.constant("adjustStock" as const), id: productId, delta: fc.integer({ min: -5, max: 5 }) }, plain),
);
type Call = typeof call extends fc.Arbitrary<infer C> ? C : never;

let stock: OneByOne<Call>;

beforeAll(async () => {
  const shop = await startShop({ only: ["product"], env: { EVENTS: "off" } });
  const ask = (action: string, params: object) => shop.broker.call<unknown, object>(`product.${action}`, params);
  stock = new OneByOne<Call>({
    ...sceneOf(shop, "product"),
    fill: (tx) => insertProducts(tx, [product("scarce", 2), product("some", 7), product("plenty", 500)]),
    before: ["o1", "o2", "o3"].map((id) => ({
      ...{ action: "reserve", orderId: id, saga: "place-order" },
      lines: [{ productId: "some", quantity: 1 }],
    })),
    mayThrow: isDuplicateKey,
    async send(one) {
      switch (one.action) {
        case "reserve": {
          const { orderId: id, lines, saga } = one;
          return ask("reserve", { calls: [{ ...placing(id), saga, params: { orderId: id, lines } }] });
        }
        case "release":
          return ask("release", { calls: [placing(one.orderId)] });
        case "restock": {
          const key = { saga: "cancel-order", id: `${one.orderId}:${one.attempt}`, step: "restock" };
          return ask("restock", { calls: [{ ...key, params: { orderId: one.orderId } }] });
        }
        case "adjustStock":
          return ask("adjustStock", { id: one.id, delta: one.delta, reason: "count" });
      }
    },
  });
});

test("I1, I2, I8: any mix of reserving, releasing, restocking and adjusting comes to what the calls come to one by one", () =>
  expectSameOneByOne(stock, call));

test("undo is grouped too: releases that come in one turn share a transaction", async () => {
  await stock.begin();
  const orders = Array.from({ length: 40 }, (_, n) => `order-${n}`);
  const lines = [{ productId: "plenty", quantity: 2 }];
  await stock.transactionsOf(orders.map((id) => ({ action: "reserve", orderId: id, lines, saga: "place-order" })));
  expect(await stock.transactionsOf(orders.map((id) => ({ action: "release", orderId: id })))).toBe(1);
});
