/** Who may touch what: every route against every kind of caller, and every `:id` against somebody else's thing. */
import { randomUUID } from "node:crypto";

import { Client } from "../../scripts/client";
import { contracts } from "../../services/gateway/contracts";
import { basePath, type Route, routesOf } from "../../services/gateway/routes";
import { deliver } from "../support/events";
import { startShop, type TestShop } from "../support/shop";
import { waitFor } from "../support/wait";
import { couponTerms, newAdmin, newCustomer } from "./people";

const callers = ["guest", "owner", "other", "staff"] as const;
type Caller = (typeof callers)[number];
type Thing = "product" | "coupon" | "order" | "payment" | "user" | "provider" | "publisher" | "readModel" | "saga" | "deadLetter";

/** What `:id` (or `:provider`, or `:type/:id`) of an action is, and whether it is one customer's own. A new route with an id has to be added here. */
const things: Record<string, { thing: Thing; owned: boolean }> = {
  "user.read": { thing: "user", owned: false },
  "product.read": { thing: "product", owned: false },
  "product.edit": { thing: "product", owned: false },
  "product.remove": { thing: "product", owned: false },
  "product.adjustStock": { thing: "product", owned: false },
  "coupon.issue": { thing: "coupon", owned: false },
  "order.read": { thing: "order", owned: true },
  "order.changes": { thing: "order", owned: true },
  "order.cancel": { thing: "order", owned: true },
  "payment.read": { thing: "payment", owned: true },
  "payment.webhook": { thing: "provider", owned: false },
  "ops.saga": { thing: "saga", owned: false },
  "ops.retry": { thing: "saga", owned: false },
  "ops.skip": { thing: "saga", owned: false },
  "ops.compensate": { thing: "saga", owned: false },
  "ops.deadLetter": { thing: "deadLetter", owned: false },
  "ops.replay": { thing: "deadLetter", owned: false },
  "ops.discard": { thing: "deadLetter", owned: false },
  "ops.parkedEvents": { thing: "publisher", owned: false },
  "ops.retryParked": { thing: "publisher", owned: false },
  "ops.retryAllParked": { thing: "publisher", owned: false },
  "ops.discardParked": { thing: "publisher", owned: false },
  "ops.outboxAudit": { thing: "publisher", owned: false },
  "ops.rebuild": { thing: "readModel", owned: false },
  "ops.rebuildStatus": { thing: "readModel", owned: false },
};

const routes = routesOf(contracts);
const withIds = routes.filter(({ pathParams }) => pathParams.length > 0);

let shop: TestShop;
let clients: Record<Caller, Client>;
let ids: Record<Thing, string>;

beforeAll(async () => {
  shop = await startShop();
  const staff = await newAdmin(shop);
  clients = { guest: new Client(shop.url), owner: await newCustomer(shop), other: await newCustomer(shop, "lee"), staff };
  const idOf = async (answer: Promise<{ body: unknown }>) => ((await answer).body as { id: string }).id;
  const product = await idOf(staff.post("/products", { name: "Mug", price: 100, stock: 9 }));
  const { body: order } = await clients.owner.post<{ id: string; payment: { id: string } }>("/orders", {
    items: [{ productId: product, quantity: 1 }],
    payment: { method: "CASH" },
  });
  ids = {
    product,
    coupon: await idOf(staff.post("/coupons", couponTerms())),
    order: order.id,
    payment: order.payment.id,
    user: await idOf(clients.owner.get("/users/me")),
    provider: "sandbox",
    publisher: "point",
    readModel: "bestseller",
    saga: `place-order/${order.id}`,
    deadLetter: await deadLetter(staff),
  };
});

/** Where one stands that a consumer has put aside. */
async function deadLetter(staff: Client): Promise<string> {
  await deliver(shop, { topic: "commerce.order.v1", key: "k", headers: {}, payload: "no event" });
  const put = async () => (await staff.get<{ items: { id: string }[] }>("/ops/dead-letters?service=product")).body.items[0]?.id;
  return `product/${await waitFor(put, { what: "the dead letter" })}`;
}

