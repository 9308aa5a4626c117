/**
 * The shop on two nodes, the gateway and the rest, is the shop in one process: the same refusals word for word, the same answers, streams
 * and large lists. Between the nodes are Moleculer's own messages, and with `TEST_NATS_URL` a NATS server.
 */
import { randomUUID } from "node:crypto";

import { type BrokerOptions, Errors } from "moleculer";

import type { Config } from "../../lib/config";
import { ShopError } from "../../lib/errors";
import { natsTransporter } from "../../mixins/nats";
import type { Answer, Client } from "../../scripts/client";
import { type Fault, Faults, Hold } from "../support/faults";
import { startShop, type TestShop } from "../support/shop";
import { startTwoNodes } from "../support/two-nodes";
import { databaseOf } from "../support/database-of";
import { waitFor } from "../support/wait";
import { couponTerms, newAdmin, newCustomer } from "./people";

jest.setTimeout(120_000);

type Nodes = Omit<TestShop, "again">;
type Transporter = (config: Config) => BrokerOptions["transporter"];

const server = process.env.TEST_NATS_URL;
const wires: [string, Transporter][] = [["Moleculer's fake transporter", () => "Fake"]];
if (server) wires.push(["NATS", () => natsTransporter(server)]);

const fails = (error: Error): Fault => {
  return async () => {
    throw error;
  };
};

/** Errors that aren't of the catalogue: what the outside makes of them must not depend on where they were thrown. */
const breakdowns: [string, Error][] = [
  ["a fault of ours", new TypeError("x is not a function")],
  ["a lock that was not to be had", Object.assign(new Error("Lock wait timeout exceeded"), { parent: { errno: 1205 } })],
  ["a deadlock that was repeated in vain", Object.assign(new Error("Deadlock found"), { errno: 1213 })],
  ["a full disk", Object.assign(new Error("disk full"), { name: "SqliteError", errcode: 13 })],
  ["a lost connection", Object.assign(new Error("Connection lost"), { fatal: true })],
  ["a refused connection", Object.assign(new Error("connect ECONNREFUSED 10.0.0.1:3306"), { code: "ECONNREFUSED" })],
  ["a commit of unknown outcome", Object.assign(new Error("the commit failed"), { name: "CommitUnknown" })],
  ["a full queue", new Errors.QueueIsFullError({ action: "product.list", nodeID: "node" })],
  ["a call that took too long", new Errors.RequestTimeoutError({ action: "product.list", nodeID: "node" })],
  ["a refusal with facts", new ShopError("IDEMPOTENCY_IN_FLIGHT", "soon", { retryAfter: 7, secret: 1 })],
];

