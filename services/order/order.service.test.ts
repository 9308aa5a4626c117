import { v7 as uuid } from "uuid";

import { Buyer, type Cart, staff, stock, stockOf } from "../../test/support/buyer";
import { databaseOf } from "../../test/support/database-of";
import { recordEvents, type Told } from "../../test/support/events";
import { startShop, type TestShop } from "../../test/support/shop";
import { waitFor } from "../../test/support/wait";
import { domainServices } from "..";
import { orderView } from "./order.contract";

let shop: TestShop;
let told: Told[];
beforeAll(async () => {
  shop = await startShop({ only: Object.keys(domainServices) });
  told = await recordEvents(shop, "commerce.order.v1");
});

const toldOf = (orderId: string | undefined) => told.filter(({ key }) => key === orderId).map(({ type }) => type);
const cart = (productId: string, quantity = 1, rest: Partial<Cart> = {}): Cart => ({
  items: [{ productId, quantity }],
  payment: { method: "CASH" },
  ...rest,
});
const sagasOf = async (orderId: string) =>
  (await databaseOf(shop, "order").select("select business_key from saga_instance where business_key = ?", [orderId])).length;
const ordersOf = async (userId: string) =>
  (await databaseOf(shop, "order").select<{ id: string }>("select id from orders where user_id = ?", [userId])).length;

describe("an order that can be placed", () => {
  test("I1: with coupon and points, paid by card: everything is taken once, and told", async () => {
    const buyer = await new Buyer(shop).charge(500);
    const [mug, tea] = [await stock(shop, { price: 1000 }), await stock(shop, { price: 350 })];
    const userCouponId = await buyer.coupon();
    const placed = await buyer.place({
      items: [
        { productId: mug, quantity: 1 },
        { productId: tea, quantity: 1 },
        { productId: mug, quantity: 2 },
      ],
      userCouponId,
      points: 400,
      payment: { method: "CARD", token: "tok_ok" },
    });
    expect(placed).toMatchObject({ status: 201, replayed: false, location: `/api/v1/orders/${placed.order?.id}` });
    expect(orderView.parse(placed.order)).toEqual(placed.order);
    expect(placed.order).toMatchObject({
      status: "COMPLETED",
      items: [
        { productId: mug, unitPrice: 1000, quantity: 3, lineTotal: 3000 },
        { productId: tea, unitPrice: 350, quantity: 1, lineTotal: 350 },
      ],
      amounts: { subtotal: 3350, discount: 300, pointsUsed: 400, paid: 2650, currency: "KRW" },
      payment: { method: "CARD", status: "APPROVED", id: expect.any(String) },
      userCouponId,
      history: [{ status: "PENDING" }, { status: "COMPLETED" }],
    });
    expect(await stockOf(shop, mug)).toBe(7);
    expect(await stockOf(shop, tea)).toBe(9);
    expect(await buyer.balance()).toBe(100);
    expect(await buyer.couponStatus(userCouponId)).toBe("USED");
    const orderId = placed.order?.id;
    await waitFor(() => toldOf(orderId).length >= 2);
    expect(toldOf(orderId)).toEqual(["order.placed", "order.completed"]);
  });

  test("POINT takes points and the rest from one balance, and the payment records the rest", async () => {
    const buyer = await new Buyer(shop).charge(1000);
    const placed = await buyer.place(cart(await stock(shop), 1, { points: 200, payment: { method: "POINT" } }));
    expect(placed.order).toMatchObject({ status: "COMPLETED", amounts: { pointsUsed: 200, paid: 800 } });
    expect(await buyer.balance()).toBe(0);
    const { id } = placed.order!.payment;
    expect(await shop.broker.call("payment.read", { id, userId: buyer.id })).toMatchObject({
      amount: 800,
      method: "POINT",
      status: "APPROVED",
    });
  });

  test("nothing left to pay: approved over 0, whatever the card", async () => {
    const buyer = await new Buyer(shop).charge(1000);
    const placed = await buyer.place(cart(await stock(shop), 1, { points: 1000, payment: { method: "CARD", token: "tok_declined" } }));
    expect(placed.order).toMatchObject({ status: "COMPLETED", amounts: { paid: 0 }, payment: { status: "APPROVED" } });
  });

  test("the answer is what a read shows", async () => {
    const buyer = new Buyer(shop);
    const { order } = await buyer.place(cart(await stock(shop)));
    expect(await buyer.order(order!.id)).toEqual(order);
  });
});

