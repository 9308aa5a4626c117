import { request, Agent } from "node:http";
import { once } from "node:events";

import { Errors } from "moleculer";
import { z } from "zod";

import { hashJson } from "../../lib/canonical-json";
import { action, contract } from "../../lib/contract";
import { catalogue, ShopError, type ErrorCode } from "../../lib/errors";
import { positiveMoney } from "../../lib/money";
import { id, page } from "../../lib/schemas";
import { startEdge, type Edge, type FakeCall } from "../../test/support/edge";
import { waitFor } from "../../test/support/wait";

const shop = contract("shop", {
  actions: {
    list: action({
      params: z.strictObject({ ...page, name: z.string().optional() }),
      result: z.any(),
      rest: { route: "GET /things", auth: "public" },
    }),
    read: action({ params: z.strictObject({ id }), result: z.any(), rest: { route: "GET /things/:id", auth: "public" } }),
    mine: action({ params: z.strictObject({ userId: id }), result: z.any(), rest: "GET /things/mine" }),
    create: action({
      params: z.strictObject({ name: z.string() }),
      result: z.any(),
      rest: { route: "POST /things", auth: "admin" },
      idempotencyKey: "optional",
    }),
    take: action({
      params: z.strictObject({ id, userId: id }),
      result: z.any(),
      rest: "POST /things/:id/take",
      idempotencyKey: "optional",
    }),
    pay: action({
      params: z.strictObject({ userId: id, amount: positiveMoney }),
      result: z.any(),
      rest: "POST /payments",
      idempotencyKey: "required",
    }),
    remove: action({ params: z.strictObject({ id }), result: z.any(), rest: { route: "DELETE /things/:id", status: 204 } }),
    absent: action({ params: z.strictObject({}), result: z.any(), rest: { route: "GET /absent", auth: "public" } }),
  },
});

/** What the actions do in the test at hand; by default they answer `{}`. */
let answer: (call: FakeCall) => unknown = () => ({});
let edge: Edge;

beforeAll(async () => {
  const names = Object.keys(shop.$actions).filter((name) => name !== "absent");
  edge = await startEdge([shop], Object.fromEntries(names.map((name) => [name, (call) => answer(call)])));
});
afterAll(() => edge.stop());
beforeEach(() => {
  answer = () => ({});
  edge.calls.length = 0;
  edge.logged.length = 0;
});

const withKey = { headers: { "idempotency-key": "k1" } };
const lastCall = () => edge.calls.at(-1);

describe("parameters", () => {
  test("of a GET come from the query; decimal digits become numbers where the action takes one", async () => {
    await edge.send("GET /things?limit=7&cursor=12&name=3");
    expect(lastCall()?.params).toEqual({ limit: 7, cursor: "12", name: "3" });
  });

  test("of a path are decoded", async () => {
    await edge.send("GET /things/a%2Fb%7E");
    expect(lastCall()?.params).toEqual({ id: "a/b~" });
  });

  test("of others come from the body, the user from the token", async () => {
    await edge.send("POST /payments", { body: { amount: 5 }, ...withKey });
    expect(lastCall()).toMatchObject({ action: "shop.pay", params: { amount: 5, userId: "u1" } });
  });

  test("a POST without a body has no fields", async () => {
    expect((await edge.send("POST /things/t1/take")).status).toBe(201);
    expect(lastCall()?.params).toEqual({ id: "t1", userId: "u1" });
  });

  test("a fixed path goes before a parameter, and a slash at the end doesn't count", async () => {
    await edge.send("GET /things/mine/");
    expect(lastCall()?.action).toBe("shop.mine");
  });
});

describe("who is calling", () => {
  test("is told to the action in meta, with the request's id", async () => {
    const token = await edge.token({ id: "boss", role: "admin" });
    await edge.send("POST /things", { body: { name: "a" }, token, headers: { "x-request-id": "r 1" } });
    expect(lastCall()?.meta).toMatchObject({ caller: { id: "boss", role: "admin" }, requestId: "r 1" });
  });

  test("is nobody on a public path, whatever token is sent", async () => {
    expect((await edge.send("GET /things", { token: "expired" })).status).toBe(200);
    expect(lastCall()?.meta.caller).toBeUndefined();
  });

  test.each([null, "garbage", "a.b.c"])("token %s is 401 with a challenge", async (token) => {
    const { status, body, headers } = await edge.send("GET /things/mine", { token });
    expect([status, body.code]).toEqual([401, "UNAUTHENTICATED"]);
    expect(headers.get("www-authenticate")).toMatch(/^Bearer/);
    expect(edge.calls).toEqual([]);
  });

  test("the word Bearer is taken in any case, other schemes aren't", async () => {
    const token = await edge.token();
    const status = async (authorization: string) =>
      (await edge.send("GET /things/mine", { token: null, headers: { authorization } })).status;
    expect(await status(`bearer ${token}`)).toBe(200);
    expect(await status(`Basic ${token}`)).toBe(401);
    expect(await status(token)).toBe(401);
  });

  test("a customer on a path for staff is 403", async () => {
    const { status, body } = await edge.send("POST /things", { body: { name: "a" } });
    expect([status, body.code]).toEqual([403, "FORBIDDEN"]);
  });
});

