/**
 * What the customer hears of the saga, and what is given back: through the order service, on the real services. What faults do to the saga
 * itself is in `cancel-order.faults.test.ts`.
 */
import { v7 as uuid } from "uuid";

import { readUnderWay, reconcile } from "../scripts/reconcile";
import { domainServices } from "../services";
import { Buyer, type Cart, stock, stockOf } from "../test/support/buyer";
import { testDialect } from "../test/support/database";
import { databaseOf } from "../test/support/database-of";
import { Faults, Hold } from "../test/support/faults";
import { providerMakesUpItsMind, refundsOf } from "../test/support/provider";
import { startShop, type TestShop } from "../test/support/shop";
import { waitFor } from "../test/support/wait";

const faults = new Faults();
let shop: TestShop;
beforeAll(async () => {
  shop = await startShop({ only: Object.keys(domainServices), env: { ORDER_WAIT_MS: "30000" }, middlewares: [faults.middleware] });
});

/** A completed order that touches every participant: 3 of 10 pieces, a coupon, 400 of 500 points, the rest by card. */
async function prepare(token: string) {
  const buyer = await new Buyer(shop).charge(500);
  const productId = await stock(shop);
  const userCouponId = await buyer.coupon();
  const cart: Cart = { items: [{ productId, quantity: 3 }], userCouponId, points: 400, payment: { method: "CARD", token } };
  const { order } = await buyer.place(cart);
  return { buyer, productId, userCouponId, id: order!.id };
}

type Prepared = Awaited<ReturnType<typeof prepare>>;

/** I1, I2, I8: what the participants and the payment provider hold of the order. */
async function effects({ buyer, productId, userCouponId, id }: Prepared) {
  const [payment] = await databaseOf(shop, "payment").select<{ status: number }>("select status from payment where order_id = ?", [id]);
  const now = buyer.in(shop);
  return {
    order: (await now.order(id)).status,
    stock: await stockOf(shop, productId),
    balance: await now.balance(),
    coupon: await now.couponStatus(userCouponId),
    payment: payment?.status,
    refunded: (await refundsOf(shop, id)).filter(({ declined }) => declined === null).map(({ amount }) => amount),
  };
}

const everythingBackOnce = { order: "CANCELED", stock: 10, balance: 500, coupon: "AVAILABLE", payment: 5, refunded: [2300] };
const asItWas = { order: "COMPLETED", stock: 7, balance: 100, coupon: "USED", payment: 2, refunded: [] };

test("I2: a refund that is refused: nothing is given back, and the order is as it was", async () => {
  const prepared = await prepare("tok_refund_declined");
  const refused = await prepared.buyer.cancel(prepared.id);
  expect(refused).toMatchObject({ status: 409, error: { type: "ORDER_NOT_CANCELABLE", data: { orderId: prepared.id } } });
  expect(await effects(prepared)).toEqual(asItWas);
}, 60_000);

test("I4: while the provider can't tell, nothing else is given back", async () => {
  const prepared = await prepare("tok_refund_timeout");
  const canceling = prepared.buyer.cancel(prepared.id);
  await waitFor(async () => (await refundsOf(shop, prepared.id)).length > 0, { what: "the provider to be asked" });
  const { order, stock: left, balance, coupon } = await effects(prepared);
  expect({ order, left, balance, coupon }).toEqual({ order: "CANCELING", left: 7, balance: 100, coupon: "USED" });
  await providerMakesUpItsMind(shop);
  expect(await canceling).toMatchObject({ status: 200, order: { payment: { status: "REFUNDED" } } });
  expect(await effects(prepared)).toEqual(everythingBackOnce);
}, 60_000);

/** Without leases, so that a crash is over as soon as the next process starts. */
const embedded = testDialect === "sqlite" ? describe : describe.skip;

embedded("a process comes back as a zombie after another one has finished its cancellation: its customer and the key hear the same", () => {
  /** Past the deadline when the next process starts. */
  const late = ({ id }: Prepared) =>
    databaseOf(shop, "order").transaction((tx) =>
      tx.execute("update saga_instance set deadline_at = 0 where type = 'cancel-order' and business_key = ?", [`${id}:1`]),
    );

  test.each([
    ["I1", "tok_ok", "product.restock", undefined, { status: 200, order: { status: "CANCELED" } }, everythingBackOnce],
    ["I2", "tok_refund_declined", "payment.refund", undefined, { status: 409, error: { type: "ORDER_NOT_CANCELABLE" } }, asItWas],
    ["I2", "tok_ok", "payment.refund", late, { status: 503, error: { type: "UNAVAILABLE" } }, asItWas],
  ] as const)(
    "%s: %s, held before %s",
    async (_invariant, token, action, meanwhile, answer, left) => {
      const prepared = await prepare(token);
      const { buyer, id } = prepared;
      const hold = new Hold();
      faults.next(action, hold.before);
      const key = uuid();
      const canceling = buyer.cancel(id, { key });
      await hold.reached;
      await meanwhile?.(prepared);
      const zombie = shop;
      shop = await zombie.again();
      await buyer.in(shop).reaches(id, answer.status === 200 ? "CANCELED" : "COMPLETED");
      const asked = await buyer.in(shop).cancel(id, { key });
      hold.release();
      const told = await canceling;
      await zombie.stop();
      expect(told).toMatchObject(answer);
      expect(asked).toEqual({ ...told, replayed: true });
      expect(await effects(prepared)).toEqual(left);
    },
    60_000,
  );
});

test("I8: after all of that stock, points, coupons and money are conserved", async () => {
  await shop.stop();
  shop = await shop.again(); // it reads what a zombie has told last
  await waitFor(async () => (await readUnderWay(shop.config)).length === 0, { what: "all events to be read", timeoutMs: 20_000 });
  await shop.stop();
  expect(await reconcile(shop.config)).toMatchObject({ violations: [], underWay: [] });
}, 60_000);
