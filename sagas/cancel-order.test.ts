/**
 * The saga on the real services: whatever befalls one of its calls, on the way there or back, at its end everything was given back once, or
 * the order is as it was.
 */
import { v7 as uuid } from "uuid";

import { readUnderWay, reconcile } from "../scripts/reconcile";
import { domainServices } from "../services";
import { Buyer, type Cart, stock, stockOf } from "../test/support/buyer";
import { testDialect } from "../test/support/database";
import { databaseOf } from "../test/support/database-of";
import { type Fault, Faults, Hold, neverArrives, replyLost, twice } from "../test/support/faults";
import { providerMakesUpItsMind, refundsOf } from "../test/support/provider";
import { startShop, type TestShop } from "../test/support/shop";
import { waitFor } from "../test/support/wait";

const faults = new Faults();
let shop: TestShop;
beforeAll(async () => {
  shop = await startShop({ only: Object.keys(domainServices), env: { ORDER_WAIT_MS: "30000" }, middlewares: [faults.middleware] });
});

const tail = ["product.restock", "coupon.giveBack", "point.giveBack"] as const;
const steps = ["payment.refund", ...tail] as const;

/** A first call and its repetitions. */
const always = (fault: Fault): Fault[] => Array.from({ length: 6 }, () => fault);

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

/** I1, I2, I8: what the participants and the payment provider hold of the order, and how often points came back. */
async function effects({ buyer, productId, userCouponId, id }: Prepared) {
  const [payment] = await databaseOf(shop, "payment").select<{ status: number }>("select status from payment where order_id = ?", [id]);
  const entries = await databaseOf(shop, "point").select("select id from point_history where order_id = ? and type = 3", [id]);
  const now = buyer.in(shop);
  return {
    order: (await now.order(id)).status,
    stock: await stockOf(shop, productId),
    balance: await now.balance(),
    pointsReturned: entries.length,
    coupon: await now.couponStatus(userCouponId),
    payment: payment?.status,
    refunded: (await refundsOf(shop, id)).filter(({ declined }) => declined === null).map(({ amount }) => amount),
  };
}

const everythingBackOnce = {
  order: "CANCELED",
  stock: 10,
  balance: 500,
  pointsReturned: 1,
  coupon: "AVAILABLE",
  payment: 5,
  refunded: [2300],
};
const asItWas = { order: "COMPLETED", stock: 7, balance: 100, pointsReturned: 0, coupon: "USED", payment: 2, refunded: [] };

const sagaOf = async (id: string, attempt = 1) =>
  (
    await databaseOf(shop, "order").select<{ state: number; undo_set: string | null }>(
      "select state, undo_set from saga_instance where type = 'cancel-order' and business_key = ?",
      [`${id}:${attempt}`],
    )
  )[0];

describe("I1: a reply that gets lost, or a message that comes twice: everything is given back once", () => {
  const what: [string, Fault][] = [
    ["the reply of", replyLost],
    ["twice", twice],
  ];
  test.each(what.flatMap(([name, fault]) => steps.map((action) => [name, action, fault] as const)))(
    "%s %s",
    async (_name, action, fault) => {
      const prepared = await prepare("tok_ok");
      faults.next(action, fault);
      expect(await prepared.buyer.cancel(prepared.id)).toMatchObject({ status: 200, order: { status: "CANCELED" } });
      expect(await effects(prepared)).toEqual(everythingBackOnce);
    },
    60_000,
  );
});

describe("I1: a message that comes again after the end does nothing", () => {
  test.each(steps)(
    "%s",
    async (action) => {
      const prepared = await prepare("tok_ok");
      let again: (() => Promise<unknown>) | undefined;
      faults.next(action, (call) => ((again = call), call()));
      await prepared.buyer.cancel(prepared.id);
      await again?.();
      expect(again).toBeDefined();
      expect(await effects(prepared)).toEqual(everythingBackOnce);
    },
    60_000,
  );
});

describe("I4: a participant is away: the saga goes on when it is back, and never turns round", () => {
  test.each(steps)(
    "%s",
    async (action) => {
      const prepared = await prepare("tok_ok");
      faults.next(action, ...always(neverArrives));
      expect(await prepared.buyer.cancel(prepared.id)).toMatchObject({ status: 200, order: { status: "CANCELED" } });
      expect(await effects(prepared)).toEqual(everythingBackOnce);
      expect(await sagaOf(prepared.id)).toEqual({ state: 4, undo_set: null });
    },
    60_000,
  );
});

describe("I2: a refund that is refused", () => {
  test.each<[string, string, Fault[]]>([
    ["at once", "payment.refund", []],
    ["with its reply lost", "payment.refund", [replyLost]],
    ["and refused again when it comes twice", "payment.refund", [twice]],
  ])(
    "%s: nothing is given back, and the order is as it was",
    async (_how, action, befalls) => {
      const prepared = await prepare("tok_refund_declined");
      faults.next(action, ...befalls);
      const refused = await prepared.buyer.cancel(prepared.id);
      expect(refused).toMatchObject({ status: 409, error: { type: "ORDER_NOT_CANCELABLE", data: { orderId: prepared.id } } });
      expect(await effects(prepared)).toEqual(asItWas);
    },
    60_000,
  );
});

