import { request, type IncomingMessage } from "node:http";

import { startEdge, type Edge } from "../../test/support/edge";
import { shop, testEdge } from "./shop.fixture";

const at = testEdge();

/** Status and headers of whatever is at a path from the root. */
const root = async (method: string, path: string, headers: Record<string, string> = {}) => {
  const response = await fetch(`${at.edge.url}${path}`, { method, headers, redirect: "manual" });
  return { status: response.status, headers: response.headers, text: await response.text() };
};

describe("HEAD", () => {
  test("answers as GET, with the same headers and without a body", async () => {
    at.answer = () => ({ name: "é" });
    const headersOf = async (method: string) => {
      const { status, headers, text } = await at.edge.send(`${method} /things/t1`, { headers: { "x-request-id": "r1" } });
      const ofTheMoment = ["date", "connection", "keep-alive"];
      const others = Object.fromEntries([...headers].filter(([name]) => !ofTheMoment.includes(name)));
      return { status, others, text };
    };
    const [got, head] = [await headersOf("GET"), await headersOf("HEAD")];
    expect(head).toEqual({ ...got, text: "" });
    expect(head.others).toMatchObject({ "content-length": "13", etag: expect.any(String) });
    expect(at.edge.calls).toHaveLength(2);
  });

  test("is let in and refused as GET is", async () => {
    const status = async (route: string, options?: object) => (await at.edge.send(route, options)).status;
    expect(await status("HEAD /things/mine", { token: null })).toBe(401);
    expect(await status("HEAD /things?limit=0")).toBe(422);
    expect(await status("HEAD /nowhere")).toBe(404);
    const { headers } = await at.edge.send("GET /things/t1");
    expect(await status("HEAD /things/t1", { headers: { "if-none-match": headers.get("etag")! } })).toBe(304);
  });

  test("doesn't leave bytes on the connection", async () => {
    const text = await new Promise<string>((resolve, reject) => {
      const sending = request({ port: at.edge.port, method: "HEAD", path: "/api/v1/nowhere" }, (res: IncomingMessage) => {
        let read = "";
        res.on("data", (chunk: Buffer) => (read += chunk.toString())).on("end", () => resolve(read));
      });
      sending.on("error", reject).end();
    });
    expect(text).toBe("");
  });
});

describe("a method that a path doesn't have", () => {
  test.each([
    ["POST /things/t1", "DELETE, GET, HEAD, PATCH"],
    ["PUT /things", "GET, HEAD, POST"],
    ["DELETE /things", "GET, HEAD, POST"],
    ["GET /things/t1/take", "POST"],
    ["HEAD /payments", "POST"],
    ["PUT /things/mine/", "DELETE, GET, HEAD, PATCH"],
    ["PURGE /things/t1", "DELETE, GET, HEAD, PATCH"],
    ["OPTIONS /things/t1", "DELETE, GET, HEAD, PATCH"],
  ])("%s is 405 and says which it has: %s", async (route, allowed) => {
    const { status, headers, text } = await at.edge.send(route, { token: null });
    expect([status, headers.get("allow")]).toEqual([405, allowed]);
    if (!route.startsWith("HEAD")) expect(text).toContain('"code":"METHOD_NOT_ALLOWED"');
    expect(at.edge.calls).toEqual([]);
  });

  test.each(["/health/live", "/health/ready"])("POST %s is 405 too", async (path) => {
    for (const method of ["POST", "DELETE", "OPTIONS"]) {
      const { status, headers, text } = await root(method, path);
      expect([status, headers.get("allow")]).toEqual([405, "GET, HEAD"]);
      expect(text).toContain('"code":"METHOD_NOT_ALLOWED"');
    }
  });

  test("at a path that isn't there it is 404, whatever the method", async () => {
    for (const method of ["GET", "POST", "PUT", "OPTIONS"]) {
      const { status, headers } = await at.edge.send(`${method} /nowhere`);
      expect([status, headers.get("allow")]).toEqual([404, null]);
    }
  });
});

describe("health", () => {
  test.each(["live", "ready"])("%s stands at the root", async (path) => {
    const { status, text } = await root("GET", `/health/${path}`);
    expect([status, text]).toEqual([200, '{"status":"ok"}']);
    const head = await root("HEAD", `/health/${path}?x=1`);
    expect([head.status, head.headers.get("content-length"), head.text]).toEqual([200, "15", ""]);
  });
});

