import { busOf } from "../../lib/bus";
import { emit } from "../../lib/events";
import type { BusMessage } from "../../mixins/event-bus";
import { type Database, DecideAgain, isCheckViolation, type Tx } from "../../mixins/database";
import type { StepAnswer } from "../../mixins/participant";
import { databaseOf } from "../../test/support/database-of";
import { lostLock } from "../../test/support/lost-lock";
import { startShop, type TestShop } from "../../test/support/shop";
import { waitFor } from "../../test/support/wait";
import { order } from "../order/order.contract";
import { reserveStock } from "./reserve-stock";

let shop: TestShop;
let db: Database;
beforeAll(async () => {
  shop = await startShop({ only: ["product"] });
  db = databaseOf(shop, "product");
});

interface Product {
  id: string;
  name: string;
  price: number;
  stock: number;
  salesCount: number;
}
interface Line {
  productId: string;
  quantity: number;
}

let names = 0;
const newOrder = () => `order-${++names}`;
const create = (stock: number, name = `product ${++names}`) =>
  shop.broker.call<Product, object>("product.create", { name, price: 1000, stock });
const read = (id: string) => shop.broker.call<Product, object>("product.read", { id });
const adjust = (id: string, delta: number) =>
  shop.broker.call<{ stock: number }, object>("product.adjustStock", { id, delta, reason: "recount" });

const step = (id: string) => ({ saga: "place-order", id, step: "reserveStock" });
const reserve = async (orderId: string, lines: Line[]) => {
  const calls = [{ ...step(orderId), params: { orderId, lines } }];
  const { outcomes } = await shop.broker.call<{ outcomes: StepAnswer[] }, object>("product.reserve", { calls });
  return outcomes[0];
};
const release = (orderId: string) => shop.broker.call("product.release", { calls: [step(orderId)] });

/** I8: the stock is what came in by hand less what is reserved or sold. */
async function expectRecountAgrees(productId: string): Promise<void> {
  const [row] = await db.select(
    `select stock, (select coalesce(sum(delta), 0) from stock_movement where product_id = product.id)
       - (select coalesce(sum(quantity), 0) from stock_reservation where product_id = product.id and state <> 3) as counted
     from product where id = ?`,
    [productId],
  );
  const { stock, counted } = row as { stock: number; counted: number };
  expect(Number(counted)).toBe(stock);
}

/** An event of the order service, as it comes over the bus. */
function completed(orderId: string, lines: Line[]): BusMessage {
  const messages: BusMessage[] = [];
  const outbox = { publish: (message: BusMessage) => messages.push(message) } as unknown as Tx;
  const items = lines.map((line) => ({ ...line, name: "product", unitPrice: 1000, lineTotal: line.quantity * 1000 }));
  const amounts = { subtotal: 1000, discount: 0, pointsUsed: 0, paid: 1000, currency: "KRW" as const };
  emit(outbox, order.events.completed, { orderId, userId: "u1", items, amounts, at: new Date().toISOString() });
  return messages[0]!;
}

const stateOf = async (orderId: string) =>
  (await db.select<{ state: number }>("select state from stock_reservation where order_id = ?", [orderId]))[0]?.state;