describe("an order that the quote refuses", () => {
  test.each([
    ["too little stock", 409, "PRODUCT_OUT_OF_STOCK", { quantity: 11 }],
    ["too few points", 402, "POINT_INSUFFICIENT", { points: 1 }],
    ["too few points to pay with", 402, "POINT_INSUFFICIENT", { payment: { method: "POINT" as const } }],
  ])(
    "%s: FAILED at once, told, with no saga (I2)",
    async (_what, status, type, { quantity = 1, ...rest }: { quantity?: number } & Partial<Cart>) => {
      const buyer = new Buyer(shop);
      const productId = await stock(shop);
      const refused = await buyer.place(cart(productId, quantity, rest));
      expect(refused).toMatchObject({ status, error: { type } });
      const orderId = refused.error!.data!.orderId!;
      expect(await buyer.order(orderId)).toMatchObject({
        status: "FAILED",
        failure: { code: type },
        history: [{ status: "PENDING" }, { status: "FAILED" }],
        payment: { method: rest.payment?.method ?? "CASH" },
      });
      expect(await sagasOf(orderId)).toBe(0);
      expect(await stockOf(shop, productId)).toBe(10);
      await waitFor(() => toldOf(orderId).length > 0);
      expect(toldOf(orderId)).toEqual(["order.failed"]);
    },
  );

  test("a coupon that was used already", async () => {
    const buyer = new Buyer(shop);
    const productId = await stock(shop);
    const userCouponId = await buyer.coupon();
    expect((await buyer.place(cart(productId, 1, { userCouponId }))).status).toBe(201);
    const refused = await buyer.place(cart(productId, 1, { userCouponId }));
    expect(refused).toMatchObject({ status: 409, error: { type: "COUPON_NOT_USABLE", data: { orderId: expect.any(String) } } });
    expect(await stockOf(shop, productId)).toBe(9);
  });

  test("the first reason in the saga's order is told: stock before coupon before points", async () => {
    const buyer = new Buyer(shop);
    const userCouponId = await buyer.coupon({ minOrderAmount: 1_000_000 });
    const [scarce, plenty] = [await stock(shop, { stock: 0 }), await stock(shop)];
    const everything = { userCouponId, points: 1 };
    expect((await buyer.place(cart(scarce, 1, everything))).error?.type).toBe("PRODUCT_OUT_OF_STOCK");
    expect((await buyer.place(cart(plenty, 1, everything))).error?.type).toBe("COUPON_NOT_USABLE");
  });
});

