import fc from "fast-check";

import { catalogue } from "../../lib/errors";
import { startEdge, type Edge } from "../../test/support/edge";
import { hostileRequests } from "../../test/support/hostile";
import { rawHttp } from "../../test/support/raw-http";
import { contracts } from "./contracts";
import { routesOf } from "./routes";

const requests = 300;

let edge: Edge;
beforeAll(async () => {
  edge = await startEdge(contracts, { changes: () => ({ events: [], final: true }) });
});

test(`${requests} hostile requests, staff's too: never a fault of the edge's own, and nothing of them in the log`, async () => {
  const tokens = [await edge.token(), await edge.token({ id: "boss", role: "admin" }), "garbage", ""];
  await fc.assert(
    fc.asyncProperty(hostileRequests({ routes: routesOf(contracts), tokens, ids: ["p1"] }), async ({ method, bytes }) => {
      const { status, text } = await rawHttp(edge.port, bytes);
      expect(status).toBeGreaterThanOrEqual(200);
      expect(status).toBeLessThan(500);
      if (status >= 400 && method !== "HEAD") expect(Object.keys(catalogue)).toContain(/"code":"(\w+)"/.exec(text)?.[1]);
    }),
    { numRuns: requests, endOnFailure: true /* a shrunk request seldom says more, and takes long */ },
  );
  expect(edge.logged).toEqual([]);
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
