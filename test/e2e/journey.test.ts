/** One customer's way through the whole shop over HTTP, from the registration to the ranking. The tests build on each other. */
import { randomUUID } from "node:crypto";

import type { z } from "zod";

import type { Page } from "../../lib/paging";
import { Client } from "../../scripts/client";
import { reconcile } from "../../scripts/reconcile";
import type { ranking } from "../../services/bestseller/bestseller.contract";
import type { couponView, userCouponView } from "../../services/coupon/coupon.contract";
import type { orderView } from "../../services/order/order.contract";
import type { paymentView } from "../../services/payment/payment.contract";
import type { pointEntry, wallet } from "../../services/point/point.contract";
import type { productView } from "../../services/product/product.contract";
import type { tokens, userView } from "../../services/user/user.contract";
import { quiet } from "../support/quiet";
import { startShop, type TestShop } from "../support/shop";
import { waitFor } from "../support/wait";
import { couponTerms, newAdmin, newCustomer } from "./people";

type Product = z.output<typeof productView>;
type Order = z.output<typeof orderView>;

const account = { email: `Kim-${randomUUID()}@Example.com`, password: "correct horse battery", nickname: "Kim" };

let shop: TestShop;
let guest: Client;
let admin: Client;
let kim: Client;
let mug: Product;
let pot: Product;
let userCoupon: z.output<typeof userCouponView>;
let order: Order;

beforeAll(async () => {
  shop = await startShop();
  guest = new Client(shop.url);
  admin = await newAdmin(shop);
});

test("registers, logs in, and is who he is", async () => {
  const registered = await guest.post<z.output<typeof tokens> & { user: z.output<typeof userView> }>("/auth/register", account);
  expect(registered.status).toBe(201);
  expect(registered.body).toMatchObject({ user: { email: account.email.toLowerCase(), role: "customer" }, expiresIn: expect.any(Number) });
  expect(registered.body.refreshToken).toEqual(expect.any(String));

  const { status, body } = await guest.post<z.output<typeof tokens>>("/auth/login", { email: account.email, password: account.password });
  expect(status).toBe(200);
  kim = guest.as(body.accessToken);
  expect((await kim.get("/users/me")).body).toEqual(registered.body.user);
  expect(await guest.post("/auth/register", account)).toMatchObject({ status: 409, body: { code: "EMAIL_TAKEN" } });
});

test("staff put products on offer, customers can't, and anybody sees them", async () => {
  const terms = { name: "Mug", description: "Stoneware", price: 12_000, stock: 10 };
  expect(await kim.post("/products", terms)).toMatchObject({ status: 403, body: { code: "FORBIDDEN" } });
  expect(await guest.post("/products", terms)).toMatchObject({ status: 401, body: { code: "UNAUTHENTICATED" } });
  mug = (await admin.post<Product>("/products", terms)).body;
  pot = (await admin.post<Product>("/products", { name: "Pot", price: 30_000 })).body;
  expect(await admin.post(`/products/${pot.id}/stock`, { delta: 5, reason: "delivery" })).toMatchObject({
    status: 200,
    body: { stock: 5 },
  });

  expect((await guest.get(`/products/${mug.id}`)).body).toEqual({ ...mug, ...terms, currency: "KRW", stock: 10, salesCount: 0 });
  const first = await guest.get<Page<Product>>("/products?limit=1");
  const second = await guest.get<Page<Product>>(`/products?limit=1&cursor=${encodeURIComponent(first.body.nextCursor ?? "")}`);
  expect([...first.body.items, ...second.body.items].map(({ name }) => name)).toEqual(["Pot", "Mug"]);
  expect(second.body.nextCursor).toBeNull();
});

test("charges points, once for a key", async () => {
  const key = randomUUID();
  expect(await kim.post("/points/me/charge", { amount: 50_000 }, key)).toMatchObject({ status: 201, body: { balance: 50_000 } });
  const again = await kim.post("/points/me/charge", { amount: 50_000 }, key);
  expect(again).toMatchObject({ status: 201, body: { balance: 50_000 } });
  expect(again.headers.get("Idempotent-Replayed")).toBe("true");
  expect((await kim.get("/points/me")).body).toEqual({ balance: 50_000, currency: "KRW" });
});

test("takes a coupon, and not a second one", async () => {
  const offer = (await admin.post<z.output<typeof couponView>>("/coupons", couponTerms())).body;
  const issued = await kim.post<z.output<typeof userCouponView>>(`/coupons/${offer.id}/issue`);
  expect(issued).toMatchObject({ status: 201, body: { couponId: offer.id, status: "AVAILABLE" } });
  userCoupon = issued.body;
  expect(await kim.post(`/coupons/${offer.id}/issue`)).toMatchObject({ status: 409, body: { code: "COUPON_ALREADY_ISSUED" } });
  expect((await guest.get<Page<z.output<typeof couponView>>>("/coupons")).body.items).toEqual([{ ...offer, remaining: 9 }]);
});

