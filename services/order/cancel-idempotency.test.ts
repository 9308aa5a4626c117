import { v7 as uuid } from "uuid";

import { Buyer, staff, stock, stockOf } from "../../test/support/buyer";
import { databaseOf } from "../../test/support/database-of";
import { Faults, Hold } from "../../test/support/faults";
import { providerGivesBack } from "../../test/support/provider";
import { startShop, type TestShop } from "../../test/support/shop";
import { domainServices } from "..";

const faults = new Faults();
let shop: TestShop;
/** Its customers don't wait for long, so that they are told 202. */
let hasty: TestShop;
beforeAll(async () => {
  const start = (waitMs: string) =>
    startShop({ only: Object.keys(domainServices), env: { ORDER_WAIT_MS: waitMs }, middlewares: [faults.middleware] });
  [shop, hasty] = [await start("20000"), await start("100")];
});

/** A completed order of 1 of 10 pieces. */
async function placed(token = "tok_ok", at = shop, buyer = new Buyer(at)) {
  const productId = await stock(at);
  const answer = await buyer.place({ items: [{ productId, quantity: 1 }], payment: { method: "CARD", token } });
  const { id } = answer.order!;
  await buyer.reaches(id, "COMPLETED");
  return { buyer, productId, id, key: uuid() };
}

const attemptsOf = async (id: string) =>
  (await databaseOf(shop, "order").select("select id from order_cancellation where attempt is not null and order_id = ?", [id])).length;

test("a 200 is repeated; another key is a new request", async () => {
  const { buyer, productId, id, key } = await placed();
  const first = await buyer.cancel(id, { key });
  expect(first).toMatchObject({ status: 200, replayed: false, order: { status: "CANCELED" } });
  expect(await buyer.cancel(id, { key })).toEqual({ ...first, replayed: true });
  expect(await buyer.cancel(id, { key: uuid() })).toMatchObject({ status: 409, replayed: false });
  expect(await stockOf(shop, productId)).toBe(10);
});

test("that an order can't be cancelled yet is repeated, also when it could be", async () => {
  const buyer = new Buyer(shop);
  const hold = new Hold();
  faults.next("payment.process", hold.before);
  const placing = placed("tok_ok", shop, buyer);
  await hold.reached;
  const [id = ""] = await buyer.orderIds();
  const key = uuid();
  const first = await buyer.cancel(id, { key });
  expect(first).toMatchObject({ status: 409, error: { type: "ORDER_NOT_CANCELABLE", data: { orderId: id } } });
  hold.release();
  await placing;
  expect(await buyer.cancel(id, { key })).toEqual({ ...first, replayed: true });
  expect((await buyer.order(id)).status).toBe("COMPLETED");
  expect((await buyer.cancel(id)).status).toBe(200);
  expect(await buyer.cancel(id, { key })).toEqual({ ...first, replayed: true });
});

test("a refused refund is repeated and not tried again, also when it would be done now", async () => {
  const { buyer, id, key } = await placed("tok_refund_declined");
  const first = await buyer.cancel(id, { key });
  expect(first).toMatchObject({ status: 409, replayed: false, error: { type: "ORDER_NOT_CANCELABLE", data: { orderId: id } } });
  await providerGivesBack(shop);
  expect(await buyer.cancel(id, { key })).toEqual({ ...first, replayed: true });
  expect(await attemptsOf(id)).toBe(1);
  expect((await buyer.cancel(id, { key: uuid() })).status).toBe(200);
  expect(await buyer.cancel(id, { key })).toEqual({ ...first, replayed: true });
});

test("a 202 stays a 202 with its Location and the order as it was then, of whoever began it and whoever met it", async () => {
  const { buyer, id, key } = await placed("tok_refund_declined", hasty);
  const [second, later] = [uuid(), uuid()];
  const hold = new Hold();
  faults.next("payment.refund", hold.before);
  const first = await buyer.cancel(id, { key });
  expect(first).toMatchObject({ status: 202, replayed: false, location: `/api/v1/orders/${id}`, order: { status: "CANCELING" } });
  const met = await buyer.cancel(id, { key: second });
  expect(met).toEqual(first);
  const repeated = async () => [await buyer.cancel(id, { key }), await buyer.cancel(id, { key: second })];
  const expected = [first, first].map((answer) => ({ ...answer, replayed: true }));
  expect(await repeated()).toEqual(expected);

  hold.release();
  await buyer.reaches(id, "COMPLETED");
  expect(await repeated()).toEqual(expected);

  await providerGivesBack(hasty);
  const again = new Hold();
  faults.next("payment.refund", again.before);
  const next = await buyer.cancel(id, { key: later });
  expect(next).toMatchObject({ status: 202, order: { history: [{}, {}, {}, {}, { status: "CANCELING" }] } });
  expect(await repeated()).toEqual(expected);
  again.release();
  await buyer.reaches(id, "CANCELED");
  expect(await repeated()).toEqual(expected);
  expect(await buyer.cancel(id, { key: later })).toEqual({ ...next, replayed: true });
});

test("while the first request is worked on its key is in flight", async () => {
  const { buyer, id, key } = await placed();
  const hold = new Hold();
  faults.next("payment.refund", hold.before);
  const first = buyer.cancel(id, { key });
  await hold.reached;
  expect(await buyer.cancel(id, { key })).toMatchObject({ status: 409, replayed: false, error: { type: "IDEMPOTENCY_IN_FLIGHT" } });
  hold.release();
  expect((await first).status).toBe(200);
});

test("I1: a key that comes many times at once cancels once", async () => {
  const { buyer, productId, id, key } = await placed();
  const answers = await Promise.all(Array.from({ length: 8 }, () => buyer.cancel(id, { key })));
  for (const { status, error } of answers) expect(error?.type ?? status).toBe(status === 200 ? 200 : "IDEMPOTENCY_IN_FLIGHT");
  expect(answers.some(({ status }) => status === 200)).toBe(true);
  expect(await attemptsOf(id)).toBe(1);
  expect(await stockOf(shop, productId)).toBe(10);
});

test("a key with another body is refused, of any answer", async () => {
  const { buyer, id, key } = await placed();
  await buyer.cancel(id, { key });
  const other = await buyer.cancel(id, { key, reason: "why not" });
  expect(other).toMatchObject({ status: 422, replayed: false, error: { type: "IDEMPOTENCY_KEY_REUSED" } });
});

test("a key is one user's for one order, and compared to the last byte", async () => {
  const { buyer, id } = await placed();
  const other = await placed("tok_ok", shop, buyer);
  const [first, ...others] = [
    await buyer.cancel(id, { key: "key" }),
    await buyer.cancel(id, { key: "Key" }),
    await buyer.cancel(id, { key: "key " }),
    await buyer.cancel(id, { key: "key", by: { ...staff.caller, id: uuid() } }),
  ];
  expect(first?.status).toBe(200);
  expect(others.map(({ status, replayed }) => [status, replayed])).toEqual(others.map(() => [409, false]));
  expect(await buyer.cancel(other.id, { key: "key" })).toMatchObject({ status: 200, replayed: false });
});

test("that an order is unknown is not remembered", async () => {
  const { buyer, id, key } = await placed();
  const stranger = new Buyer(shop);
  expect(await stranger.cancel(id, { key })).toMatchObject({ status: 404, error: { type: "ORDER_NOT_FOUND" } });
  expect(await stranger.cancel(id, { key, reason: "another body" })).toMatchObject({ status: 404, error: { type: "ORDER_NOT_FOUND" } });
  expect((await buyer.cancel(id, { key })).status).toBe(200);
});
