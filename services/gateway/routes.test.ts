import { z } from "zod";

import { action, contract, type RestOptions } from "../../lib/contract";
import { contracts } from "./contracts";
import { routesOf } from "./routes";

const id = z.string();

test("the shop's contracts make the paths of the API", () => {
  const routes = routesOf(contracts);
  expect(routes.map(({ method, path, auth, status }) => `${method} ${path} ${auth} ${status}`).sort()).toEqual([
    "DELETE /api/v1/products/:id admin 204",
    "GET /api/v1/bestsellers public 200",
    "GET /api/v1/coupons public 200",
    "GET /api/v1/coupons/mine customer 200",
    "GET /api/v1/ops/audit admin 200",
    "GET /api/v1/ops/dead-letters admin 200",
    "GET /api/v1/ops/dead-letters/:service/:id admin 200",
    "GET /api/v1/ops/dead-letters/audit admin 200",
    "GET /api/v1/ops/outbox admin 200",
    "GET /api/v1/ops/outbox/:service/audit admin 200",
    "GET /api/v1/ops/outbox/:service/parked admin 200",
    "GET /api/v1/ops/read-models/:service/rebuild admin 200",
    "GET /api/v1/ops/reconcile admin 200",
    "GET /api/v1/ops/sagas admin 200",
    "GET /api/v1/ops/sagas/:type/:id admin 200",
    "GET /api/v1/orders customer 200",
    "GET /api/v1/orders/:id customer 200",
    "GET /api/v1/orders/:id/events customer 200",
    "GET /api/v1/payments/:id customer 200",
    "GET /api/v1/points/me customer 200",
    "GET /api/v1/points/me/history customer 200",
    "GET /api/v1/products public 200",
    "GET /api/v1/products/:id public 200",
    "GET /api/v1/users admin 200",
    "GET /api/v1/users/:id admin 200",
    "GET /api/v1/users/me customer 200",
    "PATCH /api/v1/products/:id admin 200",
    "PATCH /api/v1/users/me customer 200",
    "POST /api/v1/auth/login public 200",
    "POST /api/v1/auth/logout customer 204",
    "POST /api/v1/auth/refresh public 200",
    "POST /api/v1/auth/register public 201",
    "POST /api/v1/coupons admin 201",
    "POST /api/v1/coupons/:id/issue customer 201",
    "POST /api/v1/ops/dead-letters/:service/:id/discard admin 200",
    "POST /api/v1/ops/dead-letters/:service/:id/replay admin 200",
    "POST /api/v1/ops/dead-letters/replay admin 200",
    "POST /api/v1/ops/outbox/:service/parked/:id/discard admin 200",
    "POST /api/v1/ops/outbox/:service/parked/:id/retry admin 200",
    "POST /api/v1/ops/outbox/:service/retry admin 200",
    "POST /api/v1/ops/read-models/:service/rebuild admin 202",
    "POST /api/v1/ops/sagas/:type/:id/compensate admin 200",
    "POST /api/v1/ops/sagas/:type/:id/retry admin 200",
    "POST /api/v1/ops/sagas/:type/:id/skip admin 200",
    "POST /api/v1/orders customer 201",
    "POST /api/v1/orders/:id/cancel customer 200",
    "POST /api/v1/payments/webhooks/:provider public 204",
    "POST /api/v1/points/me/charge customer 201",
    "POST /api/v1/products admin 201",
    "POST /api/v1/products/:id/stock admin 200",
  ]);
  expect(routes.filter((route) => route.idempotencyKey === "required").map((route) => route.action)).toEqual([
    "point.charge",
    "order.place",
  ]);
  expect(routes.find((route) => route.action === "coupon.mine")?.numbers).toEqual(new Set(["limit"]));
  expect(routes.flatMap((route) => (route.checksPassword ? route.action : []))).toEqual(["user.login", "user.edit"]);
});

test("an action without a route, and what isn't an action, have no path", () => {
  expect(routesOf([contract("shop", { actions: { hidden: action({ params: z.strictObject({}), result: z.any() }) } })])).toEqual([]);
});

test("numbers are found behind defaults and options", () => {
  const params = z.strictObject({
    a: z.int().optional(),
    b: z.int().min(1).default(1),
    c: z.number().nullable().optional(),
    d: z.string().optional(),
    e: z.array(z.int()),
  });
  const [route] = routesOf([contract("shop", { actions: { list: action({ params, result: z.any(), rest: "GET /things" }) } })]);
  expect(route?.numbers).toEqual(new Set(["a", "b", "c"]));
});

test("booleans are found likewise, and what comes from elsewhere isn't a field", () => {
  const params = z.strictObject({ a: z.boolean().optional(), after: z.int().optional(), userId: id, body: id });
  const [route] = routesOf([
    contract("shop", { actions: { list: action({ params, result: z.any(), rest: { route: "GET /things", stream: true } }) } }),
  ]);
  expect([route?.booleans, route?.numbers, route?.fields]).toEqual([new Set(["a"]), new Set(), new Set(["a", "body"])]);
  const raw = { headers: { signature: "X-Signature" } };
  const note = action({
    params: z.strictObject({ body: id, signature: id }),
    result: z.any(),
    rest: { route: "POST /notes", auth: "public", raw },
  });
  expect(routesOf([contract("shop", { actions: { note } })])[0]?.fields).toEqual(new Set());
});

describe("a contract that can't be served as it says stops the start", () => {
  const starting = (rest: RestOptions, params: Record<string, z.ZodType> = {}) =>
    routesOf([contract("shop", { actions: { list: action({ params: z.strictObject(params), result: z.any(), rest }) } })]);

  test.each<[string, RestOptions]>([
    ["id", { route: "GET /things/:id" }],
    ["userId", { route: "GET /things", staffChoosesUser: true }],
    ["productId", { route: "GET /things", staffFilters: ["productId"] }],
    ["version", { route: "PATCH /things", ifMatch: true }],
    ["body", { route: "POST /things", raw: { headers: {} } }],
    ["after", { route: "GET /things", stream: true }],
  ])("without %s", (field, rest) => {
    expect(() => starting(rest)).toThrow(`the route of shop.list fills ${field}`);
  });

  test("without the user that it needs", () => {
    expect(() => starting({ route: "GET /me", auth: "public" }, { userId: id })).toThrow("shop.list is public");
    expect(() => starting({ route: "GET /me", auth: "public", stream: true }, { after: id })).toThrow("shop.list is public");
  });
});