/** Every way to be refused that one customer meets, by what was asked. */
async function refusals(shop: Nodes, faults: Faults): Promise<Map<string, Answer>> {
  const admin = await newAdmin(shop);
  const kim = await newCustomer(shop);
  const said = new Map<string, Answer>();
  const ask = async (what: string, asked: Promise<Answer>) => said.set(what, await asked);
  const made = async (asked: Promise<Answer<unknown>>) => ((await asked).body as { id: string }).id;
  const mug = await made(admin.post("/products", { name: "Mug", price: 1_000, stock: 2 }));
  const gone = await made(admin.post("/coupons", couponTerms({ quantity: 1 })));
  const dear = await made(admin.post("/coupons", couponTerms({ minOrderAmount: 1_000_000 })));
  const userCouponId = await made(kim.post(`/coupons/${dear}/issue`));
  await (await newCustomer(shop, "lee")).post(`/coupons/${gone}/issue`);
  const cash = { method: "CASH" };
  const order = (more: object) => kim.post("/orders", { items: [{ productId: mug, quantity: 1 }], payment: cash, ...more });

  await ask("an unknown product", kim.get("/products/nothing"));
  await ask("an order of it", order({ items: [{ productId: "nothing", quantity: 1 }] }));
  await ask("too little stock", order({ items: [{ productId: mug, quantity: 3 }] }));
  await ask("too few points", order({ payment: { method: "POINT" } }));
  await ask("a declined card", order({ payment: { method: "CARD", token: "tok_declined" } }));
  await ask("a coupon below its minimum", order({ userCouponId }));
  await ask("more points than there is to pay", order({ points: 5_000 }));
  await ask("a bad body", order({ items: [], extra: 1 }));
  await ask("a coupon that is gone", kim.post(`/coupons/${gone}/issue`));
  await ask("a coupon twice", kim.post(`/coupons/${dear}/issue`));
  await ask("an unknown coupon", kim.post("/coupons/nothing/issue"));
  await ask("an address that is taken", kim.post("/auth/register", { email: kim.email, password: "correct horse", nickname: "Kim" }));
  await ask("a wrong password", kim.post("/auth/login", { email: kim.email, password: "wrong horse" }));
  await ask("a refresh token of nobody's", kim.post("/auth/refresh", { refreshToken: "nobody's" }));
  await ask("somebody else's order", kim.get(`/orders/${randomUUID()}`));
  await ask("an edit without a version", patch(admin, mug, { price: 2_000 }));
  await ask("an edit of an old version", patch(admin, mug, { price: 2_000, version: 99 }));
  await ask("less than nothing in stock", admin.post(`/products/${mug}/stock`, { delta: -3, reason: "lost" }));
  await ask("a webhook with a bad signature", kim.post("/payments/webhooks/sandbox", {}));
  const key = randomUUID();
  await kim.post("/points/me/charge", { amount: 1 }, key);
  await ask("the same charge again", kim.post("/points/me/charge", { amount: 1 }, key));
  await ask("another charge with its key", kim.post("/points/me/charge", { amount: 2 }, key));
  const { body } = await order({});
  await kim.post(`/orders/${(body as { id: string }).id}/cancel`);
  await ask("a cancellation too many", kim.post(`/orders/${(body as { id: string }).id}/cancel`));
  for (const [what, error] of breakdowns) {
    faults.next("product.list", fails(error));
    await ask(what, kim.get("/products"));
  }
  return said;
}

const patch = (admin: Client, id: string, body: object) =>
  admin.send("PATCH", `/products/${id}`, { body: JSON.stringify(body), headers: { "Content-Type": "application/json" } });

const told = ["content-type", "retry-after", "idempotent-replayed", "location", "www-authenticate", "cache-control"];

/** What a client can tell apart, with everything that is new each time taken out. */
function visible({ status, headers, body }: Answer): object {
  const text = JSON.stringify(body)
    .replaceAll(/"(requestId|orderId|productId|id)":"[^"]*"/g, '"$1":"…"')
    .replaceAll(/[\da-f]{8}-[\da-f-]{27}/g, "…");
  return { status, headers: told.map((name) => headers.get(name)?.replaceAll(/[\da-f]{8}-[\da-f-]{27}/g, "…")), body: JSON.parse(text) };
}

/** The order of a product, as soon as there is one. */
function orderOf(shop: Nodes, productId: string): Promise<string> {
  const find = async () => {
    const sql = "select order_id as id from order_product where product_id = ?";
    const [row] = await databaseOf(shop, "order").select<{ id: string }>(sql, [productId]);
    return row?.id;
  };
  return waitFor(find, { what: "the order" });
}

let single: Map<string, Answer>;
beforeAll(async () => {
  const faults = new Faults();
  single = await refusals(await startShop({ middlewares: [faults.middleware] }), faults);
});