describe("Idempotency-Key", () => {
  test("goes on with its scope: user, method, full path with its ids, and the body's hash", async () => {
    await edge.send("POST /payments", { body: { amount: 5 }, ...withKey });
    const first = lastCall()?.meta.idempotency;
    expect(first).toEqual({ key: "k1", userId: "u1", route: "POST /api/v1/payments", bodyHash: hashJson({ amount: 5 }) });
    await edge.send("POST /payments", { body: '{ "amount" : 5.0 }', ...withKey });
    expect(lastCall()?.meta.idempotency).toEqual(first);
    await edge.send("POST /payments", { body: { amount: 6 }, ...withKey });
    expect(lastCall()?.meta.idempotency?.bodyHash).not.toBe(first?.bodyHash);
    await edge.send("POST /things/a%62/take", withKey);
    expect(lastCall()?.meta.idempotency?.route).toBe("POST /api/v1/things/ab/take");
  });

  test("is needed where the contract says so", async () => {
    const { status, body } = await edge.send("POST /payments", { body: { amount: 5 } });
    expect([status, body.code]).toEqual([400, "IDEMPOTENCY_KEY_REQUIRED"]);
    expect((await edge.send("POST /things/t1/take")).status).toBe(201);
    expect(lastCall()?.meta.idempotency).toBeUndefined();
  });

  test.each(["x".repeat(256), "caf\u00e9", "a\tb"])("a key such as %j is 400", async (key) => {
    const { status, body } = await edge.send("POST /things/t1/take", { headers: { "idempotency-key": key } });
    expect([status, body.code]).toEqual([400, "BAD_REQUEST"]);
  });

  test("an empty one is none where it is needed, and bad where it isn't", async () => {
    const headers = { "idempotency-key": "" };
    expect((await edge.send("POST /payments", { body: { amount: 5 }, headers })).body.code).toBe("IDEMPOTENCY_KEY_REQUIRED");
    expect((await edge.send("POST /things/t1/take", { headers })).body.code).toBe("BAD_REQUEST");
  });

  test("255 printable characters are good", async () => {
    expect((await edge.send("POST /things/t1/take", { headers: { "idempotency-key": "~ !".padEnd(255, "x") } })).status).toBe(201);
  });
});

test("checks come in this order: path, 401, 403, ids of the path, key, body", async () => {
  const code = async (route: string, options: Parameters<Edge["send"]>[1]) => (await edge.send(route, options)).body.code;
  const bad = { body: "{", headers: { "idempotency-key": "" } };
  expect(await code("POST /nowhere", { ...bad, token: null })).toBe("NOT_FOUND");
  expect(await code("POST /things", { ...bad, token: null })).toBe("UNAUTHENTICATED");
  expect(await code("POST /things", bad)).toBe("FORBIDDEN");
  expect(await code("POST /things/%00/take", bad)).toBe("NOT_FOUND");
  expect(await code("POST /payments", bad)).toBe("IDEMPOTENCY_KEY_REQUIRED");
  expect(await code("POST /payments", { body: "{", ...withKey })).toBe("BAD_REQUEST");
  expect(await code("POST /payments", { body: {}, ...withKey })).toBe("VALIDATION_FAILED");
  expect(edge.calls).toEqual([]);
});