describe("every answer", () => {
  const everywhere = [
    "/api/v1/things",
    "/api/v1/nowhere",
    "/api/v1/things/mine",
    "/health/live",
    "/",
    `/api/v1/things?q=${"x".repeat(8_000)}`,
  ];

  test.each(everywhere)("%.30s has X-Request-Id: the client's own when it is sane, else a new one", async (path) => {
    const idOf = async (headers: Record<string, string>) => (await root("GET", path, headers)).headers.get("x-request-id");
    expect(await idOf({ "x-request-id": "mine-1" })).toBe("mine-1");
    for (const bad of ["x".repeat(101), "caf\u00e9", ""]) expect(await idOf({ "x-request-id": bad })).toMatch(/^[0-9a-f-]{36}$/);
    expect(await idOf({ "x-correlation-id": "other" })).toMatch(/^[0-9a-f-]{36}$/);
  });

  test.each(everywhere)("%.30s has the headers that keep a browser from making a page of it", async (path) => {
    const { headers } = await root("GET", path);
    expect(headers.get("content-security-policy")).toBe("default-src 'none';base-uri 'none';form-action 'none';frame-ancestors 'none'");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("x-frame-options")).toBe("DENY");
    expect(headers.get("strict-transport-security")).toContain("max-age=");
    expect(headers.get("access-control-allow-origin")).toBeNull();
    expect(headers.get("x-powered-by")).toBeNull();
  });

  test("a URL of more than 8,000 characters is 414", async () => {
    const { status, text } = await root("GET", `/api/v1/things?q=${"x".repeat(8_000)}`);
    expect(status).toBe(414);
    expect(JSON.parse(text)).toMatchObject({ code: "BAD_REQUEST", status: 414, instance: "/api/v1/things" });
  });
});

describe("pages of other origins", () => {
  const ours = "https://shop.example.com";
  let open: Edge;
  beforeAll(async () => {
    open = await startEdge([shop], {}, { CORS_ORIGINS: `${ours}, http://127.0.0.1:8080` });
  });
  const preflight = (origin: string) => ({ headers: { origin, "access-control-request-method": "POST" }, token: null });

  test("are asked in first, and told what they may send", async () => {
    const { status, headers, text } = await open.send("OPTIONS /payments", preflight(ours));
    expect([status, text]).toEqual([204, ""]);
    expect(headers.get("access-control-allow-origin")).toBe(ours);
    expect(headers.get("access-control-allow-methods")).toBe("GET, HEAD, POST, PATCH, DELETE");
    expect(headers.get("access-control-allow-headers")).toBe(
      "Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, Last-Event-ID, X-Request-Id, Traceparent",
    );
    expect(headers.get("vary")).toBe("Origin");
    expect(headers.get("access-control-allow-credentials")).toBeNull();
    expect(headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
  });

  test.each(["GET /things", "GET /nowhere", "GET /things/mine"])("may read the answer to %s, and its headers", async (route) => {
    const { headers } = await open.send(route, { headers: { origin: ours }, token: null });
    expect(headers.get("access-control-allow-origin")).toBe(ours);
    expect(headers.get("access-control-expose-headers")).toBe(
      "ETag, Location, Retry-After, RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset, X-Request-Id, Idempotent-Replayed",
    );
  });

  test("don't turn another method into a question by what they send with it", async () => {
    expect((await open.send("GET /things", preflight(ours))).status).toBe(200);
  });

  test.each(["https://shop.example.com.evil.com", "http://shop.example.com", "null", "https://shop.example.com/"])(
    "of %s get nothing",
    async (origin) => {
      const asked = await open.send("OPTIONS /payments", preflight(origin));
      expect([asked.status, asked.headers.get("access-control-allow-origin")]).toEqual([405, null]);
      const { headers } = await open.send("GET /things", { headers: { origin } });
      expect([headers.get("access-control-allow-origin"), headers.get("vary")]).toEqual([null, "Origin"]);
    },
  );

  test("get nothing when none are named", async () => {
    const { status, headers } = await at.edge.send("OPTIONS /payments", preflight(ours));
    expect([status, headers.get("allow"), headers.get("access-control-allow-origin")]).toEqual([405, "POST", null]);
    expect((await at.edge.send("GET /things", { headers: { origin: ours } })).headers.get("vary")).toBeNull();
  });
});
