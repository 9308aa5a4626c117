import fc from "fast-check";

import { catalogue } from "../../lib/errors";
import { startEdge, type Edge } from "../../test/support/edge";
import { rawHttp } from "../../test/support/raw-http";
import { bestseller } from "../bestseller/bestseller.contract";
import { coupon } from "../coupon/coupon.contract";
import { order } from "../order/order.contract";
import { payment } from "../payment/payment.contract";
import { point } from "../point/point.contract";
import { product } from "../product/product.contract";
import { user } from "../user/user.contract";
import { routesOf } from "./routes";

const contracts = [user, product, point, coupon, order, payment, bestseller];
const requests = 300;

let edge: Edge;
let tokens: string[];
beforeAll(async () => {
  edge = await startEdge(contracts, {});
  tokens = [await edge.token(), await edge.token({ id: "boss", role: "admin" }), "garbage", ""];
});
afterAll(() => edge.stop());

// prettier-ignore
const nasty = fc.constantFrom(
  "", "'", "' or 1=1 --", "%00", "%", "%zz", "%C0%AF", "../../etc/passwd", "__proto__", "constructor", "toString", "$ne", "{{7*7}}",
  "<script>", "\u2028", "🙂", "-1", "1e999", "9007199254740993", "NaN", "x".repeat(300), "a b", "\t", "null", "[]", "$where", "{}",
);
const text = fc.oneof(nasty, fc.string(), fc.string({ unit: "binary" }));
const routes = routesOf(contracts);
const names = fc.oneof(nasty, fc.constantFrom(...routes.flatMap((route) => [...route.fields]), "userId", "id"));
const value: fc.Arbitrary<unknown> = fc.oneof(text, fc.jsonValue(), fc.integer(), fc.double(), fc.dictionary(names, fc.jsonValue()));

const target = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.constantFrom(...routes).chain(({ method, path }) =>
      fc.tuple(
        fc.constant(method),
        text.map((id) => path.replace(/:\w+/g, () => encodeURI(id.toWellFormed()))),
      ),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(
      fc.constantFrom("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD", "TRACE", "PURGE"),
      text.map((path) => `/${encodeURI(path.toWellFormed())}`),
    ),
  },
);
const query = fc
  .array(fc.tuple(names, text), { maxLength: 4 })
  .map((pairs) => pairs.map(([name, one]) => `${encodeURIComponent(name)}=${encodeURIComponent(one.toWellFormed())}`).join("&"));
const body = fc.oneof(
  fc.dictionary(names, value, { maxKeys: 6 }).map((fields) => JSON.stringify(fields)),
  value.map((one) => JSON.stringify(one) ?? ""),
  text,
);
const headers = fc.record(
  {
    authorization: fc.nat(3).map((which) => `Bearer ${tokens[which]}`),
    "content-type": fc.constantFrom(
      "application/json",
      "application/json",
      "application/json",
      "text/plain",
      "application/json; charset=utf-7",
      "💥",
    ),
    "idempotency-key": fc.oneof(fc.uuid(), nasty),
    "x-request-id": nasty,
    "x-forwarded-for": nasty,
    "content-encoding": fc.constantFrom("identity", "identity", "gzip", "br", "x"),
    expect: fc.constant("100-continue"),
  },
  { requiredKeys: ["authorization", "content-type"] },
);

function bytesOf([method, path]: [string, string], search: string, given: Partial<Record<string, string>>, content: string): string {
  const lines = Object.entries(given).filter(([, one]) => one !== undefined && one !== "");
  const length = method === "GET" || method === "HEAD" ? [] : [["Content-Length", String(Buffer.byteLength(content))]];
  const head = [["Host", "x"], ["Connection", "close"], ...length, ...lines].map(([name, one]) => `${name}: ${one}`).join("\r\n");
  return `${method} ${path}${search && `?${search}`} HTTP/1.1\r\n${head}\r\n\r\n${length.length ? content : ""}`;
}

test(`${requests} hostile requests: never a fault of ours, never a word from inside`, async () => {
  const seen = new Map<number, number>();
  await fc.assert(
    fc.asyncProperty(target, query, headers, body, async (where, search, given, content) => {
      const sent = await rawHttp(edge.port, bytesOf(where, search, given, content));
      seen.set(sent.status, (seen.get(sent.status) ?? 0) + 1);
      expect(sent.status).toBeGreaterThanOrEqual(200);
      expect(sent.status).toBeLessThan(500);
      const code = /"code":"(\w+)"/.exec(sent.text)?.[1];
      if (sent.status >= 400 && where[0] !== "HEAD") expect(Object.keys(catalogue)).toContain(code);
      expect(sent.text).not.toMatch(/node_modules|\.ts:\d|at \w+ \(|select .* from|sqlite|mysql|TypeError|moleculer:/i);
    }),
    { numRuns: requests, endOnFailure: true /* a shrunk request seldom says more, and takes long */ },
  );
  expect(edge.logged).toEqual([]);
  expect([...seen.keys()]).toEqual(expect.arrayContaining([401, 404, 422])); // not all of them stopped at the door
}, 30_000);

test("the same from a client that knows the shop: whatever the values, the owner is the token's", async () => {
  edge.calls.length = 0;
  const placed = fc.record({
    items: fc.array(fc.record({ productId: fc.string({ maxLength: 10 }), quantity: fc.integer({ min: -1, max: 5 }) }), {
      minLength: 1,
      maxLength: 3,
    }),
    payment: fc.constantFrom({ method: "CASH" }, { method: "CARD" }, { method: "CARD", token: "tok_ok" }),
  });
  await fc.assert(
    fc.asyncProperty(placed, async (order) => {
      const { status } = await edge.send("POST /orders", { body: order, headers: { "idempotency-key": "k" } });
      expect([201, 422]).toContain(status);
    }),
    { numRuns: 60 },
  );
  expect(edge.calls.length).toBeGreaterThan(0);
  expect(edge.calls.every(({ params }) => params.userId === "u1")).toBe(true);
}, 30_000);
