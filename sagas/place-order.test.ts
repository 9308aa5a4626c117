/**
 * What the customer hears of the saga, and what is kept from him or taken: through the order service, on the real services. What faults do
 * to the saga itself is in `place-order.faults.test.ts`.
 */
import { v7 as uuid } from "uuid";

import { domainServices } from "../services";
import { type Answered, Buyer, type Cart, stock, stockOf } from "../test/support/buyer";
import { testDialect } from "../test/support/database";
import { databaseOf } from "../test/support/database-of";
import { Faults, Hold, neverArrives } from "../test/support/faults";
import { chargesOf } from "../test/support/provider";
import { startShop, type TestShop } from "../test/support/shop";

const faults = new Faults();
let shop: TestShop;
beforeAll(async () => {
  shop = await startShop({ only: Object.keys(domainServices), env: { ORDER_WAIT_MS: "20000" }, middlewares: [faults.middleware] });
});
afterEach(() => faults.mend());

/** A buyer with an order that touches every participant: 3 of 10 pieces, on two lines, a coupon, 400 of 500 points, the rest by card. */
async function prepare(token: string) {
  const buyer = await new Buyer(shop).charge(500);
  const productId = await stock(shop);
  const userCouponId = await buyer.coupon();
  const items = [
    { productId, quantity: 2 },
    { productId, quantity: 1 },
  ];
  const cart: Cart = { items, userCouponId, points: 400, payment: { method: "CARD", token } };
  return { buyer, productId, userCouponId, cart };
}

type Prepared = Awaited<ReturnType<typeof prepare>>;

/** I1, I2, I8: what the participants and the payment provider hold of the order. */
async function effects({ buyer, productId, userCouponId }: Prepared, orderId: string) {
  const approved = await databaseOf(shop, "payment").select("select id from payment where order_id = ? and status = 2", [orderId]);
  const now = buyer.in(shop);
  return {
    stock: await stockOf(shop, productId),
    balance: await now.balance(),
    coupon: await now.couponStatus(userCouponId),
    approved: approved.length,
    charged: (await chargesOf(shop, orderId)).filter((charge) => charge.approved).length,
  };
}

const everythingOnce = { stock: 7, balance: 100, coupon: "USED", approved: 1, charged: 1 };
const nothing = { stock: 10, balance: 500, coupon: "AVAILABLE", approved: 0, charged: 0 };

const idOf = ({ order, error }: Answered) => order?.id ?? error?.data?.orderId ?? "";

describe("I2: a step refuses, because somebody was faster: the customer hears which, and everything is given back", () => {
  /** What the faster one takes of that which the held order has seen in its quote. */
  const faster: [string, string, (held: Prepared) => Promise<Answered>, object][] = [
    [
      "product.reserve",
      "PRODUCT_OUT_OF_STOCK",
      ({ productId }) => new Buyer(shop).place({ items: [{ productId, quantity: 8 }], payment: { method: "CASH" } }),
      { ...nothing, stock: 2 },
    ],
    [
      "coupon.use",
      "COUPON_NOT_USABLE",
      ({ buyer, cart, userCouponId }) => buyer.place({ items: cart.items, userCouponId, payment: { method: "CASH" } }),
      { ...nothing, stock: 7, coupon: "USED" },
    ],
    [
      "point.use",
      "POINT_INSUFFICIENT",
      ({ buyer, cart }) => buyer.place({ items: cart.items, points: 200, payment: { method: "CASH" } }),
      { ...nothing, stock: 7, balance: 300 },
    ],
  ];

  test.each(faster)("%s: %s", async (action, type, beFaster, left) => {
    const prepared = await prepare("tok_ok");
    const hold = new Hold();
    faults.next(action, hold.before);
    const placing = prepared.buyer.place(prepared.cart);
    await hold.reached;
    expect(await beFaster(prepared)).toMatchObject({ status: 201 });
    hold.release();
    const placed = await placing;
    expect(placed).toMatchObject({ error: { type, data: { orderId: expect.any(String) } } });
    expect(await effects(prepared, idOf(placed))).toEqual(left);
  });
});

test("I2, I8: an order with one product on two lines is refused, and sent three times again with its key: the same answer, and nothing more is taken or given", async () => {
  const prepared = await prepare("tok_declined");
  const { buyer, cart } = prepared;
  const key = uuid();
  const first = await buyer.place(cart, key);
  expect(first).toMatchObject({ status: 402, error: { type: "PAYMENT_DECLINED" } });
  for (let again = 1; again <= 3; again++) expect(await buyer.place(cart, key)).toEqual({ ...first, replayed: true });
  expect(await buyer.orderIds()).toEqual([idOf(first)]);
  expect(await effects(prepared, idOf(first))).toEqual(nothing);
});

test("I2: a participant that stays away: 503 UNAVAILABLE, and everything is given back", async () => {
  const prepared = await prepare("tok_ok");
  faults.every("coupon.use", neverArrives);
  const placed = await prepared.buyer.place(prepared.cart);
  expect(placed).toMatchObject({ status: 503, error: { type: "UNAVAILABLE", data: { orderId: expect.any(String) } } });
  expect(await effects(prepared, idOf(placed))).toEqual(nothing);
}, 30_000);

/** Without leases, so that a crash is over as soon as the next process starts. */
const embedded = testDialect === "sqlite" ? describe : describe.skip;

embedded("a process comes back as a zombie after another one has finished its order: its customer and the key hear the same", () => {
  test.each([
    ["I1", "tok_ok", "product.reserve", "before", { status: 201, order: { status: "COMPLETED" } }, everythingOnce],
    ["I2", "tok_declined", "payment.process", "after", { status: 402, error: { type: "PAYMENT_DECLINED" } }, nothing],
  ] as const)(
    "%s: %s, held at %s, %s it was carried out",
    async (_invariant, token, action, when, answer, left) => {
      const prepared = await prepare(token);
      const { buyer, cart } = prepared;
      const hold = new Hold();
      faults.next(action, hold[when]);
      const key = uuid();
      const placing = buyer.place(cart, key);
      await hold.reached;
      const zombie = shop;
      shop = await zombie.again();
      const [orderId = ""] = await buyer.in(shop).orderIds();
      await buyer.in(shop).reaches(orderId, answer.status === 201 ? "COMPLETED" : "FAILED");
      const asked = await buyer.in(shop).place(cart, key);
      hold.release();
      const told = await placing;
      await zombie.stop();
      expect(told).toMatchObject(answer);
      expect(asked).toEqual({ ...told, replayed: true });
      expect(await effects(prepared, orderId)).toEqual(left);
    },
    30_000,
  );
});
