/** Orders whose sagas could not be finished: PENDING or CANCELING to their customers, until an operator says how they go on. */
import { v7 as uuid } from "uuid";

import { reconcile } from "../../scripts/reconcile";
import { removeEnded } from "../../mixins/saga/retention";
import { Buyer, type Cart, stock, stockOf } from "../../test/support/buyer";
import { databaseOf } from "../../test/support/database-of";
import { type Fault, Faults, neverArrives, replyLost } from "../../test/support/faults";
import { park } from "../../test/support/park";
import { quiet } from "../../test/support/quiet";
import { startShop, type TestShop } from "../../test/support/shop";
import { waitFor } from "../../test/support/wait";
import { domainServices } from "..";

jest.setTimeout(180_000);

const faults = new Faults();
const by = { who: "kim", why: "the payment service is back" };
let shop: TestShop;

beforeAll(async () => {
  shop = await startShop({ only: Object.keys(domainServices), env: { ORDER_WAIT_MS: "50" }, middlewares: [faults.middleware] });
});
afterEach(() => faults.mend());

const operate = (action: "Retry" | "Skip" | "Compensate", type: string, id: string, more: object = {}) =>
  shop.broker.call<{ state: string }, object>(`order.saga${action}`, { type, id, ...by, ...more });

/** An order whose payment is asked for with this fault, and whose outcome can't be told. */
async function parkedPlacing(process: Fault) {
  const buyer = await new Buyer(shop).charge(1_000);
  const userCouponId = await buyer.coupon();
  const productId = await stock(shop);
  faults.every("payment.process", process);
  faults.every("payment.outcome", neverArrives);
  const cart: Cart = { items: [{ productId, quantity: 3 }], userCouponId, points: 400, payment: { method: "CARD", token: "tok_ok" } };
  const key = uuid();
  const placing = await buyer.place(cart, key);
  expect(placing).toMatchObject({ status: 202, order: { status: "PENDING" } });
  const { id } = placing.order!;
  await park(shop, "place-order", id);
  expect(await buyer.order(id)).toMatchObject({ status: "PENDING" });
  const taken = async () => [await stockOf(shop, productId), await buyer.balance(), await buyer.couponStatus(userCouponId)];
  expect(await taken()).toEqual([7, 600, "USED"]);
  return { buyer, id, taken, again: () => buyer.place(cart, key) };
}

/** Nothing is under way, and every sum is right. */
async function sound() {
  await quiet(shop);
  expect(await reconcile(shop.config)).toMatchObject({ violations: [], underWay: [] });
}

describe("an order that could not be placed", () => {
  test("is listed as parked, and a recount says so", async () => {
    const { buyer, id } = await parkedPlacing(neverArrives);
    const found = await shop.broker.call<{ id: string }[], object>("order.sagaList", { state: "PARKED" });
    expect(found).toEqual([expect.objectContaining({ type: "place-order", id, state: "PARKED" })]);
    const { violations } = await reconcile(shop.config);
    expect(violations).toEqual([expect.objectContaining({ what: `saga place-order ${id}`, detail: "is parked" })]);
    faults.mend();
    await operate("Retry", "place-order", id);
    await buyer.reaches(id, "COMPLETED");
    await sound();
  });

  test("retry: it is completed, and its key still answers what it answered at first", async () => {
    const { buyer, id, taken, again } = await parkedPlacing(neverArrives);
    faults.mend();
    expect(await operate("Retry", "place-order", id)).toMatchObject({ state: "RUNNING" });
    await buyer.reaches(id, "COMPLETED");
    expect(await taken()).toEqual([7, 600, "USED"]);
    expect(await again()).toMatchObject({ status: 202, replayed: true, order: { id, status: "PENDING" } });
    await sound();
  });

  test("skip: it was paid for and nobody can tell, so the operator does", async () => {
    const { buyer, id, taken } = await parkedPlacing(replyLost);
    const [paid] = await databaseOf(shop, "payment").select<{ id: string }>("select id from payment where order_id = ?", [id]);
    const done = { step: "pay", result: { paymentId: paid!.id, status: "APPROVED" } };
    await expect(operate("Skip", "place-order", id, { step: "pay", result: {} })).rejects.toMatchObject({
      type: "SAGA_RESULT_INVALID",
      code: 422,
    });
    await expect(operate("Skip", "place-order", id, { ...done, step: "reserveStock" })).rejects.toMatchObject({
      type: "SAGA_STEP_NOT_SKIPPABLE",
    });
    await operate("Skip", "place-order", id, done);
    expect(await buyer.reaches(id, "COMPLETED")).toMatchObject({ payment: { id: paid!.id } });
    expect(await taken()).toEqual([7, 600, "USED"]);
    faults.mend();
    await sound();
  });

  test("I2: compensate: the payment is sealed and everything comes back; the customer is told that the shop was away", async () => {
    const { buyer, id, taken } = await parkedPlacing(neverArrives);
    faults.mend();
    await operate("Compensate", "place-order", id);
    expect(await buyer.reaches(id, "FAILED")).toMatchObject({ failure: { code: "UNAVAILABLE" } });
    expect(await taken()).toEqual([10, 1_000, "AVAILABLE"]);
    await sound();
  });

  test("I4: compensate: an order that turns out to be paid is completed", async () => {
    const { buyer, id, taken } = await parkedPlacing(replyLost);
    faults.mend();
    await operate("Compensate", "place-order", id);
    await buyer.reaches(id, "COMPLETED");
    expect(await taken()).toEqual([7, 600, "USED"]);
    await sound();
  });

  test("what its customer pays with is shown to nobody", async () => {
    const { buyer, id } = await parkedPlacing(neverArrives);
    const shown = await shop.broker.call("order.sagaShow", { type: "place-order", id });
    expect(shown).toMatchObject({ id, input: { orderId: id, payment: { method: "CARD" } }, trail: expect.any(Array) });
    expect(JSON.stringify(shown)).not.toContain("tok_");
    faults.mend();
    await operate("Compensate", "place-order", id);
    await buyer.reaches(id, "FAILED");
  });
});

