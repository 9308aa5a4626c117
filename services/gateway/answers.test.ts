import { Errors } from "moleculer";

import { catalogue, ShopError, type ErrorCode } from "../../lib/errors";
import { startEdge } from "../../test/support/edge";
import { shop, testEdge, withKey } from "./shop.fixture";

const at = testEdge();

describe("answers", () => {
  test("have the contract's status, type and length", async () => {
    at.answer = () => ({ name: "é" });
    const { status, headers, body } = await at.edge.send("GET /things");
    expect([status, body]).toEqual([200, { name: "é" }]);
    expect(headers.get("content-type")).toBe("application/json; charset=utf-8");
    expect(headers.get("content-length")).toBe("13");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect((await at.edge.send("POST /payments", { body: { amount: 1 }, ...withKey })).status).toBe(201);
  });

  test("204 has no body", async () => {
    const { status, text, headers } = await at.edge.send("DELETE /things/t1");
    expect([status, text, headers.get("content-type")]).toEqual([204, "", null]);
  });

  test("may be kept where they can be asked for again: by everybody, or by the caller alone; others are kept by nobody", async () => {
    const kept = async (route: string, options?: object) => (await at.edge.send(route, options)).headers.get("cache-control");
    expect(await kept("GET /things")).toBe("no-cache");
    expect(await kept("GET /things/mine")).toBe("private, no-cache");
    expect(await kept("POST /payments", { body: { amount: 1 }, ...withKey })).toBe("no-store");
    expect(await kept("DELETE /things/t1")).toBe("no-store");
    at.answer = ({ meta }) => Object.assign(meta, { $statusCode: 202 }) && {};
    expect(await kept("GET /things/mine")).toBe("no-store");
  });

  test("a handler's own status and Location; 201 without one raises no warning", async () => {
    at.answer = ({ meta }) => Object.assign(meta, { $statusCode: 202, $location: "/api/v1/orders/o1" }) && { status: "PENDING" };
    const { status, headers } = await at.edge.send("POST /payments", { body: { amount: 1 }, ...withKey });
    expect([status, headers.get("location")]).toEqual([202, "/api/v1/orders/o1"]);
    at.answer = () => ({});
    await at.edge.send("POST /payments", { body: { amount: 1 }, ...withKey });
    expect(at.edge.logged).toEqual([]);
  });

  test("a repeated answer says so, a refusal too", async () => {
    at.answer = ({ meta }) => Object.assign(meta, { $replayed: true }) && {};
    expect((await at.edge.send("POST /payments", { body: { amount: 1 }, ...withKey })).headers.get("idempotent-replayed")).toBe("true");
    at.answer = ({ meta }) => {
      meta.$replayed = true;
      throw new ShopError("POINT_INSUFFICIENT");
    };
    expect((await at.edge.send("POST /payments", { body: { amount: 1 }, ...withKey })).headers.get("idempotent-replayed")).toBe("true");
    at.answer = () => ({});
    expect((await at.edge.send("POST /payments", { body: { amount: 1 }, ...withKey })).headers.get("idempotent-replayed")).toBeNull();
  });
});

describe("errors", () => {
  test.each(Object.keys(catalogue) as ErrorCode[])("%s is a problem document with its status", async (code) => {
    const { status, title, retryAfter } = catalogue[code] as { status: number; title: string; retryAfter?: number };
    at.answer = () => {
      throw new ShopError(code, "what happened", { errors: [{ path: "a", message: "b" }], orderId: "o1", secret: "s" });
    };
    const sent = await at.edge.send("GET /things?limit=5", { headers: { "x-request-id": "r1" } });
    expect(sent.headers.get("content-type")).toBe("application/problem+json");
    expect(sent.headers.get("cache-control")).toBe("no-store");
    expect(sent.headers.get("retry-after")).toBe(retryAfter === undefined ? null : String(retryAfter));
    expect(sent.status).toBe(status);
    const common = { type: `/docs/errors#${code}`, title, status, instance: "/api/v1/things", code, requestId: "r1" };
    const own = { detail: "what happened", errors: [{ path: "a", message: "b" }], orderId: "o1" };
    expect(sent.body).toEqual(code === "INTERNAL" ? { ...common, detail: title } : { ...common, ...own });
  });

  test("an error that knows when to try again says so in Retry-After, and nowhere else", async () => {
    at.answer = () => {
      throw new ShopError("OVERLOADED", undefined, { retryAfter: 7 });
    };
    const { headers, body } = await at.edge.send("GET /things");
    expect(headers.get("retry-after")).toBe("7");
    expect(body).not.toHaveProperty("retryAfter");
  });

  test("a write with a key that took too long is honest: its outcome is unknown, and repeating it is safe", async () => {
    at.answer = () => {
      throw new Errors.RequestTimeoutError({ action: "shop.pay", nodeID: "n1" });
    };
    const { status, body } = await at.edge.send("POST /payments", { body: { amount: 1 }, ...withKey });
    expect([status, body.code, body.orderId]).toEqual([503, "UNAVAILABLE", undefined]);
    expect(body.detail).toContain("same Idempotency-Key");
  });

  test("a fault of ours says nothing of itself and is logged with the request's id", async () => {
    at.answer = () => {
      throw Object.assign(new Error("select * from secret"), { code: 409, sql: "select" });
    };
    const { status, text } = await at.edge.send("GET /things", { headers: { "x-request-id": "r1" } });
    expect(status).toBe(500);
    expect(text).not.toMatch(/select|secret|node|stack|at /);
    expect(at.edge.logged).toEqual([expect.stringContaining("GET /api/v1/things failed")]);
    expect(at.edge.logged[0]).toContain("select * from secret");
  });

  test.each([
    ["UNAVAILABLE", new Errors.RequestTimeoutError({ action: "shop.list", nodeID: "n1" })],
    ["OVERLOADED", new Errors.QueueIsFullError({ action: "shop.list", nodeID: "n1" })],
  ] as const)("%s when a service is slow or full, logged as a warning", async (code, error) => {
    at.answer = () => {
      throw error;
    };
    const { status, body, headers, text } = await at.edge.send("GET /things");
    expect([status, body.code, headers.get("retry-after")]).toEqual([503, code, "1"]);
    expect(text).not.toMatch(/n1|shop\.list/);
    expect(at.edge.logged).toEqual([expect.stringContaining(code)]);
  });

  test.each([
    ["customer", "A part of the shop is away, try again"],
    ["admin", "The service order-history does not answer"],
  ] as const)("to a %s who asks in vain it is: %s", async (role, detail) => {
    at.answer = () => {
      throw new Errors.ServiceNotAvailableError({ action: "order-history.list", nodeID: "n1" });
    };
    const token = await at.edge.token({ id: "u1", role });
    expect((await at.edge.send("GET /things/mine", { token })).body).toMatchObject({ code: "UNAVAILABLE", detail });
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
    at.answer = () => ({ big: 1n });
    expect((await at.edge.send("GET /things")).status).toBe(500);
  });

  test("a part that is away is UNAVAILABLE", async () => {
    const service = at.edge.broker.getLocalService("shop");
    const schema = service.originalSchema;
    await at.edge.broker.destroyService(service);
    try {
      const { status, body } = await at.edge.send("GET /things");
      expect([status, body.code]).toEqual([503, "UNAVAILABLE"]);
    } finally {
      at.edge.broker.createService(schema!);
      await at.edge.broker.waitForServices("shop");
    }
  });
});
