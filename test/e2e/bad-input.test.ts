/** What can't be served is refused with the catalogue's code and a problem document, and moves nothing (I2, I8). */
import { randomUUID } from "node:crypto";

import type { Answer, Client } from "../../scripts/client";
import { readUnderWay, reconcile } from "../../scripts/reconcile";
import { catalogue, type ErrorCode } from "../../lib/errors";
import { databaseOf } from "../support/database-of";
import { startShop, type TestShop } from "../support/shop";
import { waitFor } from "../support/wait";
import { couponTerms, newAdmin, newCustomer } from "./people";

type Problem = { code: string; status: number; title: string; type: string; detail?: string; requestId: string; orderId?: string };

let shop: TestShop;
let kim: Client;
let productId: string;
let dear: string;
let coupon: Record<"ours" | "theirs" | "used" | "expired", string>;

beforeAll(async () => {
  shop = await startShop();
  const admin = await newAdmin(shop);
  const create = async (terms: object) => (await admin.post<{ id: string }>("/products", { name: "Mug", ...terms })).body.id;
  productId = await create({ price: 10_000, stock: 5 });
  dear = await create({ price: Number.MAX_SAFE_INTEGER, stock: 5 });
  kim = await newCustomer(shop);
  await kim.post("/points/me/charge", { amount: 9_000 });
  const take = async (client: Client) => {
    const { body } = await admin.post<{ id: string }>("/coupons", couponTerms());
    return (await client.post<{ id: string }>(`/coupons/${body.id}/issue`)).body.id;
  };
  coupon = { ours: await take(kim), theirs: await take(await newCustomer(shop, "lee")), used: await take(kim), expired: await take(kim) };
  await databaseOf(shop, "coupon").transaction((tx) => tx.execute("update user_coupon set expires_at = 1 where id = ?", [coupon.expired]));
  const bought = await kim.post("/orders", { items: [{ productId, quantity: 1 }], userCouponId: coupon.used, payment: { method: "CASH" } });
  expect(bought.status).toBe(201);
  await waitFor(async () => (await readUnderWay(shop.config)).length === 0, { what: "that order's events to be applied" });
});

const cash = { method: "CASH" };
const order = (quantity: unknown, more: object = {}) =>
  kim.post<Problem>("/orders", { items: [{ productId, quantity }], payment: cash, ...more });
const json = { "Content-Type": "application/json", "Idempotency-Key": "k" };
const raw = (body: string, headers: Record<string, string> = json) => kim.send<Problem>("POST", "/orders", { body, headers });

