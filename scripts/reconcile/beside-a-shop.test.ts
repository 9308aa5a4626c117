/** Beside a running shop the databases are read at different moments: what is under way is told as such, and nobody cries wolf. */
import { Buyer, type Cart, stock } from "../../test/support/buyer";
import { Faults, Hold } from "../../test/support/faults";
import { quiet } from "../../test/support/quiet";
import { startShop, type TestShop } from "../../test/support/shop";
import { waitFor } from "../../test/support/wait";
import { reconcile } from ".";

jest.setTimeout(180_000);

const faults = new Faults();
let shop: TestShop;
let productId: string;

beforeAll(async () => {
  shop = await startShop({ middlewares: [faults.middleware] });
  productId = await stock(shop, { stock: 1_000_000 });
});

const stages = [
  ["before its stock is reserved", "product.reserve", "before"],
  ["before it is paid", "payment.process", "before"],
  ["after it was paid", "payment.process", "after"],
] as const;

test.each(stages)("an order that is stopped %s is listed as under way", async (_where, action, when) => {
  const buyer = await new Buyer(shop).charge(10_000);
  const hold = new Hold();
  faults.next(action, hold[when]);
  const userCouponId = await buyer.coupon();
  const placing = buyer.place({ items: [{ productId, quantity: 1 }], userCouponId, points: 100, payment: { method: "POINT" } });
  await hold.reached;
  const [id = ""] = await buyer.orderIds();
  const report = await reconcile(shop.config);
  expect(report).toMatchObject({
    violations: [],
    underWay: expect.arrayContaining([`order ${id} is PENDING`, "orders PENDING or CANCELING: 1"]),
  });
  hold.release();
  expect(await placing).toMatchObject({ status: 201 });
  await quiet(shop);
});

test("a cancellation that is stopped half-way is listed as under way", async () => {
  const buyer = new Buyer(shop);
  const { order } = await buyer.place({ items: [{ productId, quantity: 1 }], payment: { method: "CARD", token: "tok_ok" } });
  await quiet(shop);
  const hold = new Hold();
  faults.next("product.restock", hold.before);
  const canceling = buyer.cancel(order!.id);
  await hold.reached;
  expect(await reconcile(shop.config)).toMatchObject({
    violations: [],
    underWay: expect.arrayContaining([`order ${order!.id} is CANCELING`]),
  });
  hold.release();
  expect(await canceling).toMatchObject({ status: 200 });
  await quiet(shop);
});

test("clean, again and again, while customers order and cancel as fast as they can; nothing under way when they have gone", async () => {
  const carts: Omit<Cart, "items">[] = [
    { payment: { method: "CASH" } },
    { payment: { method: "POINT" }, points: 10 },
    { payment: { method: "CARD", token: "tok_ok" }, points: 10 },
    { payment: { method: "CARD", token: "tok_declined" }, points: 10 },
  ];
  let open = true;
  let placed = 0;
  const shopping = Array.from({ length: 8 }, async (_, n) => {
    const buyer = await new Buyer(shop).charge(1_000_000_000);
    for (let turn = n; open; turn++) {
      const { order } = await buyer.place({ items: [{ productId, quantity: 1 }], ...carts[turn % carts.length]! });
      placed++;
      if (order && turn % 3 === 0) await buyer.cancel(order.id);
    }
  });
  let passedOver = 0;
  try {
    for (let reading = 0; reading < 10; reading++) {
      const before = placed;
      const report = await reconcile(shop.config, { url: shop.url });
      expect(report.violations).toEqual([]);
      passedOver += report.rules.reduce((sum, { underWay }) => sum + underWay, 0);
      await waitFor(() => placed > before + 20, { what: "more orders" });
    }
  } finally {
    open = false;
    await Promise.all(shopping);
  }
  expect(passedOver).toBeGreaterThan(0);
  await quiet(shop);
  const report = await reconcile(shop.config, { url: shop.url });
  expect(report).toMatchObject({ violations: [], underWay: [] });
  expect(report.orders).toBeGreaterThanOrEqual(placed);
});
