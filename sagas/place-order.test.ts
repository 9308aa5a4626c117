/**
 * The saga on the real services: whatever befalls one of its calls, on the way there or back, at its end everything was taken once or
 * nothing was kept.
 */
import { v7 as uuid } from "uuid";

import { domainServices } from "../services";
import { type Answered, Buyer, type Cart, stock, stockOf } from "../test/support/buyer";
import { testDialect } from "../test/support/database";
import { databaseOf } from "../test/support/database-of";
import { type Fault, Faults, Hold, neverArrives, replyLost } from "../test/support/faults";
import { chargesOf, providerMakesUpItsMind } from "../test/support/provider";
import { startShop, type TestShop } from "../test/support/shop";
import { waitFor } from "../test/support/wait";

const faults = new Faults();
let shop: TestShop;
beforeAll(async () => {
  shop = await startShop({ only: Object.keys(domainServices), env: { ORDER_WAIT_MS: "15000" }, middlewares: [faults.middleware] });
});

const forwards = ["product.reserve", "coupon.use", "point.use", "payment.process"] as const;
const undos = ["product.release", "coupon.restore", "point.refund"] as const;

/** A first call and its repetitions. */
const always = (fault: Fault): Fault[] => Array.from({ length: 6 }, () => fault);

/** A buyer with an order that touches every participant: 3 of 10 pieces, a coupon, 400 of 500 points, the rest by card. */
async function prepare(token: string) {
  const buyer = await new Buyer(shop).charge(500);
  const productId = await stock(shop);
  const userCouponId = await buyer.coupon();
  const cart: Cart = { items: [{ productId, quantity: 3 }], userCouponId, points: 400, payment: { method: "CARD", token } };
  return { buyer, productId, userCouponId, cart };
}

type Prepared = Awaited<ReturnType<typeof prepare>>;

/** I1, I2, I8: what the participants and the payment provider hold of the order. */
async function effects({ buyer, productId, userCouponId }: Prepared, orderId: string) {
  const rows = await databaseOf(shop, "payment").select<{ status: number }>(
    "select status from payment where order_id = ? and status = 2",
    [orderId],
  );
  const now = buyer.in(shop);
  return {
    stock: await stockOf(shop, productId),
    balance: await now.balance(),
    coupon: await now.couponStatus(userCouponId),
    approved: rows.length,
    charged: (await chargesOf(shop, orderId)).filter(({ approved }) => approved).length,
  };
}

const everythingOnce = { stock: 7, balance: 100, coupon: "USED", approved: 1, charged: 1 };
const nothing = { stock: 10, balance: 500, coupon: "AVAILABLE", approved: 0, charged: 0 };

async function paymentStatus(orderId: string): Promise<string | undefined> {
  const [row] = await databaseOf(shop, "payment").select<{ id: string; user_id: string }>(
    "select id, user_id from payment where order_id = ?",
    [orderId],
  );
  if (!row) return undefined;
  return (await shop.broker.call<{ status: string }, object>("payment.read", { id: row.id, userId: row.user_id })).status;
}

const idOf = ({ order, error }: Answered) => order?.id ?? error?.data?.orderId ?? "";

async function ended(buyer: Buyer, orderId: string, status: string): Promise<void> {
  await waitFor(async () => (await buyer.in(shop).order(orderId)).status === status, {
    what: `order ${orderId} to be ${status}`,
    timeoutMs: 20_000,
  });
}