const bad: [what: string, code: ErrorCode, send: () => Promise<Answer<Problem>>][] = [
  ["an unknown field", "VALIDATION_FAILED", () => order(1, { isAdmin: true })],
  ["an unknown field in a line", "VALIDATION_FAILED", () => order(1, { items: [{ productId, quantity: 1, unitPrice: 1 }] })],
  ["a user's id in the body", "VALIDATION_FAILED", () => order(1, { userId: randomUUID() })],
  ["quantity 0", "VALIDATION_FAILED", () => order(0)],
  ["quantity -5", "VALIDATION_FAILED", () => order(-5)],
  ["quantity 1.5", "VALIDATION_FAILED", () => order(1.5)],
  ["quantity 10^9", "VALIDATION_FAILED", () => order(1e9)],
  ["a quantity as text", "VALIDATION_FAILED", () => order("1")],
  ["an empty order", "VALIDATION_FAILED", () => order(1, { items: [] })],
  ["an unknown product", "PRODUCT_NOT_FOUND", () => order(1, { items: [{ productId: randomUUID(), quantity: 1 }] })],
  ["too little stock", "PRODUCT_OUT_OF_STOCK", () => order(6)],
  ["too few points for the method POINT", "POINT_INSUFFICIENT", () => order(1, { payment: { method: "POINT" } })],
  ["too few points beside another method", "POINT_INSUFFICIENT", () => order(1, { points: 9_001 })],
  ["more points than there is to pay", "VALIDATION_FAILED", () => order(1, { points: 10_001 })],
  ["somebody else's coupon", "USER_COUPON_NOT_FOUND", () => order(1, { userCouponId: coupon.theirs })],
  ["an expired coupon", "COUPON_NOT_USABLE", () => order(1, { userCouponId: coupon.expired })],
  ["a used coupon", "COUPON_NOT_USABLE", () => order(1, { userCouponId: coupon.used })],
  ["an amount that overflows", "VALIDATION_FAILED", () => order(1, { items: [{ productId: dear, quantity: 2 }] })],
  [
    "a declined card",
    "PAYMENT_DECLINED",
    () => order(1, { payment: { method: "CARD", token: "tok_declined" }, userCouponId: coupon.ours, points: 500 }),
  ],
  ["a card without a token", "VALIDATION_FAILED", () => order(1, { payment: { method: "CARD" } })],
  ["a charge that overflows", "VALIDATION_FAILED", () => kim.post("/points/me/charge", { amount: Number.MAX_SAFE_INTEGER })],
  ["a charge of 0", "VALIDATION_FAILED", () => kim.post("/points/me/charge", { amount: 0 })],
  ["broken JSON", "BAD_REQUEST", () => raw('{"items": [')],
  ["a body that is too large", "BODY_TOO_LARGE", () => raw(JSON.stringify({ items: "x".repeat(2_000_000) }))],
  ["a body that is not JSON", "UNSUPPORTED_MEDIA_TYPE", () => raw("items=1", { "Content-Type": "text/plain", "Idempotency-Key": "k" })],
  ["a missing key", "IDEMPOTENCY_KEY_REQUIRED", () => raw("{}", { "Content-Type": "application/json" })],
  ["an unknown order", "ORDER_NOT_FOUND", () => kim.get(`/orders/${randomUUID()}`)],
  ["a path that doesn't exist", "NOT_FOUND", () => kim.get("/nothing")],
];

/** All that a customer could have lost. FAILED orders themselves may be kept, and history that adds up to nothing. */
async function belongings() {
  const read = (service: string, sql: string) => databaseOf(shop, service).select(sql);
  return {
    products: await read("product", "select id, stock, sales_count from product order by id"),
    reservations: await read("product", "select * from stock_reservation where state <> 3 order by order_id, product_id"),
    wallets: await read("point", "select * from point order by user_id"),
    coupons: await read("coupon", "select id, remaining from coupon order by id"),
    userCoupons: await read("coupon", "select id, status from user_coupon order by id"),
    payments: await read("payment", "select id, status, refunded from payment where status <> 3 order by id"),
    sold: await read("bestseller", "select day, product_id, sold from daily_sales order by day, product_id"),
  };
}

test.each(bad)("%s is refused as %s", async (_what, code, send) => {
  const before = await belongings();
  const { status, headers, body } = await send();
  expect(body).toMatchObject({ code, status: catalogue[code].status, title: expect.any(String), requestId: expect.any(String) });
  expect(status).toBe(catalogue[code].status);
  expect(headers.get("Content-Type")).toMatch(/^application\/problem\+json/);
  expect(JSON.stringify(body)).not.toMatch(/select |insert |\bat .+\.ts|node_modules/i);
  expect(await belongings()).toEqual(before);
});

test("a refused order is FAILED with the same code, and its key repeats the refusal", async () => {
  const key = randomUUID();
  const cart = { items: [{ productId, quantity: 6 }], payment: cash };
  const refused = await kim.post<Problem>("/orders", cart, key);
  const again = await kim.post<Problem>("/orders", cart, key);
  expect(again.headers.get("Idempotent-Replayed")).toBe("true");
  expect(again.body).toMatchObject({ code: "PRODUCT_OUT_OF_STOCK", orderId: refused.body.orderId });
  expect((await kim.get(`/orders/${refused.body.orderId}`)).body).toMatchObject({
    status: "FAILED",
    failure: { code: "PRODUCT_OUT_OF_STOCK" },
  });
});

test("after all of it everything fits together (I2, I8)", async () => {
  await waitFor(async () => (await readUnderWay(shop.config)).length === 0, { what: "everything under way to end" });
  expect(await reconcile(shop.config)).toMatchObject({ violations: [], completed: 1 });
});
