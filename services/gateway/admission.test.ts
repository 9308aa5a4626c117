import { hashJson } from "../../lib/canonical-json";
import type { Edge } from "../../test/support/edge";
import { testEdge, withKey } from "./shop.fixture";

const at = testEdge();
const lastCall = () => at.edge.calls.at(-1);

describe("who is calling", () => {
  test("is told to the action in meta, with the request's id", async () => {
    const token = await at.edge.token({ id: "boss", role: "admin" });
    await at.edge.send("POST /things", { body: { name: "a" }, token, headers: { "x-request-id": "r 1" } });
    expect(lastCall()?.meta).toMatchObject({ caller: { id: "boss", role: "admin" }, requestId: "r 1" });
  });

  test("is nobody on a public path, whatever token is sent", async () => {
    expect((await at.edge.send("GET /things", { token: "expired" })).status).toBe(200);
    expect(lastCall()?.meta.caller).toBeUndefined();
  });

  test.each([null, "garbage", "a.b.c"])("token %s is 401 with a challenge", async (token) => {
    const { status, body, headers } = await at.edge.send("GET /things/mine", { token });
    expect([status, body.code]).toEqual([401, "UNAUTHENTICATED"]);
    expect(headers.get("www-authenticate")).toMatch(/^Bearer/);
    expect(at.edge.calls).toEqual([]);
  });

  test("the word Bearer is taken in any case, other schemes aren't", async () => {
    const token = await at.edge.token();
    const status = async (authorization: string) =>
      (await at.edge.send("GET /things/mine", { token: null, headers: { authorization } })).status;
    expect(await status(`bearer ${token}`)).toBe(200);
    expect(await status(`Basic ${token}`)).toBe(401);
    expect(await status(token)).toBe(401);
  });

  test("a customer on a path for staff is 403", async () => {
    const { status, body } = await at.edge.send("POST /things", { body: { name: "a" } });
    expect([status, body.code]).toEqual([403, "FORBIDDEN"]);
  });
});

describe("Idempotency-Key", () => {
  test("goes on with its scope: user, method, full path with its ids, and the body's hash", async () => {
    await at.edge.send("POST /payments", { body: { amount: 5 }, ...withKey });
    const first = lastCall()?.meta.idempotency;
    expect(first).toEqual({ key: "k1", userId: "u1", route: "POST /api/v1/payments", bodyHash: hashJson({ amount: 5 }) });
    await at.edge.send("POST /payments", { body: '{ "amount" : 5.0 }', ...withKey });
    expect(lastCall()?.meta.idempotency).toEqual(first);
    await at.edge.send("POST /payments", { body: { amount: 6 }, ...withKey });
    expect(lastCall()?.meta.idempotency?.bodyHash).not.toBe(first?.bodyHash);
    await at.edge.send("POST /things/a%62/take", withKey);
    expect(lastCall()?.meta.idempotency?.route).toBe("POST /api/v1/things/ab/take");
  });

  test("is needed where the contract says so", async () => {
    const { status, body } = await at.edge.send("POST /payments", { body: { amount: 5 } });
    expect([status, body.code]).toEqual([400, "IDEMPOTENCY_KEY_REQUIRED"]);
    expect((await at.edge.send("POST /things/t1/take")).status).toBe(201);
    expect(lastCall()?.meta.idempotency).toBeUndefined();
  });

  test.each(["x".repeat(256), "caf\u00e9", "a\tb"])("a key such as %j is 400", async (key) => {
    const { status, body } = await at.edge.send("POST /things/t1/take", { headers: { "idempotency-key": key } });
    expect([status, body.code]).toEqual([400, "BAD_REQUEST"]);
  });

  test("an empty one is none where it is needed, and bad where it isn't", async () => {
    const headers = { "idempotency-key": "" };
    expect((await at.edge.send("POST /payments", { body: { amount: 5 }, headers })).body.code).toBe("IDEMPOTENCY_KEY_REQUIRED");
    expect((await at.edge.send("POST /things/t1/take", { headers })).body.code).toBe("BAD_REQUEST");
  });

  test("255 printable characters are good", async () => {
    expect((await at.edge.send("POST /things/t1/take", { headers: { "idempotency-key": "~ !".padEnd(255, "x") } })).status).toBe(201);
  });
});

test("checks come in this order: path, method, 401, 403, ids of the path, key, body, If-Match", async () => {
  const code = async (route: string, options: Parameters<Edge["send"]>[1]) => (await at.edge.send(route, options)).body.code;
  const bad = { body: "{", headers: { "idempotency-key": "" } };
  expect(await code("POST /nowhere", { ...bad, token: null })).toBe("NOT_FOUND");
  expect(await code("PUT /things", { ...bad, token: null })).toBe("METHOD_NOT_ALLOWED");
  expect(await code("POST /things", { ...bad, token: null })).toBe("UNAUTHENTICATED");
  expect(await code("POST /things", bad)).toBe("FORBIDDEN");
  expect(await code("POST /things/%00/take", bad)).toBe("NOT_FOUND");
  expect(await code("POST /payments", bad)).toBe("IDEMPOTENCY_KEY_REQUIRED");
  expect(await code("POST /payments", { body: "{", ...withKey })).toBe("BAD_REQUEST");
  expect(await code("POST /payments", { body: {}, ...withKey })).toBe("VALIDATION_FAILED");
  const token = await at.edge.token({ id: "boss", role: "admin" });
  expect(await code("PATCH /things/t1", { token, body: "{", headers: { "if-match": "*" } })).toBe("BAD_REQUEST");
  expect(await code("PATCH /things/t1", { token, body: {}, headers: { "if-match": '"elsewhere"' } })).toBe("VERSION_STALE");
  expect(at.edge.calls).toEqual([]);
});