describe("an order that a step refuses", () => {
  test("I2: a declined card gives everything back", async () => {
    const buyer = await new Buyer(shop).charge(500);
    const productId = await stock(shop);
    const userCouponId = await buyer.coupon();
    const refused = await buyer.place(
      cart(productId, 3, { userCouponId, points: 500, payment: { method: "CARD", token: "tok_declined" } }),
    );
    expect(refused).toMatchObject({ status: 402, error: { type: "PAYMENT_DECLINED" } });
    const orderId = refused.error!.data!.orderId!;
    expect(await stockOf(shop, productId)).toBe(10);
    expect(await buyer.balance()).toBe(500);
    expect(await buyer.couponStatus(userCouponId)).toBe("AVAILABLE");
    await waitFor(() => toldOf(orderId).length >= 2);
    expect(toldOf(orderId)).toEqual(["order.placed", "order.failed"]);
    await waitFor(async () => (await buyer.order(orderId)).payment.status === "FAILED", { what: "the payment's news" });
    expect(await buyer.order(orderId)).toMatchObject({ status: "FAILED", failure: { code: "PAYMENT_DECLINED" } });
  });

  test("I8: 200 buyers of one product with stock 50: exactly 50 get it, the points of 50 are taken", async () => {
    const productId = await stock(shop, { price: 10, stock: 50 });
    const buyers = await Promise.all(Array.from({ length: 200 }, () => new Buyer(shop).charge(10)));
    const placed = await Promise.all(buyers.map((buyer) => buyer.place(cart(productId, 1, { payment: { method: "POINT" } }))));
    const outcomes = placed.map(({ order, error }) => order?.status ?? error?.type);
    expect(outcomes.filter((outcome) => outcome === "COMPLETED")).toHaveLength(50);
    expect(outcomes.filter((outcome) => outcome === "PRODUCT_OUT_OF_STOCK")).toHaveLength(150);
    expect(await stockOf(shop, productId)).toBe(0);
    const balances = await Promise.all(buyers.map((buyer) => buyer.balance()));
    expect(balances).toEqual(placed.map(({ order }) => (order ? 0 : 10)));
  }, 60_000);
});

describe("an order that can't be", () => {
  const unheard = uuid();
  test.each<[string, number, string, (productId: string) => Partial<Cart>]>([
    ["an unknown product", 404, "PRODUCT_NOT_FOUND", () => ({ items: [{ productId: unheard, quantity: 1 }] })],
    ["an unknown coupon", 404, "USER_COUPON_NOT_FOUND", () => ({ userCouponId: unheard })],
    ["points above what is left", 422, "VALIDATION_FAILED", () => ({ points: 1001 })],
    ["no items", 422, "VALIDATION_FAILED", () => ({ items: [] })],
    ["a quantity of 0", 422, "VALIDATION_FAILED", (productId) => ({ items: [{ productId, quantity: 0 }] })],
    ["half a piece", 422, "VALIDATION_FAILED", (productId) => ({ items: [{ productId, quantity: 1.5 }] })],
    ["a card without its token", 422, "VALIDATION_FAILED", () => ({ payment: { method: "CARD" as const } })],
    ["an unknown field", 422, "VALIDATION_FAILED", () => ({ isAdmin: true }) as Partial<Cart>],
  ])("%s: no order, and the key is free", async (_what, status, type, wrong) => {
    const buyer = new Buyer(shop);
    const productId = await stock(shop);
    const key = uuid();
    expect(await buyer.place(cart(productId, 1, wrong(productId)), key)).toMatchObject({ status, error: { type } });
    expect(await ordersOf(buyer.id)).toBe(0);
    expect(await buyer.place(cart(productId), key)).toMatchObject({ status: 201, replayed: false });
  });

  test("somebody else's coupon is as unknown as none", async () => {
    const userCouponId = await new Buyer(shop).coupon();
    const refused = await new Buyer(shop).place(cart(await stock(shop), 1, { userCouponId }));
    expect(refused).toMatchObject({ status: 404, error: { type: "USER_COUPON_NOT_FOUND" } });
  });

  test("an amount beyond 2⁵³ − 1", async () => {
    const productId = await stock(shop, { price: Number.MAX_SAFE_INTEGER });
    const refused = await new Buyer(shop).place(cart(productId, 2));
    expect(refused).toMatchObject({ status: 422, error: { type: "VALIDATION_FAILED", data: { errors: [{ path: "items" }] } } });
    expect((await new Buyer(shop).place(cart(productId, 1))).status).toBe(201);
  });
});

describe("reading", () => {
  test("another customer's order is unknown; staff see it", async () => {
    const buyer = new Buyer(shop);
    const { order } = await buyer.place(cart(await stock(shop)));
    await expect(new Buyer(shop).order(order!.id)).rejects.toMatchObject({ code: 404, type: "ORDER_NOT_FOUND" });
    expect(await shop.broker.call("order.read", { id: order!.id, userId: staff.caller.id }, { meta: { ...staff } })).toEqual(order);
  });
});