const most = Number.MAX_SAFE_INTEGER;

test("I8: points that no longer fit into a balance park the cancellation, and come back when there is room again", async () => {
  const buyer = await new Buyer(shop).charge(1_000);
  const productId = await stock(shop);
  const cart: Cart = { items: [{ productId, quantity: 1 }], points: 400, payment: { method: "CARD", token: "tok_ok" } };
  const { id } = (await buyer.place(cart)).order!;
  await buyer.reaches(id, "COMPLETED");
  await buyer.charge(most - 600);
  expect(await buyer.balance()).toBe(most);
  expect(await buyer.cancel(id)).toMatchObject({ status: 202, order: { status: "CANCELING" } });
  const saga = await park(shop, "cancel-order", id);
  expect(await buyer.order(id)).toMatchObject({ status: "CANCELING" });
  await expect(operate("Compensate", "cancel-order", saga)).rejects.toMatchObject({ type: "SAGA_PIVOT_DONE", code: 409 });
  expect((await buyer.place({ items: [{ productId, quantity: 1 }], payment: { method: "POINT" } })).order).toBeDefined();
  await waitFor(async () => (await buyer.balance()) === most - 1_000, { what: "the points to be spent" });
  await operate("Retry", "cancel-order", saga);
  await buyer.reaches(id, "CANCELED");
  expect(await buyer.balance()).toBe(most - 600);
  await sound();
});

test("nothing misses a saga that was cleaned away: keys answer, orders are cancelled, a recount agrees", async () => {
  const buyer = await new Buyer(shop).charge(1_000);
  const productId = await stock(shop);
  const cart: Cart = { items: [{ productId, quantity: 1 }], points: 400, payment: { method: "CASH" } };
  const [key, cancelKey] = [uuid(), uuid()];
  const { id } = (await buyer.place(cart, key)).order!;
  const refused = uuid();
  const declined: Cart = { items: [{ productId, quantity: 1 }], payment: { method: "CARD", token: "tok_declined" } };
  await buyer.place(declined, refused);
  await buyer.reaches(id, "COMPLETED");
  const clean = async () => {
    await quiet(shop);
    const db = databaseOf(shop, "order");
    while ((await removeEnded(db, Date.now() + 1, 100)) > 0);
    expect(await db.select("select 1 from saga_instance union all select 1 from saga_step")).toEqual([]);
  };
  await clean();
  expect(await buyer.place(cart, key)).toMatchObject({ replayed: true, order: { id } });
  expect(await buyer.place(declined, refused)).toMatchObject({ replayed: true });
  await buyer.cancel(id, { key: cancelKey });
  await buyer.reaches(id, "CANCELED");
  await clean();
  expect(await buyer.cancel(id, { key: cancelKey })).toMatchObject({ replayed: true, order: { id } });
  expect(await buyer.balance()).toBe(1_000);
  await sound();
});