test("orders two products with the coupon and points, the rest by card; a repeated request gives the same order (I1)", async () => {
  const cart = {
    items: [
      { productId: mug.id, quantity: 1 },
      { productId: pot.id, quantity: 1 },
      { productId: mug.id, quantity: 1 },
    ],
    userCouponId: userCoupon.id,
    points: 8_000,
    payment: { method: "CARD", token: "tok_ok" },
  };
  const key = randomUUID();
  const placed = await kim.post<Order>("/orders", cart, key);
  expect(placed).toMatchObject({
    status: 201,
    body: {
      status: "COMPLETED",
      items: [
        { productId: mug.id, name: "Mug", unitPrice: 12_000, quantity: 2, lineTotal: 24_000 },
        { productId: pot.id, name: "Pot", unitPrice: 30_000, quantity: 1, lineTotal: 30_000 },
      ],
      amounts: { subtotal: 54_000, discount: 5_400, pointsUsed: 8_000, paid: 40_600, currency: "KRW" },
      payment: { method: "CARD" },
      userCouponId: userCoupon.id,
    },
  });
  order = placed.body;
  const again = await kim.post<Order>("/orders", cart, key);
  expect(again.status).toBe(201);
  expect(again.headers.get("Idempotent-Replayed")).toBe("true");
  expect(again.body.id).toBe(order.id);
  expect(await kim.post("/orders", { ...cart, points: 0 }, key)).toMatchObject({ status: 422, body: { code: "IDEMPOTENCY_KEY_REUSED" } });
});

test("each thing was taken once (I8)", async () => {
  expect((await guest.get<Product>(`/products/${mug.id}`)).body.stock).toBe(8);
  expect((await guest.get<Product>(`/products/${pot.id}`)).body.stock).toBe(4);
  expect((await kim.get<z.output<typeof wallet>>("/points/me")).body.balance).toBe(42_000);
  const { items } = (await kim.get<Page<z.output<typeof pointEntry>>>("/points/me/history")).body;
  expect(items).toMatchObject([
    { type: "USE", amount: 8_000, balanceAfter: 42_000, orderId: order.id },
    { type: "CHARGE", amount: 50_000, balanceAfter: 50_000 },
  ]);
  expect((await kim.get("/coupons/mine?status=USED")).body).toMatchObject({ items: [{ id: userCoupon.id, orderId: order.id }] });
});

test("reads and lists the order and its payment; to others they don't exist", async () => {
  const read = await kim.get<Order>(`/orders/${order.id}`);
  expect(read.body).toMatchObject({ id: order.id, status: "COMPLETED", amounts: order.amounts });
  expect(read.body.history.map(({ status }) => status)).toEqual(["PENDING", "COMPLETED"]);
  const listed = async () => (await kim.get<Page<Order>>("/orders")).body.items;
  await waitFor(async () => (await listed()).length === 1, { what: "the history to have followed" });
  expect((await listed()).map(({ id }) => id)).toEqual([order.id]);

  const paymentId = await waitFor(async () => (await kim.get<Order>(`/orders/${order.id}`)).body.payment.id, { what: "the payment's id" });
  const paid = await kim.get<z.output<typeof paymentView>>(`/payments/${paymentId}`);
  expect(paid.body).toMatchObject({ orderId: order.id, method: "CARD", status: "APPROVED", amount: 40_600, refunded: 0, currency: "KRW" });

  const lee = await newCustomer(shop, "lee");
  expect(await lee.get(`/orders/${order.id}`)).toMatchObject({ status: 404, body: { code: "ORDER_NOT_FOUND" } });
  expect(await lee.get(`/payments/${paymentId}`)).toMatchObject({ status: 404, body: { code: "PAYMENT_NOT_FOUND" } });
  expect((await lee.get<Page<Order>>("/orders")).body.items).toEqual([]);
});

test("sales and ranking follow (I7)", async () => {
  const ranked = async () => {
    const { items } = (await guest.get<z.output<typeof ranking>>("/bestsellers?period=month")).body;
    return items.length === 2 && items;
  };
  expect(await waitFor(ranked, { what: "the ranking" })).toEqual([
    { rank: 1, product: { id: mug.id, name: "Mug" }, sold: 2 },
    { rank: 2, product: { id: pot.id, name: "Pot" }, sold: 1 },
  ]);
  await waitFor(async () => (await guest.get<Product>(`/products/${mug.id}`)).body.salesCount === 2, { what: "the sales count" });
});

test("a recount of all databases agrees when all is done (I8)", async () => {
  await quiet(shop);
  expect(await reconcile(shop.config)).toMatchObject({ violations: [], underWay: [], orders: 1, completed: 1 });
});
