import { isCheckViolation, type Database, DecideAgain } from "../../mixins/database";
import { deliver, recordEvents } from "../../test/support/events";
import { lostLock } from "../../test/support/lost-lock";
import { orderEvent } from "../../test/support/order-events";
import { startShop, type TestShop } from "../../test/support/shop";
import { waitFor } from "../../test/support/wait";
import { Catalogue, expectRecountAgrees, newOrder, placing } from "./product.fixture";
import { reserveStock } from "./reserve-stock";

let shop: TestShop;
let catalogue: Catalogue;
let db: Database;
beforeAll(async () => {
  shop = await startShop({ only: ["product"] });
  catalogue = new Catalogue(shop);
  db = catalogue.db;
});

describe("reserve and release", () => {
  test("I8: 200 orders race for a stock of 50: exactly 50 get it, 150 are PRODUCT_OUT_OF_STOCK, nothing is left", async () => {
    const { id } = await catalogue.create(50);
    const answers = await Promise.all(Array.from({ length: 200 }, () => catalogue.reserve(newOrder(), [{ productId: id, quantity: 1 }])));
    expect(answers.filter((answer) => answer?.ok)).toHaveLength(50);
    for (const answer of answers)
      if (!answer?.ok) expect(answer).toMatchObject({ type: "PRODUCT_OUT_OF_STOCK", data: { productId: id, left: 0 } });
    expect(await catalogue.read(id)).toMatchObject({ stock: 0 });
    await expectRecountAgrees(catalogue, id);
  });

  test("I8: orders of the same products in opposite order, given back and adjusted meanwhile, leave every count right", async () => {
    const products = await Promise.all(Array.from({ length: 4 }, () => catalogue.create(30)));
    const ids = products.map(({ id }) => id);
    await Promise.all(
      Array.from({ length: 60 }, async (_, n) => {
        const orderId = newOrder();
        const lines = (n % 2 ? ids : ids.toReversed()).map((productId) => ({ productId, quantity: 1 + (n % 2) }));
        await catalogue.reserve(orderId, lines);
        if (n % 3 === 0) await catalogue.release(orderId);
        if (n % 5 === 0) await catalogue.adjust(ids[n % 4]!, 1);
      }),
    );
    for (const id of ids) await expectRecountAgrees(catalogue, id);
  });

  test("I8: nodes that reserve the same products in opposite order sell what is there, and no more", async () => {
    const ids = [(await catalogue.create(7)).id, (await catalogue.create(9)).id];
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) => {
        const orderId = newOrder();
        const lines = (n % 2 ? ids : ids.toReversed()).map((productId) => ({ productId, quantity: 1 }));
        return db.transaction((tx) => reserveStock.forward([{ ...placing(orderId), params: { orderId, lines } }], tx));
      }),
    );
    expect(answers.flat().filter(({ ok }) => ok)).toHaveLength(7);
    expect([await catalogue.read(ids[0]!), await catalogue.read(ids[1]!)]).toMatchObject([{ stock: 0 }, { stock: 2 }]);
    for (const id of ids) await expectRecountAgrees(catalogue, id);
  });

  test("I8: all lines or none", async () => {
    const [plenty, few] = [await catalogue.create(10), await catalogue.create(1)];
    const lines = [
      { productId: plenty.id, quantity: 2 },
      { productId: few.id, quantity: 2 },
    ];
    expect(await catalogue.reserve(newOrder(), lines)).toMatchObject({
      type: "PRODUCT_OUT_OF_STOCK",
      data: { productId: few.id, left: 1, asked: 2 },
    });
    expect(await catalogue.reserve(newOrder(), [lines[0]!, { productId: "nothing", quantity: 1 }])).toMatchObject({
      type: "PRODUCT_OUT_OF_STOCK",
    });
    expect(await catalogue.read(plenty.id)).toMatchObject({ stock: 10 });
  });

  test("I1: a reserve that is repeated takes once", async () => {
    const { id } = await catalogue.create(10);
    const orderId = newOrder();
    await Promise.all([1, 2, 3].map(() => catalogue.reserve(orderId, [{ productId: id, quantity: 4 }])));
    expect(await catalogue.read(id)).toMatchObject({ stock: 6 });
  });

  test("I2: a release gives back once, and the order's late reserve is refused", async () => {
    const { id } = await catalogue.create(10);
    const orderId = newOrder();
    await catalogue.reserve(orderId, [{ productId: id, quantity: 4 }]);
    await Promise.all([catalogue.release(orderId), catalogue.release(orderId)]);
    await catalogue.release(orderId);
    expect(await catalogue.read(id)).toMatchObject({ stock: 10 });
    expect(await catalogue.reserve(orderId, [{ productId: id, quantity: 4 }])).toMatchObject({ ok: false, type: "SAGA_STEP_SEALED" });
    await expectRecountAgrees(catalogue, id);
  });

  test("I2: a release of a reserve that never came bars it", async () => {
    const { id } = await catalogue.create(10);
    const orderId = newOrder();
    await catalogue.release(orderId);
    expect(await catalogue.reserve(orderId, [{ productId: id, quantity: 1 }])).toMatchObject({ ok: false, type: "SAGA_STEP_SEALED" });
    expect(await catalogue.read(id)).toMatchObject({ stock: 10 });
  });
});