describe("I2: a step refuses: everything is given back", () => {
  /** Somebody is faster: an order that takes what the held one has seen in its quote. */
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

  test.each(faster)("%s, because somebody was faster: %s", async (action, type, beFaster, left) => {
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

  test("payment.process, because the card is declined", async () => {
    const prepared = await prepare("tok_declined");
    const placed = await prepared.buyer.place(prepared.cart);
    expect(placed).toMatchObject({ status: 402, error: { type: "PAYMENT_DECLINED" } });
    expect(await effects(prepared, idOf(placed))).toEqual(nothing);
  });
});

describe("I1: a reply that gets lost: everything is taken once", () => {
  test.each(forwards)("%s", async (action) => {
    const prepared = await prepare("tok_ok");
    faults.next(action, replyLost);
    const placed = await prepared.buyer.place(prepared.cart);
    expect(placed).toMatchObject({ status: 201 });
    expect(await effects(prepared, idOf(placed))).toEqual(everythingOnce);
  });
});

describe("a participant is away", () => {
  test.each(forwards.slice(0, 3))(
    "I2: %s: UNAVAILABLE, and everything is given back",
    async (action) => {
      const prepared = await prepare("tok_ok");
      faults.next(action, ...always(neverArrives));
      const placed = await prepared.buyer.place(prepared.cart);
      expect(placed).toMatchObject({ status: 503, error: { type: "UNAVAILABLE", data: { orderId: expect.any(String) } } });
      expect(await effects(prepared, idOf(placed))).toEqual(nothing);
    },
    20_000,
  );

  test("I4: payment.process: no number of lost calls compensates, it is asked until it answers", async () => {
    const prepared = await prepare("tok_ok");
    faults.next("payment.process", ...always(neverArrives));
    const placed = await prepared.buyer.place(prepared.cart);
    expect(placed).toMatchObject({ status: 201 });
    expect(await effects(prepared, idOf(placed))).toEqual(everythingOnce);
  }, 30_000);
});

describe("I2: an undo that fails at first is repeated: everything is given back once", () => {
  test.each(undos.flatMap((action) => [[action, "its call", neverArrives] as const, [action, "its reply", replyLost] as const]))(
    "%s: %s gets lost",
    async (action, _what, fault) => {
      const prepared = await prepare("tok_declined");
      faults.next(action, fault, fault);
      const placed = await prepared.buyer.place(prepared.cart);
      expect(placed).toMatchObject({ status: 402, error: { type: "PAYMENT_DECLINED" } });
      expect(await effects(prepared, idOf(placed))).toEqual(nothing);
    },
  );
});

describe("I4: a provider that can't tell at first is asked until it can", () => {
  test.each([
    ["tok_timeout", 201, everythingOnce],
    ["tok_lost", 402, nothing],
  ])(
    "%s: then the answer is %i",
    async (token, status, expected) => {
      const prepared = await prepare(token);
      const placing = prepared.buyer.place(prepared.cart);
      const orderId = await waitFor(async () => (await prepared.buyer.orderIds())[0]);
      await waitFor(async () => (await paymentStatus(orderId)) === "UNKNOWN");
      await providerMakesUpItsMind(shop);
      expect(await placing).toMatchObject({ status });
      expect(await effects(prepared, orderId)).toEqual(expected);
    },
    20_000,
  );
});

/** Without leases, so that a crash is over as soon as the next process starts. */
const embedded = testDialect === "sqlite" ? describe : describe.skip;

embedded("a crash, and the process comes back as a zombie after another one has finished its order", () => {
  const cases = (actions: readonly string[]) => actions.flatMap((action) => [[action, "before"] as const, [action, "after"] as const]);

  /** Holds the first process at a call, lets a second one finish the order, and then the first one go on. */
  async function crash(token: string, action: string, when: "before" | "after", status: string) {
    const prepared = await prepare(token);
    const hold = new Hold();
    faults.next(action, hold[when]);
    const key = uuid();
    const placing = prepared.buyer.place(prepared.cart, key);
    await hold.reached;
    const zombie = shop;
    shop = await zombie.again();
    const [orderId = ""] = await prepared.buyer.in(shop).orderIds();
    await ended(prepared.buyer, orderId, status);
    const before = await effects(prepared, orderId);
    const asked = await prepared.buyer.in(shop).place(prepared.cart, key);
    hold.release();
    const told = await placing;
    await zombie.stop();
    expect(asked).toEqual({ ...told, replayed: true });
    return { before, after: await effects(prepared, orderId), told };
  }

  test.each(cases(forwards))(
    "I1: at %s, %s it was carried out",
    async (action, when) => {
      const { before, after, told } = await crash("tok_ok", action, when, "COMPLETED");
      expect(before).toEqual(everythingOnce);
      expect(after).toEqual(everythingOnce);
      expect(told).toMatchObject({ status: 201, order: { status: "COMPLETED" } });
    },
    30_000,
  );

  test.each(cases([...forwards, ...undos]))(
    "I2: at %s, %s it was carried out, with a card that is declined",
    async (action, when) => {
      const { before, after, told } = await crash("tok_declined", action, when, "FAILED");
      expect(before).toEqual(nothing);
      expect(after).toEqual(nothing);
      expect(told).toMatchObject({ status: 402, error: { type: "PAYMENT_DECLINED" } });
    },
    30_000,
  );
});
