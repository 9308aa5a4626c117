/**
 * The whole surface by the typed client: every operation of the document that the shop serves is carried out on a real shop, and every answer
 * is one that the document tells of. The tests build on each other.
 */
import { randomUUID } from "node:crypto";

import type { Middleware } from "openapi-fetch";

import { createShopClient, type ShopClient, type View } from "../../client";
import type { OpenApiDocument } from "../../services/gateway/openapi/document";
import { Documented } from "../support/document";
import { databaseOf } from "../support/database-of";
import { deliver } from "../support/events";
import { Faults, neverArrives } from "../support/faults";
import { park } from "../support/park";
import { signatureOf } from "../support/provider";
import { startShop, type TestShop } from "../support/shop";
import { waitFor } from "../support/wait";
import { couponTerms, newAdmin } from "./people";

const secret = "a secret of the sandbox";
const account = { email: `kim-${randomUUID()}@example.com`, password: "correct horse battery", nickname: "Kim" };

const faults = new Faults();
let shop: TestShop;
let documented: Documented;
let guest: ShopClient;
let admin: ShopClient;
let kim: ShopClient;
let user: View<"User">;
let mug: View<"Product">;
let userCoupon: View<"UserCoupon">;
let order: View<"Order">;

/** Operations that were carried out. */
const done = new Set<string>();

/** Holds each answer against the document before the test sees it. */
const held: Middleware = {
  async onResponse({ request: { method }, response, schemaPath }) {
    const operation = documented.operations.find(({ name }) => name === `${method} ${schemaPath}`);
    if (!operation) throw new Error(`${method} ${schemaPath} isn't documented`);
    const text = await response.clone().text();
    const isJson = response.headers.get("content-type")?.includes("json");
    const wrong = documented.wrong(operation, {
      status: response.status,
      headers: response.headers,
      body: isJson ? JSON.parse(text) : text,
    });
    if (wrong.length) throw new Error(`the answer to ${operation.name} ${wrong.join("; ")}`);
    if (response.ok) done.add(operation.name);
  },
};

function clientOf(token?: string): ShopClient {
  const client = createShopClient({ url: shop.url, token });
  client.use(held);
  return client;
}

/** What came of a call that was carried out. */
function answered<T>({ data, error, response }: { data?: T; error?: unknown; response: Response }): NonNullable<T> {
  expect({ status: response.status, error }).toEqual({ status: expect.any(Number), error: undefined });
  return data as NonNullable<T>;
}

const at = (id: string) => ({ params: { path: { id } } });

beforeAll(async () => {
  shop = await startShop({ env: { PAYMENT_WEBHOOK_SECRET: secret }, middlewares: [faults.middleware] });
  documented = new Documented((await (await fetch(`${shop.url}/openapi.json`)).json()) as OpenApiDocument);
  guest = clientOf();
  admin = clientOf((await newAdmin(shop)).token);
});

test("somebody opens an account, signs in, stays signed in and signs out", async () => {
  user = answered(await guest.POST("/auth/register", { body: account })).user;
  const { email, password } = account;
  const login = answered(await guest.POST("/auth/login", { body: { email, password } }));
  const { accessToken, refreshToken } = answered(await guest.POST("/auth/refresh", { body: { refreshToken: login.refreshToken } }));
  kim = clientOf(accessToken);
  answered(await kim.POST("/auth/logout", { body: { refreshToken } }));
  const { error } = await guest.POST("/auth/refresh", { body: { refreshToken } });
  expect(error?.status).toBe(401);
});

test("an account is read and changed, and staff see it", async () => {
  expect(answered(await kim.GET("/users/me"))).toEqual(user);
  user = answered(await kim.PATCH("/users/me", { body: { nickname: "Kimmy" } }));
  expect(user.nickname).toBe("Kimmy");
  expect(answered(await admin.GET("/users/{id}", at(user.id)))).toEqual(user);
  expect(answered(await admin.GET("/users", { params: { query: { email: user.email } } })).items).toEqual([user]);
  expect((await kim.GET("/users")).error?.code).toBe("FORBIDDEN");
});

