import { v7 as uuid } from "uuid";

import { Buyer, type Cart, stock, stockOf } from "../../test/support/buyer";
import { databaseOf } from "../../test/support/database-of";
import { Faults, Hold } from "../../test/support/faults";
import { startShop, type TestShop } from "../../test/support/shop";
import { domainServices } from "..";

const faults = new Faults();
let shop: TestShop;
/** Its customers wait so long that an answer can't come too late by itself, those of the hasty one don't. */
let hasty: TestShop;
beforeAll(async () => {
  const start = (waitMs: string) =>
    startShop({ only: Object.keys(domainServices), env: { ORDER_WAIT_MS: waitMs }, middlewares: [faults.middleware] });
  [shop, hasty] = [await start("20000"), await start("100")];
});

const cart = (productId: string, rest: Partial<Cart> = {}): Cart => ({
  items: [{ productId, quantity: 1 }],
  payment: { method: "CASH" },
  ...rest,
});

test("a 201 is repeated, also when the order has changed since", async () => {
  const buyer = new Buyer(shop);
  const productId = await stock(shop);
  const key = uuid();
  const first = await buyer.place(cart(productId), key);
  expect(first).toMatchObject({ status: 201, replayed: false });
  expect(await buyer.place(cart(productId), key)).toEqual({ ...first, replayed: true });
  const db = databaseOf(shop, "order");
  const canceled = `status = 5, payment_status = 5, updated_at = 9, history = ${db.dialect.concat("history", "',4:8,5:9'")}`;
  await db.transaction((tx) => tx.execute(`update orders set ${canceled} where id = ?`, [first.order!.id]));
  expect((await buyer.order(first.order!.id)).status).toBe("CANCELED");
  expect(await buyer.place(cart(productId), key)).toEqual({ ...first, replayed: true });
  expect(await stockOf(shop, productId)).toBe(9);
});

test("a refusal is repeated, of the quote or of a step", async () => {
  const buyer = new Buyer(shop);
  const productId = await stock(shop);
  const carts = [cart(productId, { points: 1 }), cart(productId, { payment: { method: "CARD", token: "tok_declined" } })];
  for (const wrong of carts) {
    const key = uuid();
    const first = await buyer.place(wrong, key);
    expect(first).toMatchObject({ status: 402, replayed: false, error: { data: { orderId: expect.any(String) } } });
    await buyer.charge(1);
    expect(await buyer.place(wrong, key)).toEqual({ ...first, replayed: true });
  }
});

test("a 202 stays a 202 with its Location and the order as it was placed", async () => {
  const buyer = new Buyer(hasty);
  const productId = await stock(hasty);
  const key = uuid();
  const hold = new Hold();
  faults.next("payment.process", hold.before);
  const first = await buyer.place(cart(productId), key);
  expect(first).toMatchObject({ status: 202, replayed: false, order: { status: "PENDING", payment: { method: "CASH" } } });
  expect(first.location).toBe(`/api/v1/orders/${first.order?.id}`);
  expect(await buyer.place(cart(productId), key)).toEqual({ ...first, replayed: true });

  hold.release();
  await buyer.reaches(first.order!.id, "COMPLETED");
  expect(await buyer.place(cart(productId), key)).toEqual({ ...first, replayed: true });
  expect(await stockOf(hasty, productId)).toBe(9);
});

test("an order that fails after its 202 tells why when it is read, and the key still answers 202", async () => {
  const buyer = new Buyer(hasty);
  const declined = cart(await stock(hasty), { payment: { method: "CARD", token: "tok_declined" } });
  const key = uuid();
  const hold = new Hold();
  faults.next("payment.process", hold.before);
  const first = await buyer.place(declined, key);
  expect(first.status).toBe(202);
  hold.release();
  await buyer.reaches(first.order!.id, "FAILED");
  expect((await buyer.order(first.order!.id)).failure?.code).toBe("PAYMENT_DECLINED");
  expect(await buyer.place(declined, key)).toEqual({ ...first, replayed: true });
});

test("while the first request is worked on its key is in flight", async () => {
  const buyer = new Buyer(shop);
  const productId = await stock(shop);
  const key = uuid();
  const hold = new Hold();
  faults.next("product.reserve", hold.before);
  const first = buyer.place(cart(productId), key);
  await hold.reached;
  expect(await buyer.place(cart(productId), key)).toMatchObject({ status: 409, replayed: false, error: { type: "IDEMPOTENCY_IN_FLIGHT" } });
  hold.release();
  expect((await first).status).toBe(201);
});

test("I1: a key that comes many times at once places one order", async () => {
  const buyer = new Buyer(shop);
  const productId = await stock(shop);
  const key = uuid();
  const placed = await Promise.all(Array.from({ length: 8 }, () => buyer.place(cart(productId), key)));
  for (const { status, error } of placed) expect([201, error?.type]).toContain(status === 201 ? 201 : "IDEMPOTENCY_IN_FLIGHT");
  expect(placed.filter(({ status }) => status === 201).length).toBeGreaterThanOrEqual(1);
  expect(new Set(placed.flatMap(({ order }) => order?.id ?? [])).size).toBe(1);
  expect(await buyer.orderIds()).toHaveLength(1);
  expect(await stockOf(shop, productId)).toBe(9);
});

test("I1: a key that another node was first to write is answered from its row", async () => {
  const buyer = new Buyer(shop);
  const productId = await stock(shop);
  const key = uuid();
  const hold = new Hold();
  faults.next("product.quote", hold.after);
  const late = buyer.place(cart(productId), key);
  await hold.reached;
  const first = await buyer.place(cart(productId), key);
  expect(first.status).toBe(201);
  hold.release();
  expect(await late).toEqual({ ...first, replayed: true });
  expect(await buyer.orderIds()).toHaveLength(1);
});

test("a key with another body is refused, of any answer", async () => {
  const buyer = new Buyer(shop);
  const productId = await stock(shop);
  const key = uuid();
  await buyer.place(cart(productId), key);
  const other = await buyer.place(cart(productId, { points: 0 }), key);
  expect(other).toMatchObject({ status: 422, replayed: false, error: { type: "IDEMPOTENCY_KEY_REUSED" } });
});

test("keys are a customer's own and compared to the last byte", async () => {
  const productId = await stock(shop, { stock: 100 });
  const buyer = new Buyer(shop);
  const keys = ["key", "Key", "key ", " key", "key  ", "k\u00e9y", "ke\u0301y", "x".repeat(255)];
  const placed = [];
  for (const key of keys) placed.push(await buyer.place(cart(productId), key));
  placed.push(await new Buyer(shop).place(cart(productId), "key"));
  expect(placed.map(({ status, replayed }) => ({ status, replayed }))).toEqual(placed.map(() => ({ status: 201, replayed: false })));
  expect(new Set(placed.map(({ order }) => order?.id)).size).toBe(placed.length);
});
