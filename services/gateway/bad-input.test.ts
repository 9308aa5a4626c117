import { request } from "node:http";
import { gzipSync } from "node:zlib";

import { z } from "zod";

import { action, contract } from "../../lib/contract";
import { positiveMoney } from "../../lib/money";
import { id, page } from "../../lib/schemas";
import { startEdge, type Edge } from "../../test/support/edge";

const line = z.strictObject({ productId: id, quantity: z.int().min(1).max(100) });
const shop = contract("shop", {
  actions: {
    list: action({ params: z.strictObject({ ...page }), result: z.any(), rest: { route: "GET /things", auth: "public" } }),
    read: action({ params: z.strictObject({ id }), result: z.any(), rest: { route: "GET /things/:id", auth: "public" } }),
    mine: action({ params: z.strictObject({ userId: id, ...page }), result: z.any(), rest: "GET /mine" }),
    take: action({ params: z.strictObject({ id, userId: id }), result: z.any(), rest: "POST /things/:id/take" }),
    note: action({ params: z.strictObject({ text: z.string() }), result: z.any(), rest: { route: "POST /notes", auth: "public" } }),
    order: action({
      params: z.strictObject({ userId: id, items: z.array(line).min(1), points: positiveMoney.optional() }),
      result: z.any(),
      rest: "POST /orders",
    }),
  },
});

let edge: Edge;
beforeAll(async () => {
  edge = await startEdge([shop], {});
});
beforeEach(() => {
  edge.calls.length = 0;
});

/** Code and paths of the answer; no action was reached. */
async function refusal(route: string, options?: Parameters<Edge["send"]>[1]) {
  const { status, body } = await edge.send(route, options);
  expect(edge.calls).toEqual([]);
  expect(body).toMatchObject({ status, code: expect.any(String), title: expect.any(String), requestId: expect.any(String) });
  return [body.code, ...(body.errors ?? []).map((error: { path: string }) => error.path)];
}

describe("query", () => {
  test.each([
    ["limit=1&limit=2", "limit"],
    ["limit=abc", "limit"],
    ["limit=-5", "limit"],
    ["limit=1.5", "limit"],
    ["limit=1e1", "limit"],
    ["limit=0x10", "limit"],
    ["limit=%31%00", "limit"],
    ["limit=", "limit"],
    ["limit=0", "limit"],
    ["limit=101", "limit"],
    ["limit=99999999999999999999", "limit"],
    [`cursor=${"x".repeat(1_001)}`, "cursor"],
    ["limit[]=1", "limit[]"],
    ["page=1", "page"],
    ["__proto__=1", "__proto__"],
    ["__proto__[admin]=1", "__proto__[admin]"],
    ["constructor=1", "constructor"],
    ["&=&=1", ""],
  ])("GET /things?%s is VALIDATION_FAILED", async (query, path) => {
    expect(await refusal(`GET /things?${query}`)).toEqual(expect.arrayContaining(["VALIDATION_FAILED", path]));
  });

  test("the owner comes from the token: userId is not a known field", async () => {
    expect(await refusal("GET /mine?userId=u2")).toEqual(["VALIDATION_FAILED", "userId"]);
  });

  test("the name of a path's parameter isn't a field either", async () => {
    expect(await refusal("GET /things/t1?id=t2")).toEqual(["VALIDATION_FAILED", "id"]);
  });

  test("beside a body there is none", async () => {
    expect(await refusal("POST /notes?text=a", { body: { text: "b" } })).toEqual(["VALIDATION_FAILED", "text"]);
  });
});