test("staff put products on offer, change them when they know the version, and take them out", async () => {
  mug = answered(await admin.POST("/products", { body: { name: "Mug", price: 12_000 } }));
  const read = await guest.GET("/products/{id}", at(mug.id));
  const etag = read.response.headers.get("ETag")!;
  const change = { params: { path: { id: mug.id }, header: { "If-Match": etag } }, body: { price: 13_000 } };
  expect(answered(await admin.PATCH("/products/{id}", change))).toMatchObject({ price: 13_000, version: mug.version + 1 });
  expect((await admin.PATCH("/products/{id}", change)).error?.code).toBe("VERSION_STALE");
  expect((await admin.PATCH("/products/{id}", { ...at(mug.id), body: { price: 1 } })).error?.code).toBe("PRECONDITION_REQUIRED");
  expect(answered(await admin.POST("/products/{id}/stock", { ...at(mug.id), body: { delta: 10, reason: "delivery" } })).stock).toBe(10);

  const pot = answered(await admin.POST("/products", { body: { name: "Pot", price: 30_000 } }));
  answered(await admin.DELETE("/products/{id}", at(pot.id)));
  expect((await guest.GET("/products/{id}", at(pot.id))).error?.code).toBe("PRODUCT_NOT_FOUND");
  const { items } = answered(await guest.GET("/products", { params: { query: { q: "mug", sort: "-price", inStock: true } } }));
  expect(items.map(({ id, stock }) => ({ id, stock }))).toEqual([{ id: mug.id, stock: 10 }]);
});

test("what is known already isn't sent again", async () => {
  const { response } = await guest.GET("/products");
  const again = await guest.GET("/products", { params: { header: { "If-None-Match": response.headers.get("ETag")! } } });
  expect(again.response.status).toBe(304);
});

test("points are charged, once for a key", async () => {
  const charge = { body: { amount: 5_000 }, params: { header: { "Idempotency-Key": randomUUID() } } };
  answered(await kim.POST("/points/me/charge", charge));
  const again = await kim.POST("/points/me/charge", charge);
  expect([answered(again).balance, again.response.headers.get("Idempotent-Replayed")]).toEqual([5_000, "true"]);
  expect(answered(await kim.GET("/points/me"))).toEqual({ balance: 5_000, currency: "KRW" });
  expect(answered(await kim.GET("/points/me/history")).items).toMatchObject([{ type: "CHARGE", amount: 5_000, balanceAfter: 5_000 }]);
});

test("a coupon is offered and taken", async () => {
  const coupon = answered(await admin.POST("/coupons", { body: { ...couponTerms(), discountType: "PERCENT" } }));
  expect(answered(await guest.GET("/coupons")).items).toEqual([coupon]);
  userCoupon = answered(await kim.POST("/coupons/{id}/issue", at(coupon.id)));
  expect((await kim.POST("/coupons/{id}/issue", at(coupon.id))).error?.code).toBe("COUPON_ALREADY_ISSUED");
  expect(answered(await kim.GET("/coupons/mine", { params: { query: { status: "AVAILABLE" } } })).items).toEqual([userCoupon]);
});

