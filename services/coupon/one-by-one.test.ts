import fc from "fast-check";

import type { Meta } from "../../lib/handlers";
import { expectSameOneByOne, OneByOne, oneByOneTimeoutMs, sceneOf } from "../../test/support/one-by-one";
import { startShop } from "../../test/support/shop";
import { giveBackStep, hour, useStep } from "./coupon.fixture";
import { insertCoupons } from "./coupons";
import { insertUserCoupons } from "./user-coupons";

jest.setTimeout(oneByOneTimeoutMs);

const coupon = (id: string, { quantity = 10, endsAt = hour, minOrderAmount = null as number | null } = {}) => ({
  id,
  title: id,
  discountType: "AMOUNT" as const,
  discountValue: 1000,
  maxDiscount: null,
  minOrderAmount,
  quantity,
  remaining: quantity,
  startsAt: Date.now() - 2 * hour,
  endsAt: Date.now() + endsAt,
  validDays: null,
  createdAt: 1,
});
const held = (id: string, couponId: string, expiresIn = hour) => ({
  id,
  couponId,
  userId: "u1",
  issuedAt: 1,
  expiresAt: Date.now() + expiresIn,
});

const plain = { noNullPrototype: true } as const;
const userId = fc.constantFrom<string[]>("u1", "u2", "u3", "u4");
const orderId = fc.constantFrom<string[]>("o1", "o2", "o3", "o4", "o5", "o6");
const usable = ["first", "second", "third", "fourth"];
/** What orders hold already. */
const used = [
  { orderId: "o1", userCouponId: "third" },
  { orderId: "o2", userCouponId: "fourth" },
];
/** `spent` has expired; `dear` is for orders of 9,000 or more. */
const userCouponId = fc.constantFrom<string[]>("first", "first", "second", "second", "third", "fourth", "spent", "dear", "unknown");

const issue = fc.oneof(
  fc.record({ id: fc.constantFrom<string[]>("few", "few", "many", "over", "unknown"), userId, key: fc.constant(undefined) }, plain),
  fc.record({ id: fc.constantFrom<string[]>("few", "few", "many", "over", "unknown"), userId, key: fc.constantFrom("k1", "k2") }, plain),
);
/** 1,000 is what the coupons take off, 0 is no discount that was quoted. */
const use = fc.record(
  {
    orderId,
    userId: fc.constantFrom<string[]>("u1", "u1", "u1", "u2"),
    userCouponId,
    discount: fc.constantFrom(1000, 1000, 1000, 1000, 0, -1),
  },
  plain,
);
const call = fc.oneof(
  issue.map((params) => ({ action: "issue" as const, ...params })),
  use.map((params) => ({ action: "use" as const, ...params })),
  fc.record({ action: fc.constant("restore" as const), orderId }, plain),
  fc
    .tuple(
      fc.oneof({ weight: 8, arbitrary: fc.constantFrom(...used) }, { weight: 1, arbitrary: fc.record({ orderId, userCouponId }, plain) }),
      fc.constantFrom(1, 1, 1, 2),
    )
    .map(([of, attempt]) => ({ action: "giveBack" as const, ...of, attempt })),
);
type Call = typeof call extends fc.Arbitrary<infer C> ? C : never;

let coupons: OneByOne<Call>;

beforeAll(async () => {
  const shop = await startShop({ only: ["coupon"], env: { EVENTS: "off" } });
  const ask = (action: string, params: object, meta: object = {}) =>
    shop.broker.call<unknown, object>(`coupon.${action}`, params, { meta });
  coupons = new OneByOne<Call>({
    ...sceneOf(shop, "coupon"),
    async fill(tx) {
      await insertCoupons(tx, [coupon("few", { quantity: 1 }), coupon("many"), coupon("over", { endsAt: -hour })]);
      await insertCoupons(tx, [coupon("of dear", { minOrderAmount: 9000 }), ...usable.map((id) => coupon(`of ${id}`))]);
      insertUserCoupons(tx, [held("spent", "over", -hour), ...["dear", ...usable].map((id) => held(id, `of ${id}`))]);
    },
    before: used.map((one) => ({ action: "use", userId: "u1", discount: 1000, ...one })),
    // An order gives back what it doesn't hold.
    mayThrow: (error) => error instanceof Error && error.message.includes("which it doesn't hold"),
    async send(one) {
      switch (one.action) {
        case "issue": {
          const { id, userId: taker, key } = one;
          const meta: Meta = key ? { idempotency: { key, userId: taker, route: `POST /api/v1/coupons/${id}/issue`, bodyHash: "" } } : {};
          return { answer: await ask("issue", { id, userId: taker }, meta), replayed: meta.$replayed };
        }
        case "use": {
          const { action: _, ...params } = one;
          return ask("use", { calls: [{ ...useStep(one.orderId), params: { ...params, subtotal: 5000 } }] });
        }
        case "restore":
          return ask("restore", { calls: [useStep(one.orderId)] });
        case "giveBack": {
          const params = { orderId: one.orderId, userCouponId: one.userCouponId };
          return ask("giveBack", { calls: [{ ...giveBackStep(one.orderId, one.attempt), params }] });
        }
      }
    },
  });
});

test("I1, I2, I7, I8: any mix of issuing, using, restoring and giving back comes to what the calls come to one by one", () =>
  expectSameOneByOne(coupons, call));

test("undo is grouped too: coupons that are restored in one turn share a transaction", async () => {
  await coupons.begin();
  // Of two orders that hold one, and many that never came to use one.
  const orders = [...used.map(({ orderId: id }) => id), ...Array.from({ length: 40 }, (_, n) => `order-${n}`)];
  expect(await coupons.transactionsOf(orders.map((id) => ({ action: "restore", orderId: id })))).toBe(1);
});