describe("reserve and release", () => {
  test("I8: 200 orders race for a stock of 50: exactly 50 get it, 150 are PRODUCT_OUT_OF_STOCK, nothing is left", async () => {
    const { id } = await create(50);
    const answers = await Promise.all(Array.from({ length: 200 }, () => reserve(newOrder(), [{ productId: id, quantity: 1 }])));
    expect(answers.filter((answer) => answer?.ok)).toHaveLength(50);
    for (const answer of answers)
      if (!answer?.ok) expect(answer).toMatchObject({ type: "PRODUCT_OUT_OF_STOCK", data: { productId: id, left: 0 } });
    expect(await read(id)).toMatchObject({ stock: 0 });
    await expectRecountAgrees(id);
  });

  test("I8: orders of the same products in opposite order, given back and adjusted meanwhile, leave every count right", async () => {
    const products = await Promise.all(Array.from({ length: 4 }, () => create(30)));
    const ids = products.map(({ id }) => id);
    await Promise.all(
      Array.from({ length: 60 }, async (_, n) => {
        const orderId = newOrder();
        const lines = (n % 2 ? ids : ids.toReversed()).map((productId) => ({ productId, quantity: 1 + (n % 2) }));
        await reserve(orderId, lines);
        if (n % 3 === 0) await release(orderId);
        if (n % 5 === 0) await adjust(ids[n % 4]!, 1);
      }),
    );
    for (const id of ids) await expectRecountAgrees(id);
  });

  test("I8: nodes that reserve the same products in opposite order sell what is there, and no more", async () => {
    const ids = [(await create(7)).id, (await create(9)).id];
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) => {
        const orderId = newOrder();
        const lines = (n % 2 ? ids : ids.toReversed()).map((productId) => ({ productId, quantity: 1 }));
        return db.transaction((tx) => reserveStock.forward([{ ...step(orderId), params: { orderId, lines } }], tx));
      }),
    );
    expect(answers.flat().filter(({ ok }) => ok)).toHaveLength(7);
    expect([await read(ids[0]!), await read(ids[1]!)]).toMatchObject([{ stock: 0 }, { stock: 2 }]);
    for (const id of ids) await expectRecountAgrees(id);
  });

  test("I8: all lines or none", async () => {
    const [plenty, few] = [await create(10), await create(1)];
    const lines = [
      { productId: plenty.id, quantity: 2 },
      { productId: few.id, quantity: 2 },
    ];
    expect(await reserve(newOrder(), lines)).toMatchObject({
      type: "PRODUCT_OUT_OF_STOCK",
      data: { productId: few.id, left: 1, asked: 2 },
    });
    expect(await reserve(newOrder(), [lines[0]!, { productId: "nothing", quantity: 1 }])).toMatchObject({ type: "PRODUCT_NOT_FOUND" });
    expect(await read(plenty.id)).toMatchObject({ stock: 10 });
  });

  test("I1: a reserve that is repeated takes once", async () => {
    const { id } = await create(10);
    const orderId = newOrder();
    await Promise.all([1, 2, 3].map(() => reserve(orderId, [{ productId: id, quantity: 4 }])));
    expect(await read(id)).toMatchObject({ stock: 6 });
  });

  test("I2: a release gives back once, and the order's late reserve is refused", async () => {
    const { id } = await create(10);
    const orderId = newOrder();
    await reserve(orderId, [{ productId: id, quantity: 4 }]);
    await Promise.all([release(orderId), release(orderId)]);
    await release(orderId);
    expect(await read(id)).toMatchObject({ stock: 10 });
    expect(await reserve(orderId, [{ productId: id, quantity: 4 }])).toMatchObject({ ok: false, type: "SAGA_STEP_SEALED" });
    await expectRecountAgrees(id);
  });

  test("I2: a release of a reserve that never came bars it", async () => {
    const { id } = await create(10);
    const orderId = newOrder();
    await release(orderId);
    expect(await reserve(orderId, [{ productId: id, quantity: 1 }])).toMatchObject({ ok: false, type: "SAGA_STEP_SEALED" });
    expect(await read(id)).toMatchObject({ stock: 10 });
  });
});

describe("rule 8: when a lock is lost", () => {
  const take = (orderId: string, productId: string, sql: string) => {
    const calls = [{ ...step(orderId), params: { orderId, lines: [{ productId, quantity: 2 }] } }];
    return db.transaction((tx) => reserveStock.forward(calls, lostLock(tx, sql, [productId])));
  };

  test("stock that was sold meanwhile is not sold again", async () => {
    const { id } = await create(2);
    const error: unknown = await take(newOrder(), id, "update product set stock = stock - 1 where id = ?").catch(
      (thrown: unknown) => thrown,
    );
    expect(isCheckViolation(error)).toBe(true);
    expect(await read(id)).toMatchObject({ stock: 2 });
    await expectRecountAgrees(id);
  });

  test("what others move meanwhile stays moved", async () => {
    const { id } = await create(5);
    const orderId = newOrder();
    expect(await take(orderId, id, "update product set stock = stock - 1 where id = ?")).toEqual([{ ok: true, result: {} }]);
    expect(await read(id)).toMatchObject({ stock: 2 });
  });

  test("a product that is gone meanwhile rolls the group back", async () => {
    const { id } = await create(5);
    const orderId = newOrder();
    await expect(take(orderId, id, "delete from product where id = ?")).rejects.toThrow(DecideAgain);
    expect(await read(id)).toMatchObject({ stock: 5 });
    expect(await stateOf(orderId)).toBeUndefined();
  });

  test("reservations that were confirmed meanwhile are not given back", async () => {
    const { id } = await create(5);
    const orderId = newOrder();
    await reserve(orderId, [{ productId: id, quantity: 2 }]);
    const confirm = "update stock_reservation set state = 2 where order_id = ?";
    const undo = db.transaction((tx) => reserveStock.undo([{ ...step(orderId), result: {} }], lostLock(tx, confirm, [orderId])));
    await expect(undo).rejects.toThrow(DecideAgain);
    expect(await read(id)).toMatchObject({ stock: 3 });
    await expectRecountAgrees(id);
  });
});

