import { z } from "zod";

import { action, contract } from "../../lib/contract";
import { id } from "../../lib/schemas";
import { startEdge, type Edge } from "../../test/support/edge";
import { testEdge, withKey } from "./shop.fixture";

const at = testEdge();
const own = z.strictObject({ userId: id });
const goods = contract("goods", {
  actions: {
    list: action({
      params: z.strictObject({ inStock: z.boolean().optional(), q: z.string().optional() }),
      result: z.any(),
      rest: { route: "GET /goods", auth: "public" },
    }),
    deals: action({ params: own.partial(), result: z.any(), rest: { route: "GET /deals", staffChoosesUser: true } }),
    sales: action({
      params: own.partial().extend({ productId: id.optional(), status: id.optional() }),
      result: z.any(),
      rest: { route: "GET /sales", staffChoosesUser: true, staffFilters: ["productId"] },
    }),
    own: action({ params: own, result: z.any(), rest: "GET /own" }),
    hook: action({
      params: z.strictObject({ provider: id, body: z.string(), signature: z.string().optional() }),
      result: z.any(),
      rest: { route: "POST /hooks/:provider", auth: "public", status: 204, raw: { headers: { signature: "X-Signature" } } },
    }),
  },
});

let special: Edge;
beforeAll(async () => {
  special = await startEdge([goods], {});
});
beforeEach(() => {
  special.calls.length = 0;
});

const lastCall = () => at.edge.calls.at(-1);

describe("parameters", () => {
  test("of a GET come from the query; decimal digits become numbers where the action takes one", async () => {
    await at.edge.send("GET /things?limit=7&cursor=12&name=3");
    expect(lastCall()?.params).toEqual({ limit: 7, cursor: "12", name: "3" });
  });

  test("of a path are decoded", async () => {
    await at.edge.send("GET /things/a%2Fb%7E");
    expect(lastCall()?.params).toEqual({ id: "a/b~" });
  });

  test("of others come from the body, the user from the token", async () => {
    await at.edge.send("POST /payments", { body: { amount: 5 }, ...withKey });
    expect(lastCall()).toMatchObject({ action: "shop.pay", params: { amount: 5, userId: "u1" } });
  });

  test("a POST without a body has no fields", async () => {
    expect((await at.edge.send("POST /things/t1/take")).status).toBe(201);
    expect(lastCall()?.params).toEqual({ id: "t1", userId: "u1" });
  });

  test("a fixed path goes before a parameter, and a slash at the end doesn't count", async () => {
    await at.edge.send("GET /things/mine/");
    expect(lastCall()?.action).toBe("shop.mine");
  });
});

describe("booleans of a query", () => {
  test.each([
    ["inStock=true", true],
    ["inStock=false", false],
  ])("%s", async (query, inStock) => {
    await special.send(`GET /goods?${query}`);
    expect(special.calls.at(-1)?.params).toEqual({ inStock });
  });

  test.each(["1", "TRUE", "yes", "", "true%00"])("%j is none", async (text) => {
    const { status, body } = await special.send(`GET /goods?inStock=${text}`);
    expect([status, body.errors[0].path]).toEqual([422, "inStock"]);
  });

  test("a text that says true stays a text where the action takes one", async () => {
    await special.send("GET /goods?q=true");
    expect(special.calls.at(-1)?.params).toEqual({ q: "true" });
  });
});

describe("a list in which staff choose the user", () => {
  const admin = () => special.token({ id: "boss", role: "admin" });

  test("is a customer's own, whatever he asks for", async () => {
    await special.send("GET /deals");
    expect(special.calls.at(-1)?.params).toEqual({ userId: "u1" });
    for (const query of ["userId=u2", "userId=u1", "userId="]) {
      const { status, body } = await special.send(`GET /deals?${query}`);
      expect([status, body.errors]).toEqual([422, [{ path: "userId", message: "is not a known field" }]]);
    }
    expect(special.calls).toHaveLength(1);
  });

  test("is everybody's for staff, or the one's that they name", async () => {
    await special.send("GET /deals", { token: await admin() });
    expect(special.calls.at(-1)?.params).toEqual({});
    await special.send("GET /deals?userId=u2", { token: await admin() });
    expect(special.calls.at(-1)?.params).toEqual({ userId: "u2" });
    expect((await special.send("GET /deals?userId=u2&userId=u3", { token: await admin() })).status).toBe(422);
  });

  test("elsewhere staff are themselves", async () => {
    expect((await special.send("GET /own?userId=u2", { token: await admin() })).status).toBe(422);
    await special.send("GET /own", { token: await admin() });
    expect(special.calls.at(-1)?.params).toEqual({ userId: "boss" });
  });
});

test("a filter for staff is unknown to others", async () => {
  const { status, body } = await special.send("GET /sales?productId=p1&status=s");
  expect([status, body.errors]).toEqual([422, [{ path: "productId", message: "is not a known field" }]]);
  expect(special.calls).toEqual([]);
  await special.send("GET /sales?productId=p1&userId=u2", { token: await special.token({ id: "boss", role: "admin" }) });
  expect(special.calls.at(-1)?.params).toEqual({ productId: "p1", userId: "u2" });
});

describe("a raw body", () => {
  const post = (body: string | Buffer, headers: Record<string, string> = {}, path = "/hooks/p1") =>
    fetch(`${special.url}/api/v1${path}`, { method: "POST", body: body as never, headers });

  test("is handed on as the text that it is, whatever its type, with the headers that belong to it", async () => {
    for (const type of ["application/json", "text/plain", "application/x-www-form-urlencoded", "x"]) {
      const text = '{ "a" : 1.0, "é": "🙂" }\r\n';
      expect((await post(text, { "content-type": type, "x-signature": "t=1,v1=ab" })).status).toBe(204);
      expect(special.calls.at(-1)?.params).toEqual({ provider: "p1", body: text, signature: "t=1,v1=ab" });
    }
  });

  test("may be missing, and so may the header", async () => {
    expect((await post("")).status).toBe(204);
    expect(special.calls.at(-1)?.params).toEqual({ provider: "p1", body: "" });
  });

  test("that isn't UTF-8 becomes another text, and harms nobody", async () => {
    expect((await post(Buffer.from([0x7b, 0xff, 0xfe, 0xc3, 0x28, 0x7d]))).status).toBe(204);
    const { body } = special.calls.at(-1)!.params as { body: string };
    expect(Buffer.from(body)).not.toEqual(Buffer.from([0x7b, 0xff, 0xfe, 0xc3, 0x28, 0x7d]));
  });

  test("has at most 100 kB, isn't compressed, and has no query beside it", async () => {
    expect((await post("x".repeat(102_400))).status).toBe(204);
    const count = special.calls.length;
    expect((await post("x".repeat(102_401))).status).toBe(413);
    expect((await post("x", { "content-encoding": "gzip" })).status).toBe(415);
    expect((await post("x", {}, "/hooks/p1?body=y")).status).toBe(422);
    expect(special.calls).toHaveLength(count);
  });
});
