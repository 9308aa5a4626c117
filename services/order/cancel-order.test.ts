import { v7 as uuid } from "uuid";

import { Buyer, type Cart, staff, stock, stockOf } from "../../test/support/buyer";
import { databaseOf } from "../../test/support/database-of";
import { recordEvents, type Told } from "../../test/support/events";
import { Faults, Hold } from "../../test/support/faults";
import { refundsOf } from "../../test/support/provider";
import { startShop, type TestShop } from "../../test/support/shop";
import { waitFor } from "../../test/support/wait";
import { domainServices } from "..";
import { type OrderStatus } from "./order";
import { orderView } from "./order.contract";

const faults = new Faults();
let shop: TestShop;
let told: Told[];
beforeAll(async () => {
  shop = await startShop({ only: Object.keys(domainServices), env: { ORDER_WAIT_MS: "20000" }, middlewares: [faults.middleware] });
  told = await recordEvents(shop, "commerce.order.v1");
});

const card = (token: string): Cart["payment"] => ({ method: "CARD", token });

/** A completed order of 3 of 10 pieces. */
async function placed(payment: Cart["payment"], rest: Partial<Cart> = {}, buyer = new Buyer(shop)) {
  const productId = await stock(shop);
  const { order } = await buyer.place({ items: [{ productId, quantity: 3 }], payment, ...rest });
  return { buyer, productId, id: order!.id, order: order! };
}

/** What was told of an order, from when it began to be cancelled until it was told for the given time what ends that. */
async function toldOf(id: string, last: string, times = 1) {
  const ofOrder = () => told.filter(({ key }) => key === id);
  await waitFor(() => ofOrder().filter(({ type }) => type === `order.${last}`).length === times, { what: `order.${last}` });
  return ofOrder().slice(2);
}

const statusesOf = ({ history }: { history: { status: OrderStatus }[] }) => history.map(({ status }) => status);
const rowsOf = (id: string) =>
  databaseOf(shop, "order").select<{ attempt: number | null; answer_status: number }>(
    "select attempt, answer_status from order_cancellation where order_id = ? order by id",
    [id],
  );

describe("an order that can be cancelled", () => {
  test("I1: everything comes back once, and it is told", async () => {
    const buyer = await new Buyer(shop).charge(500);
    const userCouponId = await buyer.coupon();
    const { productId, id, order } = await placed(card("tok_ok"), { userCouponId, points: 400 }, buyer);
    const canceled = await buyer.cancel(id, { reason: "changed my mind" });
    expect(canceled).toEqual({ status: 200, replayed: false, order: await buyer.order(id) });
    expect(orderView.parse(canceled.order)).toEqual(canceled.order);
    expect(canceled.order).toEqual({
      ...order,
      status: "CANCELED",
      payment: { ...order.payment, status: "REFUNDED" },
      history: [...order.history, { status: "CANCELING", at: expect.any(String) }, { status: "CANCELED", at: canceled.order?.updatedAt }],
      updatedAt: expect.any(String),
    });
    expect(await stockOf(shop, productId)).toBe(10);
    expect(await buyer.balance()).toBe(500);
    expect(await buyer.couponStatus(userCouponId)).toBe("AVAILABLE");
    expect(await refundsOf(shop, id)).toEqual([{ amount: 2300, declined: null }]);

    const facts = { orderId: id, userId: buyer.id, items: order.items, amounts: order.amounts, userCouponId, placedAt: order.createdAt };
    const [, , canceling, end] = canceled.order!.history;
    expect(await toldOf(id, "canceled")).toMatchObject([
      { type: "order.cancelRequested", data: { ...facts, payment: order.payment, reason: "changed my mind", at: canceling?.at } },
      { type: "order.canceled", data: { ...facts, payment: canceled.order?.payment, reason: "changed my mind", at: end?.at } },
    ]);
  });

  test("what was paid in points comes back as points, with those that were used", async () => {
    const { buyer, id } = await placed({ method: "POINT" }, { points: 1000 }, await new Buyer(shop).charge(3500));
    expect(await buyer.balance()).toBe(500);
    expect((await buyer.cancel(id)).order).toMatchObject({ status: "CANCELED", payment: { status: "REFUNDED" } });
    expect(await buyer.balance()).toBe(3500);
  });

  test("cash was never taken: its payment is CANCELED", async () => {
    const { buyer, productId, id } = await placed({ method: "CASH" });
    expect((await buyer.cancel(id)).order).toMatchObject({ status: "CANCELED", payment: { method: "CASH", status: "CANCELED" } });
    expect(await stockOf(shop, productId)).toBe(10);
  });

  test("staff may cancel everybody's", async () => {
    const { buyer, id, order } = await placed({ method: "CASH" });
    expect(await buyer.cancel(id, { by: staff.caller })).toMatchObject({ status: 200, order: { status: "CANCELED" } });
    const [asked] = await toldOf(id, "canceled");
    expect(asked?.data).toMatchObject({ userId: buyer.id, orderId: order.id });
  });
});