/** The status of a request without any body or query: enough to tell who is let in. */
async function ask({ method, path }: Route, caller: Caller, id = ""): Promise<{ status: number; code?: string }> {
  const headers = { "Content-Type": "application/json", "Idempotency-Key": randomUUID() };
  const [saga, letter] = id.includes("/") ? [id, id] : [`place-order/${id}`, `product/${id}`];
  const target = path.slice(basePath.length).replace(":type/:id", saga).replace(":service/:id", letter).replace(/:\w+/, id);
  const { status, body } = await clients[caller].send<{ code?: string } | undefined>(method, target, {
    headers,
    ...(method !== "GET" && { body: "{}" }),
  });
  return { status, code: body?.code };
}

test.each(routes.map((route) => [`${route.method} ${route.path}`, route] as const))("%s lets in whom it says", async (_name, route) => {
  const allowed: Record<Route["auth"], readonly Caller[]> = {
    public: callers,
    customer: ["owner", "other", "staff"],
    admin: ["staff"],
  };
  const anyRefusal = expect.stringMatching(/^(UNAUTHENTICATED|FORBIDDEN)$/);
  for (const caller of callers) {
    const { code } = await ask(route, caller, randomUUID());
    const refusal = caller === "guest" ? "UNAUTHENTICATED" : "FORBIDDEN";
    if (allowed[route.auth].includes(caller)) expect([caller, code]).not.toEqual([caller, anyRefusal]);
    else expect([caller, code]).toEqual([caller, refusal]);
  }
});

test("every route with an id is in the table above", () => {
  expect(withIds.map(({ action }) => action).toSorted()).toEqual(Object.keys(things).toSorted());
});

const owned = withIds.filter(({ action }) => things[action]?.owned);

test.each(owned.map((route) => [`${route.method} ${route.path}`, route] as const))(
  "%s: another customer's is as unknown as one that doesn't exist",
  async (_name, route) => {
    const id = ids[things[route.action]!.thing];
    const missing = await ask(route, "other", randomUUID());
    expect(missing).toMatchObject({ status: 404, code: expect.stringMatching(/_NOT_FOUND$/) });
    expect(await ask(route, "other", id)).toEqual(missing);
    expect((await ask(route, "guest", id)).code).toBe("UNAUTHENTICATED");
  },
);

test.each(withIds.filter(({ method }) => method === "GET").map((route) => [route.path, route] as const))(
  "GET %s finds what there is, for those who may see it",
  async (_name, route) => {
    const { thing, owned: isOwned } = things[route.action]!;
    const may: Caller[] = route.auth === "admin" ? ["staff"] : isOwned ? ["owner", "staff"] : ["guest", "owner", "other", "staff"];
    for (const caller of may) expect([caller, (await ask(route, caller, ids[thing])).status]).toEqual([caller, 200]);
  },
);

test("lists hold the caller's own; staff see everybody's, and a customer's when they name him", async () => {
  type List = { items: { id: string }[] };
  const read = async (caller: Caller, path: string) => (await clients[caller].get<List>(path)).body.items.map(({ id }) => id);
  await waitFor(async () => (await read("owner", "/orders")).includes(ids.order), { what: "the history to have followed" });
  expect(await read("other", "/orders")).toEqual([]);
  expect(await read("staff", "/orders")).toEqual([ids.order]);
  expect(await read("staff", `/orders?userId=${ids.user}`)).toEqual([ids.order]);
  expect(await read("staff", `/orders?userId=${randomUUID()}`)).toEqual([]);
  const named = await clients.other.get<{ code: string }>(`/orders?userId=${ids.user}`);
  expect(named).toMatchObject({ status: 422, body: { code: "VALIDATION_FAILED" } });
});