describe("order.completed", () => {
  test("I1: confirms the reservation and counts the sale once, however often it is delivered", async () => {
    const { id } = await create(10);
    const [orderId, next] = [newOrder(), newOrder()];
    const lines = [{ productId: id, quantity: 3 }];
    for (const one of [orderId, next]) await reserve(one, lines);
    const message = completed(orderId, lines);
    await busOf(shop.broker).publish([message, message]);
    await busOf(shop.broker).publish([message, completed(next, lines)]);
    await waitFor(async () => (await stateOf(next)) === 2);
    expect(await stateOf(orderId)).toBe(2);
    expect(await read(id)).toMatchObject({ stock: 4, salesCount: 6 });
    await expectRecountAgrees(id);
  });

  test("does not confirm what was given back; the sale counts all the same", async () => {
    const { id } = await create(10);
    const orderId = newOrder();
    const lines = [{ productId: id, quantity: 3 }];
    await reserve(orderId, lines);
    await release(orderId);
    await busOf(shop.broker).publish([completed(orderId, lines)]);
    await waitFor(async () => (await read(id)).salesCount === 3);
    expect(await stateOf(orderId)).toBe(3);
    expect(await read(id)).toMatchObject({ stock: 10 });
  });
});

describe("stock by hand", () => {
  test("I8: goes down to zero and not below", async () => {
    const { id } = await create(5);
    await expect(adjust(id, -6)).rejects.toMatchObject({
      code: 409,
      type: "PRODUCT_OUT_OF_STOCK",
      data: { productId: id, left: 5, asked: 6 },
    });
    expect(await adjust(id, -5)).toEqual({ stock: 0 });
    await expect(adjust("nothing", 1)).rejects.toMatchObject({ code: 404, type: "PRODUCT_NOT_FOUND" });
    await expectRecountAgrees(id);
  });

  test("I8: the table itself refuses a stock below zero", async () => {
    const { id } = await create(1);
    await expect(db.transaction((tx) => tx.execute("update product set stock = -1 where id = ?", [id]))).rejects.toThrow();
  });
});

describe("reads", () => {
  test("the newest first, page by page", async () => {
    const ids = [];
    for (const _ of [1, 2, 3]) ids.push((await create(0)).id);
    const first = await shop.broker.call<{ items: Product[]; nextCursor: string }, object>("product.list", { limit: 2 });
    const second = await shop.broker.call<{ items: Product[] }, object>("product.list", { limit: 2, cursor: first.nextCursor });
    expect([...first.items, ...second.items].slice(0, 3).map(({ id }) => id)).toEqual(ids.toReversed());
  });

  test("an unknown product is PRODUCT_NOT_FOUND", async () => {
    await expect(read("nothing")).rejects.toMatchObject({ code: 404, type: "PRODUCT_NOT_FOUND" });
  });

  test("a quote answers in the order of the ids; one unknown id refuses its own call", async () => {
    const [one, two] = [await create(1, "one"), await create(2, "two")];
    const calls = [{ productIds: [two.id, one.id] }, { productIds: [one.id, "nothing"] }];
    const { outcomes } = await shop.broker.call<{ outcomes: StepAnswer[] }, object>("product.quote", { calls });
    expect(outcomes).toMatchObject([
      { ok: true, result: { products: [{ name: "two", stock: 2 }, { name: "one", stock: 1 }] } }, // prettier-ignore
      { ok: false, type: "PRODUCT_NOT_FOUND", data: { productId: "nothing" } },
    ]);
  });

  test("staff find products by their fields", async () => {
    const { id } = await create(7, "found by name");
    expect(await shop.broker.call("product.find", { query: { name: "found by name" } })).toMatchObject([{ id, stock: 7, sales_count: 0 }]);
    expect(await shop.broker.call("product.get", { id })).toMatchObject({ id });
  });
});

test("I7: a new product is told once it is committed", async () => {
  const told: string[] = [];
  const subscription = await busOf(shop.broker).subscribe({
    group: "test-product",
    topics: ["commerce.product.v1"],
    maxBatch: 100,
    async onBatch(messages) {
      told.push(...messages.map(({ key }) => key));
    },
  });
  const { id } = await create(1);
  await waitFor(() => told.includes(id));
  await subscription.stop();
});