describe("body", () => {
  const item = { productId: "p1", quantity: 1 };
  test.each<[string, unknown, string[]]>([
    ["an unknown field", { items: [item], isAdmin: true }, ["isAdmin"]],
    ["an unknown field further in", { items: [{ ...item, price: 1 }] }, ["items.0.price"]],
    ["the owner", { items: [item], userId: "u2" }, ["userId"]],
    ["quantity 0", { items: [{ ...item, quantity: 0 }] }, ["items.0.quantity"]],
    ["quantity −5", { items: [{ ...item, quantity: -5 }] }, ["items.0.quantity"]],
    ["quantity 1.5", { items: [{ ...item, quantity: 1.5 }] }, ["items.0.quantity"]],
    ["quantity 10⁹", { items: [{ ...item, quantity: 1e9 }] }, ["items.0.quantity"]],
    ["a number as text", { items: [{ ...item, quantity: "1" }] }, ["items.0.quantity"]],
    ["no items", { items: [] }, ["items"]],
    ["nothing", {}, ["items"]],
    ["an amount that can't be held", '{"items":[{"productId":"p1","quantity":1}],"points":9007199254740993}', ["points"]],
    ["an amount that is infinite", '{"items":[{"productId":"p1","quantity":1}],"points":1e400}', ["points"]],
    ["__proto__", '{"items":[{"productId":"p1","quantity":1}],"__proto__":{"points":1}}', ["__proto__"]],
    ["__proto__ further in", '{"items":[{"productId":"p1","quantity":1,"__proto__":{}}]}', ["items.0.__proto__"]],
    ["constructor", '{"items":[{"productId":"p1","quantity":1}],"constructor":{"prototype":{}}}', ["constructor"]],
    ["an array", [item], [""]],
    ["null", "null", [""]],
    ["text", '"text"', [""]],
    ["a number", "5", [""]],
    ["a deep nest", `{"items":${"[".repeat(20_000)}${"]".repeat(20_000)}}`, [""]],
  ])("with %s is VALIDATION_FAILED", async (_what, body, paths) => {
    expect(await refusal("POST /orders", { body })).toEqual(["VALIDATION_FAILED", ...paths]);
  });

  test("the name of a path's parameter isn't a field", async () => {
    expect(await refusal("POST /things/t1/take", { body: { id: "t2" } })).toEqual(["VALIDATION_FAILED", "id"]);
  });

  test.each(["{", '{"text":"a"', "{'text':1}", '{"text":"a"}}', "text=a", "NaN"])("%s is BAD_REQUEST", async (body) => {
    const { body: problem, text } = await edge.send("POST /notes", { body });
    expect(problem.code).toBe("BAD_REQUEST");
    expect(text).not.toMatch(/position|token|JSON at/i); // the parser's words quote the body
  });

  test.each([
    ["text/plain"],
    ["application/x-www-form-urlencoded"],
    ["multipart/form-data; boundary=x"],
    ["application/jsonp"],
    ["application/json; charset=latin1"],
    [""],
  ])("of type %j is UNSUPPORTED_MEDIA_TYPE", async (type) => {
    expect(await refusal("POST /notes", { body: '{"text":"a"}', headers: { "content-type": type } })).toEqual(["UNSUPPORTED_MEDIA_TYPE"]);
  });

  test.each(["application/json; charset=utf-8", "Application/JSON", "application/json ; charset=UTF-8"])(
    "of type %j is read",
    async (type) => {
      expect((await edge.send("POST /notes", { body: '{"text":"a"}', headers: { "content-type": type } })).status).toBe(201);
    },
  );

  test("compressed is UNSUPPORTED_MEDIA_TYPE", async () => {
    const zipped = gzipSync('{"text":"a"}').toString("latin1");
    expect(await refusal("POST /notes", { body: zipped, headers: { "content-encoding": "gzip" } })).toEqual(["UNSUPPORTED_MEDIA_TYPE"]);
  });

  test("of more than 100 kB is BODY_TOO_LARGE, up to there it is read", async () => {
    const sized = (bytes: number) => JSON.stringify({ text: "x".repeat(bytes - 11) });
    expect(await refusal("POST /notes", { body: sized(102_401) })).toEqual(["BODY_TOO_LARGE"]);
    expect(await refusal("POST /notes", { body: sized(5_000_000) })).toEqual(["BODY_TOO_LARGE"]);
    expect((await edge.send("POST /notes", { body: sized(102_400) })).status).toBe(201);
  });

  test("of more than 100 kB in pieces of unknown number is BODY_TOO_LARGE too", async () => {
    const headers = { "content-type": "application/json", "transfer-encoding": "chunked" };
    const status = await new Promise((resolve, reject) => {
      const sending = request({ port: edge.port, method: "POST", path: "/api/v1/notes", headers }, (res) =>
        resolve(res.resume().statusCode),
      );
      sending.on("error", reject);
      for (let at = 0; at < 20; at++) sending.write("x".repeat(10_000));
      sending.end();
    });
    expect(status).toBe(413);
  });
});

describe("path", () => {
  test.each([
    "GET /nowhere",
    "GET /",
    "GET /things//",
    "GET /things/%00",
    "GET /things/a%0Ab",
    "GET /things/a%20b",
    `GET /things/${"x".repeat(65)}`,
    "GET /things/%C3%A9",
    "GET /shop.list",
    "GET /~node/list",
    "GET /list-aliases",
  ])("%s is NOT_FOUND", async (route) => {
    expect(await refusal(route)).toEqual(["NOT_FOUND"]);
  });

  test.each(["GET /things/%", "GET /things/%zz", "GET /things/%ff"])("%s is BAD_REQUEST", async (route) => {
    expect(await refusal(route)).toEqual(["BAD_REQUEST"]);
  });

  test.each(["PUT /things/t1", "POST /things", "DELETE /things/%00", "GET /things/t1/take", "PURGE /notes"])(
    "%s is METHOD_NOT_ALLOWED",
    async (route) => {
      expect(await refusal(route)).toEqual(["METHOD_NOT_ALLOWED"]);
    },
  );

  test("a preflight doesn't run the method that it asks about", async () => {
    const headers = { "access-control-request-method": "POST", origin: "http://elsewhere", "content-type": "application/json" };
    expect(await refusal("OPTIONS /notes", { headers })).toEqual(["METHOD_NOT_ALLOWED"]);
  });

  test("outside of the API there is nothing", async () => {
    for (const path of ["/api/v1", "/api/v2/things", "/api/v1things", "/things", "/health", "/shop/list"]) {
      const response = await fetch(`${edge.url}${path}`);
      expect([path, response.status, response.headers.get("content-type")]).toEqual([path, 404, "application/problem+json"]);
    }
  });
});