describe("I4: a provider that can't tell at first is asked until it can; nothing else is given back before", () => {
  test.each<[string, Fault[]]>([
    ["", []],
    ["and the first answers to the question get lost", [replyLost, neverArrives]],
  ])(
    "%s",
    async (_what, befalls) => {
      const prepared = await prepare("tok_refund_timeout");
      faults.next("payment.refundOutcome", ...befalls);
      const canceling = prepared.buyer.cancel(prepared.id);
      await waitFor(async () => (await refundsOf(shop, prepared.id)).length > 0, { what: "the provider to be asked" });
      const { order, stock: left, balance, coupon } = await effects(prepared);
      expect({ order, left, balance, coupon }).toEqual({ order: "CANCELING", left: 7, balance: 100, coupon: "USED" });
      await providerMakesUpItsMind(shop);
      expect(await canceling).toMatchObject({ status: 200, order: { payment: { status: "REFUNDED" } } });
      expect(await effects(prepared)).toEqual(everythingBackOnce);
    },
    60_000,
  );
});

/** Without leases, so that a crash is over as soon as the next process starts. */
const embedded = testDialect === "sqlite" ? describe : describe.skip;

embedded("a crash, and the process comes back as a zombie after another one has finished its saga", () => {
  interface Crash {
    token: string;
    action: string;
    when: "before" | "after";
    /** What the order is at the end. */
    status: "CANCELED" | "COMPLETED";
    /** What happens before the next process is there. */
    meanwhile?: (prepared: Prepared) => Promise<unknown>;
  }

  /** Holds the first process at a call, lets a second one finish the saga, and then the first one go on. */
  async function crash({ token, action, when, status, meanwhile }: Crash) {
    const prepared = await prepare(token);
    const { buyer, id } = prepared;
    const hold = new Hold();
    faults.next(action, hold[when]);
    const key = uuid();
    const canceling = buyer.cancel(id, { key });
    await hold.reached;
    await meanwhile?.(prepared);
    const zombie = shop;
    shop = await zombie.again();
    await buyer.in(shop).reaches(id, status);
    const before = await effects(prepared);
    const asked = await buyer.in(shop).cancel(id, { key });
    hold.release();
    const told = await canceling;
    await zombie.stop();
    expect(asked).toEqual({ ...told, replayed: true });
    expect(await effects(prepared)).toEqual(before);
    return { before, told, id };
  }

  const cases = (actions: readonly string[]) => actions.flatMap((action) => [[action, "before"] as const, [action, "after"] as const]);
  const late = ({ id }: Prepared) =>
    databaseOf(shop, "order").transaction((tx) =>
      tx.execute("update saga_instance set deadline_at = 0 where type = 'cancel-order' and business_key = ?", [`${id}:1`]),
    );

  test.each(cases(steps))(
    "I1: at %s, %s it was carried out",
    async (action, when) => {
      const { before, told } = await crash({ token: "tok_ok", action, when, status: "CANCELED" });
      expect(before).toEqual(everythingBackOnce);
      expect(told).toMatchObject({ status: 200, order: { status: "CANCELED" } });
    },
    60_000,
  );

  test.each(["before", "after"] as const)(
    "I2: at payment.refund, %s it was refused",
    async (when) => {
      const { before, told } = await crash({ token: "tok_refund_declined", action: "payment.refund", when, status: "COMPLETED" });
      expect(before).toEqual(asItWas);
      expect(told).toMatchObject({ status: 409, error: { type: "ORDER_NOT_CANCELABLE" } });
    },
    60_000,
  );

  test("I2: past its deadline and before the refund was carried out: that is sealed, and comes to nothing when it arrives", async () => {
    const { before, told } = await crash({
      ...{ token: "tok_ok", action: "payment.refund", when: "before", status: "COMPLETED" },
      meanwhile: late,
    });
    expect(before).toEqual(asItWas);
    expect(told).toMatchObject({ status: 503, error: { type: "UNAVAILABLE" } });
  }, 60_000);

  test.each([
    ["after the refund was carried out", "payment.refund", "after"],
    ["before anything else is given back", "product.restock", "before"],
  ] as const)(
    "I4: past its deadline and %s: it goes forward",
    async (_what, action, when) => {
      const { before, told, id } = await crash({ token: "tok_ok", action, when, status: "CANCELED", meanwhile: late });
      expect(before).toEqual(everythingBackOnce);
      expect(told).toMatchObject({ status: 200, order: { status: "CANCELED" } });
      expect(await sagaOf(id)).toEqual({ state: 4, undo_set: null });
    },
    60_000,
  );

  test("I4: past its deadline while the provider can't tell: it is asked until it can, and goes forward", async () => {
    const { before, told } = await crash({
      ...{ token: "tok_refund_timeout", action: "payment.refund", when: "after", status: "CANCELED" },
      meanwhile: late,
    });
    expect(before).toEqual(everythingBackOnce);
    expect(told).toMatchObject({ status: 200, order: { status: "CANCELED" } });
  }, 60_000);
});

test("I8: after all of that stock, points, coupons and money are conserved", async () => {
  await shop.stop();
  shop = await shop.again(); // it reads what a zombie has told last
  await waitFor(async () => (await readUnderWay(shop.config)).length === 0, { what: "all events to be read", timeoutMs: 20_000 });
  await shop.stop();
  expect(await reconcile(shop.config)).toMatchObject({ violations: [], underWay: [] });
}, 60_000);