describe("an order that can't be cancelled", () => {
  test("one that is PENDING, FAILED or CANCELED says why, and nothing is begun", async () => {
    const buyer = new Buyer(shop);
    const hold = new Hold();
    faults.next("payment.process", hold.before);
    const placing = placed({ method: "CASH" }, {}, buyer);
    await hold.reached;
    const [pending = ""] = await buyer.orderIds();
    const failed = (await buyer.place({ items: [{ productId: await stock(shop), quantity: 11 }], payment: { method: "CASH" } })).error;
    const canceled = await placed({ method: "CASH" }, {}, buyer);
    await buyer.cancel(canceled.id);
    const ids = [pending, failed!.data!.orderId!, canceled.id];
    const answers = [];
    for (const id of ids) answers.push((await buyer.cancel(id)).error);
    expect(answers).toMatchObject(ids.map((orderId) => ({ type: "ORDER_NOT_CANCELABLE", data: { orderId } })));
    expect(answers.map((error) => error?.message)).toEqual([
      expect.stringContaining("not completed"),
      expect.stringContaining("failed"),
      expect.stringContaining("already"),
    ]);
    expect((await Promise.all(ids.map(rowsOf))).map(({ length }) => length)).toEqual([0, 0, 1]);
    hold.release();
    expect(statusesOf((await placing).order)).toEqual(["PENDING", "COMPLETED"]);
  });

  test("somebody else's, and one that nobody has, are unknown", async () => {
    const { buyer, id } = await placed({ method: "CASH" });
    const unknown = { status: 404, error: { type: "ORDER_NOT_FOUND" } };
    expect(await new Buyer(shop).cancel(id, { key: uuid() })).toMatchObject(unknown);
    expect(await buyer.cancel(uuid(), { key: uuid() })).toMatchObject(unknown);
    expect(await buyer.cancel(uuid(), { by: staff.caller })).toMatchObject(unknown);
    expect(await rowsOf(id)).toEqual([]);
    expect((await buyer.order(id)).status).toBe("COMPLETED");
  });

  test("I2: a refund that is refused leaves it as it was, and can be tried again", async () => {
    const buyer = await new Buyer(shop).charge(500);
    const userCouponId = await buyer.coupon();
    const { productId, id, order } = await placed(card("tok_refund_declined"), { userCouponId, points: 400 }, buyer);
    for (const attempt of [1, 2]) {
      const refused = await buyer.cancel(id);
      expect(refused).toMatchObject({ status: 409, error: { type: "ORDER_NOT_CANCELABLE", data: { orderId: id } } });
      const { history, updatedAt, ...same } = await buyer.order(id);
      expect({ ...same, history: history.slice(0, 2) }).toEqual({ ...order, updatedAt: undefined });
      expect(statusesOf({ history }).slice(2)).toEqual(Array.from({ length: attempt }, () => ["CANCELING", "COMPLETED"]).flat());
      expect(updatedAt).toBe(history.at(-1)?.at);
      const [requested, restored] = (await toldOf(id, "cancelRefused", attempt)).slice(-2);
      expect(requested).toMatchObject({ type: "order.cancelRequested", data: { payment: order.payment } });
      const failure = { code: "ORDER_NOT_CANCELABLE", detail: refused.error?.message };
      expect(restored).toMatchObject({ data: { payment: order.payment, failure, at: updatedAt, placedAt: order.createdAt } });
    }
    expect(await stockOf(shop, productId)).toBe(7);
    expect(await buyer.balance()).toBe(100);
    expect(await buyer.couponStatus(userCouponId)).toBe("USED");
    expect(await rowsOf(id)).toEqual([
      { attempt: 1, answer_status: 409 },
      { attempt: 2, answer_status: 409 },
    ]);
  });

  test("I2: when the refund can never happen because it was sealed, it is as it was, UNAVAILABLE, and can be tried again", async () => {
    const { buyer, productId, id } = await placed({ method: "CASH" });
    await sealRefund(id, 1);
    expect(await buyer.cancel(id)).toMatchObject({ status: 503, error: { type: "UNAVAILABLE", data: { orderId: id } } });
    expect(await buyer.order(id)).toMatchObject({ status: "COMPLETED", payment: { status: "APPROVED" } });
    expect((await toldOf(id, "cancelRefused")).at(-1)).toMatchObject({ data: { failure: { code: "UNAVAILABLE" } } });
    expect(await stockOf(shop, productId)).toBe(7);
    expect(await buyer.cancel(id)).toMatchObject({ status: 200, order: { status: "CANCELED" } });
    expect(await stockOf(shop, productId)).toBe(10);
  });
});

