import fc from "fast-check";

import type { Meta } from "../../lib/handlers";
import { DecideAgain } from "../../mixins/database";
import { expectSameOneByOne, OneByOne, oneByOneTimeoutMs, sceneOf } from "../../test/support/one-by-one";
import { startShop } from "../../test/support/shop";
import { giveBackStep, useStep } from "./point.fixture";

jest.setTimeout(oneByOneTimeoutMs);

const { MAX_SAFE_INTEGER: max } = Number;

/** `full` has room for 20 more, `new` was never charged. */
const user = fc.constantFrom<string[]>("some", "some", "some", "full", "new");
const little = fc.integer({ min: 1, max: 60 });
/** 0 is no amount. */
const amount = fc.oneof({ weight: 7, arbitrary: little }, { weight: 1, arbitrary: fc.constantFrom(0, max, max) });
const orderId = fc.constantFrom<string[]>(...Array.from({ length: 12 }, (_, n) => `o${n + 1}`));

const plain = { noNullPrototype: true } as const;
const charge = fc.oneof(
  fc.record({ action: fc.constant("charge" as const), user, amount, key: fc.constant(undefined) }, plain),
  fc.record({ action: fc.constant("charge" as const), user, amount, key: fc.constantFrom("k1", "k2") }, plain),
);
const moving = (action: "use" | "giveBack") => fc.record({ action: fc.constant(action), orderId, user, amount }, plain);
const call = fc.oneof(
  { weight: 2, arbitrary: charge },
  { weight: 3, arbitrary: moving("use") },
  { weight: 1, arbitrary: moving("giveBack") },
  { weight: 1, arbitrary: fc.record({ action: fc.constant("refund" as const), orderId }, plain) },
);
type Call = typeof call extends fc.Arbitrary<infer C> ? C : never;

let points: OneByOne<Call>;

beforeAll(async () => {
  const shop = await startShop({ only: ["point"], env: { EVENTS: "off" } });
  const ask = (action: string, params: object, meta: object = {}) => shop.broker.call<unknown, object>(`point.${action}`, params, { meta });
  points = new OneByOne<Call>({
    ...sceneOf(shop, "point"),
    orders: { point_history: "user_id, id" },
    async fill(tx) {
      await tx.insert("point", [
        { user_id: "some", balance: 100 },
        { user_id: "full", balance: max - 20 },
      ]);
    },
    before: [
      { action: "use", orderId: "o1", user: "some", amount: 10 },
      { action: "use", orderId: "o2", user: "some", amount: 20 },
      { action: "use", orderId: "o3", user: "full", amount: 5 },
    ],
    // Points are given back beyond what a wallet can hold, or into one that was never opened.
    mayThrow: (error) => error instanceof RangeError || error instanceof DecideAgain,
    async send(one) {
      if (one.action === "refund") return ask("refund", { calls: [useStep(one.orderId)] });
      if (one.action === "charge") {
        const { user: userId, amount: charged, key } = one;
        const idempotency = key && { key, userId, route: "POST /api/v1/points/me/charge", bodyHash: String(charged) };
        const meta: Meta = { ...(idempotency && { idempotency }) };
        const answer = await ask("charge", { userId, amount: charged }, meta);
        return { answer, replayed: meta.$replayed };
      }
      const step = one.action === "use" ? useStep(one.orderId) : giveBackStep(one.orderId);
      return ask(one.action, { calls: [{ ...step, params: { orderId: one.orderId, userId: one.user, amount: one.amount } }] });
    },
  });
});

test("I1, I2, I7, I8: any mix of charging, using, refunding and giving back comes to what the calls come to one by one", () =>
  expectSameOneByOne(points, call));

test("undo is grouped too: refunds that come in one turn share a transaction", async () => {
  await points.begin();
  const orders = Array.from({ length: 40 }, (_, n) => `order-${n}`);
  await points.transactionsOf(orders.map((id) => ({ action: "use", orderId: id, user: "some", amount: 2 })));
  expect(await points.transactionsOf(orders.map((id) => ({ action: "refund", orderId: id })))).toBe(1);
});