test("an order is placed, read, listed and followed", async () => {
  const body = {
    items: [{ productId: mug.id, quantity: 2 }],
    userCouponId: userCoupon.id,
    points: 1_000,
    payment: { method: "CARD" as const, token: "tok_ok" },
  };
  const placed = await kim.POST("/orders", { body });
  order = answered(placed);
  expect([placed.response.status, order.status]).toEqual([201, "COMPLETED"]);
  expect(order.amounts).toEqual({ subtotal: 26_000, discount: 2_600, pointsUsed: 1_000, paid: 22_400, currency: "KRW" });
  const declined = await kim.POST("/orders", {
    body: { ...body, userCouponId: undefined, payment: { method: "CARD", token: "tok_declined" } },
  });
  expect(declined.error).toMatchObject({ code: "PAYMENT_DECLINED", orderId: expect.any(String) });

  const paid = async () => {
    const read = answered(await kim.GET("/orders/{id}", at(order.id)));
    return read.payment.status === "APPROVED" && read;
  };
  order = await waitFor(paid, { what: "the order to show its payment" });
  const listed = async () => answered(await kim.GET("/orders", { params: { query: { status: "COMPLETED" } } })).items;
  await waitFor(async () => (await listed()).some(({ id }) => id === order.id), { what: "the list of orders" });
  const events = answered(await kim.GET("/orders/{id}/events", { ...at(order.id), parseAs: "text" }));
  expect(events).toMatch(/^id: \d+\nevent: status\ndata: \{"status":"COMPLETED","at":"[^"]+"\}\n\n$/);
});

test("staff see everybody's orders, and those of one customer", async () => {
  const of = async (userId?: string) => answered(await admin.GET("/orders", { params: { query: { userId, status: "COMPLETED" } } })).items;
  expect((await of()).map(({ id }) => id)).toEqual([order.id]);
  expect((await of(user.id)).map(({ id }) => id)).toEqual([order.id]);
  expect(await of("nobody")).toEqual([]);
});

test("its payment can be read, and a provider that repeats itself changes nothing", async () => {
  const { id, amount } = answered(await kim.GET("/payments/{id}", at(order.payment.id!)));
  expect(amount).toBe(order.amounts.paid);
  const body: View<"Webhook"> = { id: "evt_1", type: "payment.approved", data: { paymentId: id, providerRef: "ch_1", amount } };
  const raw = JSON.stringify(body);
  const signature = signatureOf(raw, secret);
  const told = (signed: string) =>
    guest.POST("/payments/webhooks/{provider}", {
      params: { path: { provider: "sandbox" }, header: { "X-Signature": signed } },
      body,
      bodySerializer: () => raw,
    });
  answered(await told(signature));
  expect((await told(signature.replace("v1=", "v1=x"))).error?.code).toBe("UNAUTHENTICATED");
  expect(answered(await kim.GET("/payments/{id}", at(id))).status).toBe("APPROVED");
});

test("sales are ranked, and the ranking in memory agrees with the tally", async () => {
  const ranked = async () => answered(await guest.GET("/bestsellers", { params: { query: { period: "week" } } })).items;
  await waitFor(async () => (await ranked()).length > 0, { what: "the ranking" });
  expect(await ranked()).toEqual([{ rank: 1, product: { id: mug.id, name: "Mug" }, sold: 2 }]);
  expect(answered(await admin.GET("/ops/reconcile"))).toMatchObject({ differences: [] });
});

test("the order is cancelled, once, and everything comes back (I8)", async () => {
  const canceled = answered(await kim.POST("/orders/{id}/cancel", { ...at(order.id), body: { reason: "too many mugs" } }));
  expect(canceled.status).toBe("CANCELED");
  expect((await kim.POST("/orders/{id}/cancel", at(order.id))).error?.code).toBe("ORDER_NOT_CANCELABLE");
  expect(answered(await kim.GET("/payments/{id}", at(order.payment.id!)))).toMatchObject({
    status: "REFUNDED",
    refunded: order.amounts.paid,
  });
  expect(answered(await kim.GET("/points/me")).balance).toBe(5_000);
  expect(answered(await kim.GET("/coupons/mine")).items).toMatchObject([{ id: userCoupon.id, status: "AVAILABLE" }]);
  expect(answered(await guest.GET("/products/{id}", at(mug.id))).stock).toBe(10);
});

/** A saga of an order whose payment doesn't answer, and which is parked for it. The payment answers again when it is given. */
async function parkedSaga() {
  for (const action of ["payment.process", "payment.outcome"]) faults.every(action, neverArrives);
  const placing = kim.POST("/orders", { body: { items: [{ productId: mug.id, quantity: 1 }], payment: { method: "CASH" } } });
  const underWay = await waitFor(
    async () => answered(await admin.GET("/ops/sagas", { params: { query: { state: "RUNNING" } } })).items[0],
    {
      what: "the saga of the order",
    },
  );
  const id = await park(shop, "place-order", underWay.id);
  answered(await placing);
  faults.mend();
  return { params: { path: { type: "place-order", id } } };
}

const staffs = { body: { why: "the payment service is back" } };

test("staff see which sagas are parked, and go on with them, or undo them, or say what was done by hand", async () => {
  const sagaOf = async (saga: Awaited<ReturnType<typeof parkedSaga>>) => answered(await admin.GET("/ops/sagas/{type}/{id}", saga));
  const ended = async (saga: Awaited<ReturnType<typeof parkedSaga>>, state: View<"SagaState">) =>
    waitFor(async () => (await sagaOf(saga)).state === state, { what: `the saga to be ${state}` });
  const retried = await parkedSaga();
  const parked = answered(await admin.GET("/ops/sagas", { params: { query: { state: "PARKED" } } })).items;
  expect(parked.map(({ id }) => id)).toEqual([retried.params.path.id]);
  expect((await kim.GET("/ops/sagas")).error?.code).toBe("FORBIDDEN");
  expect(answered(await admin.POST("/ops/sagas/{type}/{id}/retry", { ...retried, ...staffs })).state).toBe("RUNNING");
  await ended(retried, "COMPLETED");

  const compensated = await parkedSaga();
  answered(await admin.POST("/ops/sagas/{type}/{id}/compensate", { ...compensated, ...staffs }));
  await ended(compensated, "COMPENSATED");

  const skipped = await parkedSaga();
  const byHand = { ...staffs.body, step: "pay", result: { paymentId: "by-hand", status: "APPROVED" } };
  answered(await admin.POST("/ops/sagas/{type}/{id}/skip", { ...skipped, body: byHand }));
  await ended(skipped, "COMPLETED");
  expect((await sagaOf(skipped)).audit).toMatchObject([{ action: "skip", step: "pay", detail: byHand.result, why: byHand.why }]);

  const done = answered(await admin.GET("/ops/audit")).items;
  expect(done.map(({ action, type }) => [action, type])).toEqual(["skip", "compensate", "retry"].map((action) => [action, "place-order"]));
  expect(new Set(done.map(({ who }) => who)).size).toBe(1);
}, 120_000);

test("staff see what is still to be sent", async () => {
  const { services } = answered(await admin.GET("/ops/outbox"));
  expect(services.map(({ service, available, parked }) => [service, available, parked])).toContainEqual(["order", true, 0]);
});

test("staff see which events could not be applied, try them again, first dry, or put them aside", async () => {
  const died = (n: number) => ({
    ...{ topic: "commerce.order.v1.product.dlq", key: `k${n}`, payload: "{}" },
    headers: {
      ...{ ce_id: randomUUID(), ce_type: "order.completed", ce_time: new Date().toISOString() },
      ...{ dlq_topic: "commerce.order.v1", dlq_partition: "0", dlq_offset: String(1_000 + n), dlq_error: "Error: no" },
    },
  });
  await deliver(shop, died(1), died(2));
  const open = async () =>
    answered(await admin.GET("/ops/dead-letters", { params: { query: { service: "product", state: "OPEN" } } })).items;
  await waitFor(async () => (await open()).length === 2, { what: "the dead letters" });
  const [first, second] = await open();
  const letter = { params: { path: { service: "product", id: first!.id } } };
  const dry = { ...staffs.body, dryRun: true };
  expect(answered(await admin.GET("/ops/dead-letters/{service}/{id}", letter))).toMatchObject({ payload: "{}", audit: [] });
  const tried = answered(await admin.POST("/ops/dead-letters/{service}/{id}/replay", { ...letter, body: dry }));
  expect(tried).toMatchObject({ id: first!.id, verdict: "FAILED" });
  const all = answered(await admin.POST("/ops/dead-letters/replay", { body: { service: "product", ...dry } }));
  expect([all.replays.map(({ id }) => id).toSorted(), all.nextCursor]).toEqual([[first!.id, second!.id].toSorted(), null]);
  expect(answered(await admin.POST("/ops/dead-letters/{service}/{id}/discard", { ...letter, ...staffs })).state).toBe("DISCARDED");
  expect(answered(await admin.GET("/ops/dead-letters/audit")).items).toMatchObject([{ letter: first!.id, action: "discard" }]);
  expect((await kim.GET("/ops/dead-letters")).error?.code).toBe("FORBIDDEN");
});

test("staff see which events the bus doesn't take, send them again, or do without", async () => {
  const parked = (key: string) => ({
    ...{ event_id: randomUUID(), bucket: 0, topic: "commerce.point.v1", msg_key: key, headers: "{}", payload: "{}" },
    ...{ status: 1, attempts: 5, created_at: Date.now(), parked_at: Date.now(), error: "too large" },
  });
  const rows = ["k1", "k2", "k3"].map(parked);
  await databaseOf(shop, "point").transaction((tx) => tx.insert("point_outbox_event", rows));
  const path = { service: "point" };
  const { items } = answered(await admin.GET("/ops/outbox/{service}/parked", { params: { path, query: { limit: 2 } } }));
  expect(items).toMatchObject(rows.slice(0, 2).map((row) => ({ eventId: row.event_id, key: row.msg_key, events: 1, error: "too large" })));
  const at = (n: number) => ({ params: { path: { ...path, id: rows[n]!.event_id } }, ...staffs });
  expect(answered(await admin.POST("/ops/outbox/{service}/parked/{id}/retry", at(0)))).toEqual({ keys: 1, events: 1 });
  expect(answered(await admin.POST("/ops/outbox/{service}/parked/{id}/discard", at(1)))).toEqual({ keys: 0, events: 0 });
  expect((await admin.POST("/ops/outbox/{service}/parked/{id}/discard", at(1))).error?.code).toBe("PARKED_EVENT_NOT_FOUND");
  expect(answered(await admin.POST("/ops/outbox/{service}/retry", { params: { path }, ...staffs }))).toEqual({ keys: 1, events: 1 });
  const did = answered(await admin.GET("/ops/outbox/{service}/audit", { params: { path } })).items;
  expect(did.map(({ action, key }) => [action, key])).toEqual([
    ["retry", undefined],
    ["discard", "k2"],
    ["retry", "k1"],
  ]);
  expect(did[1]).toMatchObject({ eventId: rows[1]!.event_id, detail: { payload: "{}", error: "too large" } });
  expect((await kim.GET("/ops/outbox/{service}/parked", { params: { path } })).error?.code).toBe("FORBIDDEN");
});

test("staff have a read model built anew", async () => {
  const model = { params: { path: { service: "order-history" } } };
  const begun = answered(await admin.POST("/ops/read-models/{service}/rebuild", { ...model, body: {} }));
  const stateOf = async () => answered(await admin.GET("/ops/read-models/{service}/rebuild", model)).rebuild;
  await waitFor(async () => (await stateOf())?.state === "DONE", { what: "the rebuild's end" });
  expect((await stateOf())?.id).toBe(begun.id);
});

test("no operation of the document was left out", () => {
  expect(documented.operations.map(({ name }) => name).filter((name) => !done.has(name))).toEqual([]);
});