/** As an owner does that took the saga over and is late. */
async function sealRefund(id: string, attempt: number): Promise<void> {
  const key = { saga: "cancel-order", id: `${id}:${attempt}`, step: "refund" };
  await shop.broker.call("payment.refundOutcome", { calls: [{ ...key, seal: true }] });
}

describe("several requests for one order", () => {
  test("one that comes while it is CANCELING is told so: 202 with the order's Location", async () => {
    const { buyer, id } = await placed({ method: "CASH" });
    const hold = new Hold();
    faults.next("payment.refund", hold.before);
    const first = buyer.cancel(id);
    await hold.reached;
    const second = await buyer.cancel(id, { reason: "and quickly" });
    expect(second).toEqual({ status: 202, replayed: false, location: `/api/v1/orders/${id}`, order: await buyer.order(id) });
    expect(second.order).toMatchObject({ status: "CANCELING", payment: { status: "APPROVED" } });
    hold.release();
    expect(await first).toMatchObject({ status: 200, order: { status: "CANCELED" } });
    expect((await buyer.cancel(id)).error?.type).toBe("ORDER_NOT_CANCELABLE");
  });

  test("I1: of many at once one cancels it, with keys and without; the others meet what it does", async () => {
    const { buyer, productId, id } = await placed(card("tok_ok"), { points: 400 }, await new Buyer(shop).charge(500));
    const keys = Array.from({ length: 12 }, (_, n) => (n % 2 ? uuid() : undefined));
    const answers = await Promise.all(keys.map((key) => buyer.cancel(id, { key })));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect([200, 202, 409]).toEqual(expect.arrayContaining(answers.map(({ status }) => status)));
    expect(statusesOf(await buyer.order(id))).toEqual(["PENDING", "COMPLETED", "CANCELING", "CANCELED"]);
    expect((await rowsOf(id)).filter(({ attempt }) => attempt !== null)).toEqual([{ attempt: 1, answer_status: 200 }]);
    expect(await stockOf(shop, productId)).toBe(10);
    expect(await buyer.balance()).toBe(500);
    expect(await refundsOf(shop, id)).toHaveLength(1);
  });

  test("I8: orders of one product that are cancelled at once give back all of its stock", async () => {
    const productId = await stock(shop, { price: 10, stock: 30 });
    const buyers = await Promise.all(Array.from({ length: 30 }, () => new Buyer(shop).charge(10)));
    const cart: Cart = { items: [{ productId, quantity: 1 }], payment: { method: "POINT" } };
    const orders = await Promise.all(buyers.map((buyer) => buyer.place(cart)));
    expect(await stockOf(shop, productId)).toBe(0);
    const canceled = await Promise.all(buyers.map((buyer, n) => buyer.cancel(orders[n]!.order!.id)));
    expect(canceled.map(({ status }) => status)).toEqual(buyers.map(() => 200));
    expect(await stockOf(shop, productId)).toBe(30);
    expect(await Promise.all(buyers.map((buyer) => buyer.balance()))).toEqual(buyers.map(() => 10));
  }, 60_000);
});
