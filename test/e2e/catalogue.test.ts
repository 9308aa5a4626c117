/** Every error of the catalogue, as a client of the running shop gets it. An entry that nothing raises would be a promise nobody keeps. */
import { randomUUID } from "node:crypto";

import type { Middleware } from "moleculer";

import { catalogue, type ErrorCode } from "../../lib/errors";
import { type Answer, Client } from "../../scripts/client";
import { databaseOf } from "../support/database-of";
import { deliver } from "../support/events";
import { Faults, Hold, neverArrives } from "../support/faults";
import { startShop, type TestShop } from "../support/shop";
import { waitFor } from "../support/wait";
import { couponTerms, newAdmin, newCustomer } from "./people";

type Problem = { code: string; status: number; title: string; type: string; requestId: string; instance: string };
type Told = Promise<Answer<Problem>>;

const faults = new Faults();
let shop: TestShop;
let guest: Client;
let admin: Client;
let kim: Client & { email: string };
let mug: string;

beforeAll(async () => {
  shop = await startShop({ middlewares: [faults.middleware as Middleware], env: { RATE_LIMIT: "on", ORDER_WAIT_MS: "20000" } });
  guest = new Client(shop.url);
  admin = await newAdmin(shop);
  kim = await newCustomer(shop);
  mug = await idOf(admin.post("/products", { name: "Mug", price: 1_000, stock: 10 }));
});

const idOf = async (answer: Promise<{ body: unknown }>) => ((await answer).body as { id: string }).id;
const cash = { method: "CASH" };
const cart = (more: object = {}) => ({ items: [{ productId: mug, quantity: 1 }], payment: cash, ...more });
const order = (more: object = {}, key?: string): Told => kim.post("/orders", cart(more), key);
const send = (method: string, path: string, headers: Record<string, string>, body?: string): Told =>
  kim.send(method, path, { headers, body });
const json = { "Content-Type": "application/json" };
const newCoupon = (terms: object = {}) => idOf(admin.post("/coupons", couponTerms(terms)));

async function usedToken(): Promise<string> {
  const { body } = await guest.post<{ refreshToken: string }>("/auth/login", { email: kim.email, password: "correct horse battery" });
  await guest.post("/auth/refresh", { refreshToken: body.refreshToken });
  return body.refreshToken;
}

/** Asks to cancel an order that is still being placed. */
async function cancelTooEarly(): Promise<Answer<Problem>> {
  const hold = new Hold();
  faults.next("product.reserve", hold.before);
  const placing = order();
  await hold.reached;
  const [placed] = await databaseOf(shop, "order").select<{ id: string }>("select id from orders where status = 1");
  const answer = await kim.post<Problem>(`/orders/${placed?.id}/cancel`);
  hold.release();
  await placing;
  return answer;
}

async function inFlight(): Promise<Answer<Problem>> {
  const hold = new Hold();
  faults.next("product.reserve", hold.before);
  const key = randomUUID();
  const first = order({}, key);
  await hold.reached;
  const second = await order({}, key);
  hold.release();
  await first;
  return second;
}

/** The shop's process dies while the order is under way, and comes back when its time has passed. */
async function timedOut(): Promise<Answer<Problem>> {
  const key = randomUUID();
  const hold = new Hold();
  faults.next("product.reserve", hold.before);
  void order({}, key).catch(() => undefined);
  await hold.reached;
  // The first shop goes on living here, and with it its lease: its saga is made that of an owner who is gone.
  const abandon = "update saga_instance set deadline_at = 1, owner = 'gone' where owner is not null";
  await databaseOf(shop, "order").transaction((tx) => tx.execute(abandon));
  const next = await shop.again();
  const answer = await waitFor(async () => {
    const told = await new Client(next.url).as(kim.token!).post<Problem>("/orders", cart(), key);
    return told.body.code !== "IDEMPOTENCY_IN_FLIGHT" && told;
  });
  hold.release();
  return answer;
}

const why = "to see what it says";

/** The saga of an order that was declined, of one that was placed, or of one that was cancelled: ended, and then said to be PARKED. */
async function parkedSaga(end: "declined" | "placed" | "cancelled"): Promise<string> {
  const { body } = await order(end === "declined" ? { payment: { method: "CARD", token: "tok_declined" } } : {});
  const { id, orderId } = body as unknown as { id: string; orderId: string };
  if (end === "cancelled") await kim.post(`/orders/${id}/cancel`);
  const [type, key] = end === "cancelled" ? ["cancel-order", `${id}:1`] : ["place-order", id ?? orderId];
  await databaseOf(shop, "order").transaction(async (tx) => {
    await tx.execute("update saga_instance set state = 6, owner = '' where type = ? and business_key = ?", [type, key]);
    if (end === "cancelled") await tx.execute("delete from saga_step where type = ? and business_key = ?", [type, key]);
  });
  return `/ops/sagas/${type}/${key}`;
}