describe("answers", () => {
  test("have the contract's status, type and length", async () => {
    answer = () => ({ name: "é" });
    const { status, headers, body } = await edge.send("GET /things");
    expect([status, body]).toEqual([200, { name: "é" }]);
    expect(headers.get("content-type")).toBe("application/json; charset=utf-8");
    expect(headers.get("content-length")).toBe("13");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect((await edge.send("POST /payments", { body: { amount: 1 }, ...withKey })).status).toBe(201);
  });

  test("204 has no body", async () => {
    const { status, text, headers } = await edge.send("DELETE /things/t1");
    expect([status, text, headers.get("content-type")]).toEqual([204, "", null]);
  });

  test("to one caller aren't stored by caches, public ones may be", async () => {
    expect((await edge.send("GET /things/mine")).headers.get("cache-control")).toBe("no-store");
    expect((await edge.send("GET /things")).headers.get("cache-control")).toBeNull();
  });

  test("a handler's own status and Location; 201 without one raises no warning", async () => {
    answer = ({ meta }) => Object.assign(meta, { $statusCode: 202, $location: "/api/v1/orders/o1" }) && { status: "PENDING" };
    const { status, headers } = await edge.send("POST /payments", { body: { amount: 1 }, ...withKey });
    expect([status, headers.get("location")]).toEqual([202, "/api/v1/orders/o1"]);
    answer = () => ({});
    await edge.send("POST /payments", { body: { amount: 1 }, ...withKey });
    expect(edge.logged).toEqual([]);
  });

  test("a repeated answer says so, a refusal too", async () => {
    answer = ({ meta }) => Object.assign(meta, { $replayed: true }) && {};
    expect((await edge.send("POST /payments", { body: { amount: 1 }, ...withKey })).headers.get("idempotent-replayed")).toBe("true");
    answer = ({ meta }) => {
      meta.$replayed = true;
      throw new ShopError("POINT_INSUFFICIENT");
    };
    expect((await edge.send("POST /payments", { body: { amount: 1 }, ...withKey })).headers.get("idempotent-replayed")).toBe("true");
    answer = () => ({});
    expect((await edge.send("POST /payments", { body: { amount: 1 }, ...withKey })).headers.get("idempotent-replayed")).toBeNull();
  });

  test("X-Request-Id is the client's own when it is sane, else a new one, on problems too", async () => {
    const idOf = async (headers: Record<string, string>, route = "GET /things") =>
      (await edge.send(route, { headers })).headers.get("x-request-id");
    expect(await idOf({ "x-request-id": "mine-1" })).toBe("mine-1");
    expect(await idOf({ "x-request-id": "mine-1" }, "GET /nowhere")).toBe("mine-1");
    for (const bad of ["x".repeat(101), "caf\u00e9", ""]) expect(await idOf({ "x-request-id": bad })).toMatch(/^[0-9a-f-]{36}$/);
    expect(await idOf({ "x-correlation-id": "other" })).toMatch(/^[0-9a-f-]{36}$/);
  });
});