describe("I8, rule 8: when a lock is lost", () => {
  const take = (orderId: string, productId: string, sql: string) => {
    const calls = [{ ...placing(orderId), params: { orderId, lines: [{ productId, quantity: 2 }] } }];
    return db.transaction((tx) => reserveStock.forward(calls, lostLock(tx, sql, [productId])));
  };

  test("stock that was sold meanwhile is not sold again", async () => {
    const { id } = await catalogue.create(2);
    const error: unknown = await take(newOrder(), id, "update product set stock = stock - 1 where id = ?").catch(
      (thrown: unknown) => thrown,
    );
    expect(isCheckViolation(error)).toBe(true);
    expect(await catalogue.read(id)).toMatchObject({ stock: 2 });
    await expectRecountAgrees(catalogue, id);
  });

  test("what others move meanwhile stays moved", async () => {
    const { id } = await catalogue.create(5);
    const orderId = newOrder();
    expect(await take(orderId, id, "update product set stock = stock - 1 where id = ?")).toEqual([{ ok: true, result: {} }]);
    expect(await catalogue.read(id)).toMatchObject({ stock: 2 });
  });

  test("a product that is gone meanwhile rolls the group back", async () => {
    const { id } = await catalogue.create(5);
    const orderId = newOrder();
    await expect(take(orderId, id, "delete from product where id = ?")).rejects.toThrow(DecideAgain);
    expect(await catalogue.read(id)).toMatchObject({ stock: 5 });
    expect(await catalogue.stateOf(orderId)).toBeUndefined();
  });

  test("reservations that were confirmed meanwhile are not given back", async () => {
    const { id } = await catalogue.create(5);
    const orderId = newOrder();
    await catalogue.reserve(orderId, [{ productId: id, quantity: 2 }]);
    const confirm = "update stock_reservation set state = 2 where order_id = ?";
    const undo = db.transaction((tx) => reserveStock.undo([{ ...placing(orderId), result: {} }], lostLock(tx, confirm, [orderId])));
    await expect(undo).rejects.toThrow(DecideAgain);
    expect(await catalogue.read(id)).toMatchObject({ stock: 3 });
    await expectRecountAgrees(catalogue, id);
  });
});

describe("order.completed", () => {
  test("I1: confirms the reservation and counts the sale once, however often it is delivered", async () => {
    const { id } = await catalogue.create(10);
    const [orderId, next] = [newOrder(), newOrder()];
    const lines = [{ productId: id, quantity: 3 }];
    for (const one of [orderId, next]) await catalogue.reserve(one, lines);
    const message = orderEvent("completed", { orderId, sold: { [id]: 3 } });
    await deliver(shop, message, message);
    await deliver(shop, message, orderEvent("completed", { orderId: next, sold: { [id]: 3 } }));
    await waitFor(async () => (await catalogue.stateOf(next)) === 2);
    expect(await catalogue.stateOf(orderId)).toBe(2);
    expect(await catalogue.read(id)).toMatchObject({ stock: 4, salesCount: 6 });
    await expectRecountAgrees(catalogue, id);
  });

  test("I8: does not confirm what was given back; the sale counts all the same", async () => {
    const { id } = await catalogue.create(10);
    const orderId = newOrder();
    await catalogue.reserve(orderId, [{ productId: id, quantity: 3 }]);
    await catalogue.release(orderId);
    await deliver(shop, orderEvent("completed", { orderId, sold: { [id]: 3 } }));
    await waitFor(async () => (await catalogue.read(id)).salesCount === 3);
    expect(await catalogue.stateOf(orderId)).toBe(3);
    expect(await catalogue.read(id)).toMatchObject({ stock: 10 });
  });
});

describe("stock by hand", () => {
  test("I8: goes down to zero and not below", async () => {
    const { id } = await catalogue.create(5);
    await expect(catalogue.adjust(id, -6)).rejects.toMatchObject({
      code: 409,
      type: "PRODUCT_OUT_OF_STOCK",
      data: { productId: id, left: 5, asked: 6 },
    });
    expect(await catalogue.adjust(id, -5)).toEqual({ stock: 0 });
    await expect(catalogue.adjust("nothing", 1)).rejects.toMatchObject({ code: 404, type: "PRODUCT_NOT_FOUND" });
    await expectRecountAgrees(catalogue, id);
  });

  test("I8: the table itself refuses a stock below zero", async () => {
    const { id } = await catalogue.create(1);
    await expect(db.transaction((tx) => tx.execute("update product set stock = -1 where id = ?", [id]))).rejects.toThrow();
  });
});

describe("reads", () => {
  test("an unknown product is PRODUCT_NOT_FOUND", async () => {
    await expect(catalogue.read("nothing")).rejects.toMatchObject({ code: 404, type: "PRODUCT_NOT_FOUND" });
  });

  test("a quote answers in the order of the ids; one unknown id refuses its own call", async () => {
    const [one, two] = [await catalogue.create(1, { name: "one" }), await catalogue.create(2, { name: "two" })];
    const calls = [{ productIds: [two.id, one.id] }, { productIds: [one.id, "nothing"] }];
    expect(await catalogue.quote(...calls)).toMatchObject([
      { ok: true, result: { products: [{ name: "two", stock: 2 }, { name: "one", stock: 1 }] } }, // prettier-ignore
      { ok: false, type: "PRODUCT_NOT_FOUND", data: { productId: "nothing" } },
    ]);
  });

  test("staff find products by their fields", async () => {
    const { id } = await catalogue.create(7, { name: "found by name" });
    expect(await shop.broker.call("product.find", { query: { name: "found by name" } })).toMatchObject([{ id, stock: 7, sales_count: 0 }]);
    expect(await shop.broker.call("product.get", { id })).toMatchObject({ id });
  });
});

test("I7: a new product is told once it is committed", async () => {
  const told = await recordEvents(shop, "commerce.product.v1");
  const { id } = await catalogue.create(1);
  await waitFor(() => told.some(({ type, key }) => type === "product.created" && key === id));
});
