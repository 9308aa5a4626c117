/** A shop made up for the gateway's tests, and a gateway before it whose actions do what the test at hand says. */
import { z } from "zod";

import { action, contract } from "../../lib/contract";
import { positiveMoney } from "../../lib/money";
import { id, page } from "../../lib/schemas";
import { startEdge, type Edge, type FakeCall } from "../../test/support/edge";

export const shop = contract("shop", {
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
    change: action({
      params: z.strictObject({ id, version: z.int().optional(), name: z.string().optional() }),
      result: z.any(),
      rest: { route: "PATCH /things/:id", auth: "admin", ifMatch: true },
    }),
    absent: action({ params: z.strictObject({}), result: z.any(), rest: { route: "GET /absent", auth: "public" } }),
  },
});

type Answer = (call: FakeCall) => unknown;

/** Starts it for a test file. By default the actions answer `{}`. */
export function testEdge(env?: Record<string, string>) {
  const test = { edge: undefined as unknown as Edge, answer: (() => ({})) as Answer };
  beforeAll(async () => {
    const names = Object.keys(shop.$actions).filter((name) => name !== "absent");
    test.edge = await startEdge([shop], Object.fromEntries(names.map((name) => [name, (call: FakeCall) => test.answer(call)])), env);
  });
  beforeEach(() => {
    test.answer = () => ({});
    test.edge.calls.length = 0;
    test.edge.logged.length = 0;
  });
  return test;
}

export const withKey = { headers: { "idempotency-key": "k1" } };