describe("errors", () => {
  test.each(Object.keys(catalogue) as ErrorCode[])("%s is a problem document with its status", async (code) => {
    const { status, title, retryAfter } = catalogue[code] as { status: number; title: string; retryAfter?: number };
    answer = () => {
      throw new ShopError(code, "what happened", { errors: [{ path: "a", message: "b" }], orderId: "o1", secret: "s" });
    };
    const sent = await edge.send("GET /things?limit=5", { headers: { "x-request-id": "r1" } });
    expect(sent.headers.get("content-type")).toBe("application/problem+json");
    expect(sent.headers.get("cache-control")).toBe("no-store");
    expect(sent.headers.get("retry-after")).toBe(retryAfter === undefined ? null : String(retryAfter));
    expect(sent.status).toBe(status);
    const common = { type: `/docs/errors#${code}`, title, status, instance: "/api/v1/things", code, requestId: "r1" };
    const own = { detail: "what happened", errors: [{ path: "a", message: "b" }], orderId: "o1" };
    expect(sent.body).toEqual(code === "INTERNAL" ? common : { ...common, ...own });
  });

  test("a write with a key that took too long is honest: its outcome is unknown, and repeating it is safe", async () => {
    answer = () => {
      throw new Errors.RequestTimeoutError({ action: "shop.pay", nodeID: "n1" });
    };
    const { status, body } = await edge.send("POST /payments", { body: { amount: 1 }, ...withKey });
    expect([status, body.code, body.orderId]).toEqual([503, "UNAVAILABLE", undefined]);
    expect(body.detail).toContain("same Idempotency-Key");
  });

  test("a fault of ours says nothing of itself and is logged with the request's id", async () => {
    answer = () => {
      throw Object.assign(new Error("select * from secret"), { code: 409, sql: "select" });
    };
    const { status, text } = await edge.send("GET /things", { headers: { "x-request-id": "r1" } });
    expect(status).toBe(500);
    expect(text).not.toMatch(/select|secret|node|stack|at /);
    expect(edge.logged).toEqual([expect.stringContaining("GET /api/v1/things failed")]);
    expect(edge.logged[0]).toContain("select * from secret");
  });

  test.each([
    ["UNAVAILABLE", new Errors.RequestTimeoutError({ action: "shop.list", nodeID: "n1" })],
    ["OVERLOADED", new Errors.QueueIsFullError({ action: "shop.list", nodeID: "n1" })],
  ] as const)("%s when a service is slow or full, logged as a warning", async (code, error) => {
    answer = () => {
      throw error;
    };
    const { status, body, headers, text } = await edge.send("GET /things");
    expect([status, body.code, headers.get("retry-after")]).toEqual([503, code, "1"]);
    expect(text).not.toMatch(/n1|shop\.list/);
    expect(edge.logged).toEqual([expect.stringContaining(code)]);
  });

  test("an open circuit breaker is UNAVAILABLE, and stays with the action that failed", async () => {
    const list = () => {
      throw new ShopError("INTERNAL");
    };
    const other = await startEdge([shop], { list });
    try {
      for (let at = 0; at < 50; at++) expect((await other.send("GET /things")).body.code).toBe("INTERNAL");
      expect((await other.send("GET /things")).body.code).toBe("UNAVAILABLE");
      expect((await other.send("GET /things/t1")).status).toBe(200);
    } finally {
      await other.stop();
    }
  });

  test("a result that isn't JSON is a fault of ours", async () => {
    answer = () => ({ big: 1n });
    expect((await edge.send("GET /things")).status).toBe(500);
  });

  test("a part that is away is UNAVAILABLE", async () => {
    const service = edge.broker.getLocalService("shop");
    const schema = service.originalSchema;
    await edge.broker.destroyService(service);
    try {
      const { status, body } = await edge.send("GET /things");
      expect([status, body.code]).toEqual([503, "UNAVAILABLE"]);
    } finally {
      edge.broker.createService(schema!);
      await edge.broker.waitForServices("shop");
    }
  });
});

describe("health", () => {
  test("stands at the root", async () => {
    for (const path of ["live", "ready"]) {
      const response = await fetch(`${edge.url}/health/${path}`);
      expect([response.status, await response.json()]).toEqual([200, { status: "ok" }]);
    }
  });
});

describe("stopping", () => {
  const agent = new Agent({ keepAlive: true });
  afterAll(() => agent.destroy());

  test("lets the answer in flight out, closes idle connections, then takes no more", async () => {
    let finish: (() => void) | undefined;
    const other = await startEdge([shop], { list: () => new Promise((resolve) => (finish = () => resolve({ done: true }))) });
    const idle = request({ port: other.port, path: "/health/live", agent }).end();
    const [first] = await once(idle, "response");
    first.resume();
    await once(first, "end");
    const inFlight = fetch(`${other.url}/api/v1/things`);
    await waitFor(() => finish);
    const stopped = other.stop();
    await waitFor(
      async () =>
        fetch(`${other.url}/health/live`).then(
          () => false,
          () => true,
        ),
      { what: "a closed door" },
    );
    finish?.();
    const response = await inFlight;
    expect([response.status, response.headers.get("connection"), await response.json()]).toEqual([200, "close", { done: true }]);
    await stopped;
  });

  test("doesn't wait for ever for a client that never sends the rest", async () => {
    const other = await startEdge([shop], {}, { DRAIN_MS: "20" });
    const headers = {
      "content-length": "10",
      "content-type": "application/json",
      "idempotency-key": "k",
      authorization: `Bearer ${await other.token()}`,
    };
    const half = request({ port: other.port, method: "POST", path: "/api/v1/payments", headers });
    half.on("error", () => undefined); // it is cut off
    const closed = new Promise((resolve) => half.once("close", resolve));
    half.write("{");
    await waitFor(() => new Promise((resolve) => other.gateway.door.server.getConnections((_, count) => resolve(count === 1))));
    await other.stop();
    await closed;
  });

  test("a port that is taken is one clear line", async () => {
    await expect(startEdge([shop], {}, { PORT: String(edge.port) })).rejects.toMatchObject({
      name: "ListenError",
      message: `PORT: 127.0.0.1:${edge.port} is in use by another process`,
    });
  });
});
