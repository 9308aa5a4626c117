import { deliver } from "../../test/support/events";
import { orderEvent } from "../../test/support/order-events";
import { startShop, type TestShop } from "../../test/support/shop";
import { waitFor } from "../../test/support/wait";
import { Catalogue, expectRecountAgrees, newOrder } from "./product.fixture";
import { restock } from "./restock";

let shop: TestShop;
let catalogue: Catalogue;
beforeAll(async () => {
  shop = await startShop({ only: ["product"] });
  catalogue = new Catalogue(shop);
});

const completed = (orderId: string, sold: Record<string, number>) => deliver(shop, orderEvent("completed", { orderId, sold }));
const canceled = (orderId: string, sold: Record<string, number>) => deliver(shop, orderEvent("canceled", { orderId, sold }));

/** An order that has 3 of 10 pieces of one product and 1 of 10 of another. */
async function reserved() {
  const [a, b] = [(await catalogue.create(10)).id, (await catalogue.create(10)).id];
  const orderId = newOrder();
  const lines = [{ productId: a, quantity: 3 }, { productId: b, quantity: 1 }]; // prettier-ignore
  await catalogue.reserve(orderId, lines);
  const stocks = async () => [(await catalogue.read(a)).stock, (await catalogue.read(b)).stock];
  const recount = async () => {
    for (const id of [a, b]) await expectRecountAgrees(catalogue, id);
  };
  return { a, b, orderId, sold: { [a]: 3, [b]: 1 }, stocks, recount };
}

describe("what a cancelled order has taken", () => {
  test("I8: comes back after it was confirmed, all of it", async () => {
    const { orderId, sold, stocks, recount } = await reserved();
    await completed(orderId, sold);
    await waitFor(async () => (await catalogue.stateOf(orderId)) === 2);
    expect(await catalogue.restock(orderId)).toEqual({ ok: true, result: {} });
    expect(await stocks()).toEqual([10, 10]);
    await recount();
  });

  test("I8: comes back before it was confirmed, and a completion that is told late confirms nothing", async () => {
    const { a, orderId, sold, stocks, recount } = await reserved();
    await catalogue.restock(orderId);
    expect(await stocks()).toEqual([10, 10]);
    await completed(orderId, sold);
    await waitFor(async () => (await catalogue.read(a)).salesCount === 3);
    expect(await catalogue.stateOf(orderId)).toBe(3);
    expect(await stocks()).toEqual([10, 10]);
    await recount();
  });

  test("I1: comes back once, however often it is asked for, and by whichever saga", async () => {
    const { orderId, stocks, recount } = await reserved();
    await Promise.all([catalogue.restock(orderId), catalogue.restock(orderId), catalogue.restock(orderId, 2)]);
    expect(await catalogue.restock(orderId)).toMatchObject({ ok: true });
    expect(await catalogue.restock(orderId, 3)).toMatchObject({ ok: true });
    expect(await stocks()).toEqual([10, 10]);
    await recount();
  });

  test("I1: comes back once when two nodes are at it", async () => {
    const { orderId, stocks, recount } = await reserved();
    const nodes = [1, 2].map((n) => {
      const call = { saga: "cancel-order", id: `${orderId}:${n}`, step: "restock", params: { orderId } };
      return catalogue.db.transaction((tx) => restock.forward([call], tx));
    });
    await Promise.all(nodes);
    expect(await stocks()).toEqual([10, 10]);
    await recount();
  });

  test("I2: is nothing when the order was undone, or never had anything", async () => {
    const { orderId, stocks, recount } = await reserved();
    await catalogue.release(orderId);
    expect(await catalogue.restock(orderId)).toMatchObject({ ok: true });
    expect(await catalogue.restock(newOrder())).toMatchObject({ ok: true });
    expect(await stocks()).toEqual([10, 10]);
    await recount();
  });

  test("I8: can be sold again at the same moment", async () => {
    const { id } = await catalogue.create(20);
    const orders = Array.from({ length: 20 }, newOrder);
    for (const orderId of orders) await catalogue.reserve(orderId, [{ productId: id, quantity: 1 }]);
    const further = Array.from({ length: 30 }, newOrder);
    await Promise.all([
      ...orders.map((orderId) => catalogue.restock(orderId)),
      ...further.map((orderId) => catalogue.reserve(orderId, [{ productId: id, quantity: 1 }])),
    ]);
    const rows = await catalogue.db.select<{ n: number }>(
      "select count(*) as n from stock_reservation where product_id = ? and state = 1",
      [id],
    );
    expect((await catalogue.read(id)).stock).toBe(20 - rows[0]!.n);
    await expectRecountAgrees(catalogue, id);
  });
});

describe("the sales count", () => {
  test("I1: goes down by a cancelled order, once for the event", async () => {
    const { a, b, orderId, sold } = await reserved();
    await completed(orderId, sold);
    await completed(newOrder(), { [a]: 5, [b]: 5 });
    const event = orderEvent("canceled", { orderId, sold });
    await deliver(shop, event, event);
    await deliver(shop, event, orderEvent("completed", { orderId: newOrder(), sold: { [b]: 100 } }));
    await waitFor(async () => (await catalogue.read(b)).salesCount === 105 && (await catalogue.read(a)).salesCount === 5);
  });

  test("is right at last when the completion is told after the cancellation", async () => {
    const { id } = await catalogue.create(10);
    const orderId = newOrder();
    await canceled(orderId, { [id]: 4 });
    await completed(orderId, { [id]: 4 });
    await completed(newOrder(), { [id]: 2 });
    await waitFor(async () => (await catalogue.read(id)).salesCount === 2);
  });
});