describe.each(wires)("over %s", (_name, transporter) => {
  const faults = new Faults();
  let shop: Awaited<ReturnType<typeof startTwoNodes>>;
  beforeAll(async () => {
    shop = await startTwoNodes(transporter, [faults.middleware]);
  });

  test("every refusal is the one that a single process gives", async () => {
    const apart = await refusals(shop, faults);
    expect(apart.size).toBeGreaterThan(30);
    const seen = (answers: Map<string, Answer>) => Object.fromEntries([...answers].map(([what, answer]) => [what, visible(answer)]));
    expect(seen(apart)).toEqual(seen(single));
  });

  test("answers carry their status, their Location and that they are repeated", async () => {
    const kim = await newCustomer(shop);
    const admin = await newAdmin(shop);
    const { body: mug } = await admin.post<{ id: string }>("/products", { name: "Mug", price: 1_000, stock: 5 });
    const cart = { items: [{ productId: mug.id, quantity: 1 }], payment: { method: "CASH" } };
    const key = randomUUID();
    const first = await kim.post<{ id: string }>("/orders", cart, key);
    const again = await kim.post<{ id: string }>("/orders", cart, key);
    expect([first.status, first.headers.get("location"), first.headers.get("idempotent-replayed")]).toEqual([
      201,
      `/api/v1/orders/${first.body.id}`,
      null,
    ]);
    expect([again.status, again.body, again.headers.get("idempotent-replayed")]).toEqual([201, first.body, "true"]);
    expect((await kim.send("DELETE", `/products/${mug.id}`)).status).toBe(403);
    expect(await admin.send("DELETE", `/products/${mug.id}`)).toMatchObject({ status: 204, body: "" });
  });

  test("an order's events are streamed until it is final, and from where a stream broke off", async () => {
    const kim = await newCustomer(shop);
    const admin = await newAdmin(shop);
    const { body: mug } = await admin.post<{ id: string }>("/products", { name: "Mug", price: 1_000, stock: 5 });
    const slow = { items: [{ productId: mug.id, quantity: 1 }], payment: { method: "CARD", token: "tok_slow" } };
    const placed = kim.post<{ id: string }>("/orders", slow);
    const id = await orderOf(shop, mug.id);
    const stream = await kim.send<string>("GET", `/orders/${id}/events`);
    await placed;
    const statuses = [...stream.body.matchAll(/"status":"(\w+)"/g)].map(([, status]) => status);
    expect(stream.headers.get("content-type")).toBe("text/event-stream");
    expect(statuses.at(-1)).toBe("COMPLETED");
    const last = /id: (\d+)\n(?![\s\S]*id:)/.exec(stream.body)?.[1] ?? "";
    expect((await kim.send("GET", `/orders/${id}/events`, { headers: { "Last-Event-ID": last } })).status).toBe(204);
  });

  test("an order that takes longer than its customer waits is accepted: the call lasts longer than others", async () => {
    const kim = await newCustomer(shop);
    const admin = await newAdmin(shop);
    const { body: mug } = await admin.post<{ id: string }>("/products", { name: "Mug", price: 1_000, stock: 5 });
    const hold = new Hold();
    faults.next("payment.process", hold.before);
    const { status, headers } = await kim.post("/orders", { items: [{ productId: mug.id, quantity: 1 }], payment: { method: "CASH" } });
    hold.release();
    expect([status, headers.get("location")]).toEqual([202, `/api/v1/orders/${await orderOf(shop, mug.id)}`]);
  });

  test("a list may be larger than a message", async () => {
    const admin = await newAdmin(shop);
    const kim = await newCustomer(shop);
    const create = async (n: number) => {
      const { body } = await admin.post<{ id: string }>("/products", { name: `${"茶".repeat(190)} ${n}`, price: 1, stock: 100 });
      return { productId: body.id, quantity: 1 };
    };
    const items = await Promise.all(Array.from({ length: 100 }, (_, n) => create(n)));
    const cart = { items, payment: { method: "CASH" } };
    const placed = await Promise.all(Array.from({ length: 20 }, () => kim.post<{ id: string }>("/orders", cart)));
    const listed = async () => {
      const { body } = await kim.get<{ items: { id: string; items: object[] }[] }>("/orders?limit=100");
      return body.items?.length === placed.length && body.items;
    };
    const orders = await waitFor(listed, { what: "all orders to be listed", timeoutMs: 30_000, everyMs: 200 });
    expect(Buffer.byteLength(JSON.stringify(orders))).toBeGreaterThan(1024 * 1024); // NATS's limit
    expect(orders.map(({ id }) => id).toSorted()).toEqual(placed.map(({ body }) => body.id).toSorted());
    for (const one of orders) expect(one.items).toHaveLength(items.length);
  });
});