/** A message that no consumer can apply, as the order history puts it aside; how its path goes on. */
async function deadLetter(data: string, key = randomUUID()): Promise<string> {
  const attributes = { ce_id: randomUUID(), ce_type: "order.completed", ce_time: new Date().toISOString() };
  await deliver(shop, { topic: "commerce.order.v1.order-history.dlq", key, headers: attributesOfDead(attributes), payload: data });
  const found = async () => {
    const { body } = await admin.get<{ items: { id: string; eventId?: string }[] }>("/ops/dead-letters?service=order-history&limit=100");
    return body.items.find(({ eventId }) => eventId === attributes.ce_id)?.id;
  };
  return `/ops/dead-letters/order-history/${await waitFor(found, { what: "the dead letter" })}`;
}

let died = 0;
const attributesOfDead = (attributes: Record<string, string>) => ({
  ...attributes,
  ...{ dlq_topic: "commerce.order.v1", dlq_partition: "0", dlq_offset: String(1_000 + died++), dlq_error: "Error: no" },
});

const refused: Record<ErrorCode, () => Told> = {
  BAD_REQUEST: () => send("POST", "/orders", { ...json, "Idempotency-Key": "k" }, "{"),
  IDEMPOTENCY_KEY_REQUIRED: () => send("POST", "/orders", json, "{}"),
  UNAUTHENTICATED: () => guest.get("/users/me"),
  TOKEN_REUSED: async () => guest.post("/auth/refresh", { refreshToken: await usedToken() }),
  INVALID_CREDENTIALS: () => guest.post("/auth/login", { email: kim.email, password: "wrong" }),
  POINT_INSUFFICIENT: () => order({ payment: { method: "POINT" } }),
  PAYMENT_DECLINED: () => order({ payment: { method: "CARD", token: "tok_declined" } }),
  FORBIDDEN: () => kim.get("/users"),
  NOT_FOUND: () => kim.get("/nothing"),
  USER_NOT_FOUND: () => admin.get(`/users/${randomUUID()}`),
  PRODUCT_NOT_FOUND: () => guest.get(`/products/${randomUUID()}`),
  COUPON_NOT_FOUND: () => kim.post(`/coupons/${randomUUID()}/issue`),
  USER_COUPON_NOT_FOUND: () => order({ userCouponId: randomUUID() }),
  ORDER_NOT_FOUND: () => kim.get(`/orders/${randomUUID()}`),
  PAYMENT_NOT_FOUND: () => kim.get(`/payments/${randomUUID()}`),
  SAGA_NOT_FOUND: () => admin.get(`/ops/sagas/place-order/${randomUUID()}`),
  SAGA_STEP_NOT_FOUND: async () => admin.post(`${await parkedSaga("placed")}/skip`, { why, step: "sauna" }),
  DEAD_LETTER_NOT_FOUND: () => admin.get("/ops/dead-letters/order-history/dl_nobody"),
  PARKED_EVENT_NOT_FOUND: () => admin.post(`/ops/outbox/point/parked/${randomUUID()}/retry`, { why }),
  READ_MODEL_NOT_FOUND: () => admin.get("/ops/read-models/point/rebuild"),
  METHOD_NOT_ALLOWED: () => send("PUT", "/orders", json, "{}"),
  EMAIL_TAKEN: () => guest.post("/auth/register", { email: kim.email, password: "12345678", nickname: "Kim" }),
  PRODUCT_OUT_OF_STOCK: () => order({ items: [{ productId: mug, quantity: 900 }] }),
  COUPON_ALREADY_ISSUED: async () => {
    const id = await newCoupon();
    await kim.post(`/coupons/${id}/issue`);
    return kim.post(`/coupons/${id}/issue`);
  },
  COUPON_NOT_USABLE: async () => {
    const userCouponId = await idOf(kim.post(`/coupons/${await newCoupon({ minOrderAmount: 9_999 })}/issue`));
    return order({ userCouponId });
  },
  ORDER_NOT_CANCELABLE: cancelTooEarly,
  SAGA_NOT_PARKED: async () => admin.post(`/ops/sagas/place-order/${await idOf(order())}/retry`, { why }),
  SAGA_COMPENSATING: async () => admin.post(`${await parkedSaga("declined")}/compensate`, { why }),
  SAGA_PIVOT_DONE: async () => admin.post(`${await parkedSaga("placed")}/compensate`, { why }),
  SAGA_STEP_NOT_SKIPPABLE: async () => admin.post(`${await parkedSaga("placed")}/skip`, { why, step: "pay" }),
  DEAD_LETTER_CLOSED: async () => {
    const letter = await deadLetter("{");
    await admin.post(`${letter}/discard`, { why });
    return admin.post(`${letter}/discard`, { why });
  },
  DEAD_LETTER_BEHIND: async () => {
    const key = randomUUID();
    await deadLetter("{", key);
    return admin.post(`${await deadLetter("{}", key)}/replay`, { why });
  },
  DEAD_LETTER_FAILED: async () => admin.post(`${await deadLetter("{}")}/replay`, { why }),
  DEAD_LETTER_NOT_REPLAYABLE: async () => admin.post(`${await deadLetter("{")}/replay`, { why }),
  REBUILD_RUNNING: async () => {
    const begin = () => admin.post<Problem>("/ops/read-models/bestseller/rebuild", {});
    const both = await Promise.all([begin(), begin()]);
    return both.find(({ status }) => status === 409)!;
  },
  IDEMPOTENCY_IN_FLIGHT: inFlight,
  COUPON_SOLD_OUT: async () => {
    const id = await newCoupon({ quantity: 1 });
    await (await newCustomer(shop, "lee")).post(`/coupons/${id}/issue`);
    return kim.post(`/coupons/${id}/issue`);
  },
  VERSION_STALE: () => admin.send("PATCH", `/products/${mug}`, { headers: json, body: JSON.stringify({ price: 1_000, version: 99 }) }),
  BODY_TOO_LARGE: () => send("POST", "/points/me/charge", { ...json, "Idempotency-Key": "k" }, JSON.stringify({ x: "x".repeat(200_000) })),
  UNSUPPORTED_MEDIA_TYPE: () => send("POST", "/points/me/charge", { "Content-Type": "text/plain", "Idempotency-Key": "k" }, "amount=1"),
  VALIDATION_FAILED: () => kim.post("/points/me/charge", { amount: -1 }),
  IDEMPOTENCY_KEY_REUSED: async () => {
    await kim.post("/points/me/charge", { amount: 1 }, "one key");
    return kim.post("/points/me/charge", { amount: 2 }, "one key");
  },
  SAGA_RESULT_INVALID: async () => admin.post(`${await parkedSaga("cancelled")}/skip`, { why, step: "refund" }),
  COUPON_NOT_OPEN: async () => {
    const tomorrow = new Date(Date.now() + 86_400_000).toISOString();
    const later = new Date(Date.now() + 2 * 86_400_000).toISOString();
    return kim.post(`/coupons/${await newCoupon({ startsAt: tomorrow, endsAt: later })}/issue`);
  },
  PRECONDITION_REQUIRED: () => admin.send("PATCH", `/products/${mug}`, { headers: json, body: JSON.stringify({ price: 1_000 }) }),
  RATE_LIMITED: () =>
    waitFor(async () => {
      const told = await guest.post<Problem>("/auth/login", { email: "nobody@example.com", password: "wrong" });
      return told.status === 429 && told;
    }),
  INTERNAL: () => {
    faults.next("point.balance", () => Promise.reject(new TypeError("select secret from table")));
    return kim.get("/points/me");
  },
  UNAVAILABLE: () => {
    faults.next("point.balance", neverArrives);
    return kim.get("/points/me");
  },
  OVERLOADED: () => {
    faults.next("point.balance", () => Promise.reject(Object.assign(new Error("the queue is full"), { type: "QUEUE_FULL" })));
    return kim.get("/points/me");
  },
  ORDER_TIMED_OUT: timedOut,
};

test.each(Object.entries(refused))("%s", async (code, ask) => {
  const { status, headers, body } = await ask();
  const entry = catalogue[code as ErrorCode] as { status: number; title: string; retryAfter?: number };
  expect(body).toMatchObject({
    code,
    status: entry.status,
    title: entry.title,
    type: `/docs/errors#${code}`,
    instance: expect.stringMatching(/^\/api\/v1\//),
    requestId: headers.get("X-Request-Id"),
  });
  expect(status).toBe(entry.status);
  expect(headers.get("Content-Type")).toMatch(/^application\/problem\+json/);
  if (entry.retryAfter !== undefined) expect(headers.get("Retry-After")).toBe(String(entry.retryAfter));
  expect(JSON.stringify(body)).not.toMatch(/select |TypeError|\.ts:|queue/);
});
