import { type Database, DecideAgain } from "../../mixins/database";
import type { StepAnswer } from "../../mixins/participant";
import { databaseOf } from "../../test/support/database-of";
import { lostLock } from "../../test/support/lost-lock";
import { startShop, type TestShop } from "../../test/support/shop";
import { issueCoupon } from "./issue-coupon";
import { useCoupon } from "./use-coupon";

let shop: TestShop;
let db: Database;
beforeAll(async () => {
  shop = await startShop({ only: ["coupon"] });
  db = databaseOf(shop, "coupon");
});

interface Coupon {
  id: string;
  remaining: number;
}
interface UserCoupon {
  id: string;
  couponId: string;
  status: string;
  expiresAt: string;
  usedAt?: string;
  orderId?: string;
}

const hour = 60 * 60 * 1000;
const inHours = (hours: number) => new Date(Date.now() + hours * hour).toISOString();
let names = 0;
const name = (what: string) => `${what}-${++names}`;

const create = (terms: object = {}) =>
  shop.broker.call<Coupon, object>("coupon.create", {
    title: "Welcome",
    discountType: "AMOUNT",
    discountValue: 1000,
    quantity: 10,
    startsAt: inHours(-1),
    endsAt: inHours(1),
    ...terms,
  });
const issue = (id: string, userId: string) => shop.broker.call<UserCoupon, object>("coupon.issue", { id, userId });
const mine = async (userId: string, status?: string) =>
  (await shop.broker.call<{ items: UserCoupon[] }, object>("coupon.mine", { userId, ...(status && { status }) })).items;
/** `issued`, or the code of the refusal. */
const tryIssue = (id: string, userId: string) =>
  issue(id, userId).then(
    () => "issued",
    (error: { type: string }) => error.type,
  );

const step = (id: string) => ({ saga: "place-order", id, step: "useCoupon" });
const use = async (order: { userId: string; userCouponId: string; orderId: string; subtotal: number; discount: number }) => {
  const calls = [{ ...step(order.orderId), params: order }];
  const { outcomes } = await shop.broker.call<{ outcomes: StepAnswer[] }, object>("coupon.use", { calls });
  return outcomes[0];
};
const restore = (orderId: string) => shop.broker.call("coupon.restore", { calls: [step(orderId)] });
const quote = async (call: { userId: string; userCouponId: string; subtotal: number }) =>
  (await shop.broker.call<{ outcomes: StepAnswer[] }, object>("coupon.quote", { calls: [call] })).outcomes[0];

/** I8: quantity = remaining + issued. */
async function expectRecountAgrees(couponId: string): Promise<void> {
  const [row] = await db.select(
    "select quantity - remaining as gone, (select count(*) from user_coupon where coupon_id = coupon.id) as held from coupon where id = ?",
    [couponId],
  );
  const { gone, held } = row as { gone: number; held: number };
  expect(gone).toBe(held);
}

const counted = (answers: string[]) =>
  Object.fromEntries([...new Set(answers)].map((answer) => [answer, answers.filter((one) => one === answer).length]));

describe("issue", () => {
  test("I8: 200 customers race for 50 coupons: exactly 50 are issued, the others are told COUPON_SOLD_OUT", async () => {
    const { id } = await create({ quantity: 50 });
    const answers = await Promise.all(Array.from({ length: 200 }, () => tryIssue(id, name("user"))));
    expect(counted(answers)).toEqual({ issued: 50, COUPON_SOLD_OUT: 150 });
    await expectRecountAgrees(id);
    const { items } = await shop.broker.call<{ items: Coupon[] }, object>("coupon.list", { limit: 100 });
    expect(items.find((one) => one.id === id)).toMatchObject({ remaining: 0 });
  });

  test("I8: nodes that issue one coupon at once hand out no more than there are, and one to each", async () => {
    const { id } = await create({ quantity: 5 });
    const userIds = Array.from({ length: 6 }, () => name("user"));
    const answers = await Promise.all(
      [...userIds, ...userIds].map((userId) => db.transaction((tx) => issueCoupon.command([{ params: { id, userId }, meta: {} }], tx))),
    );
    expect(answers.flat().filter(({ ok }) => ok)).toHaveLength(5);
    await expectRecountAgrees(id);
  });

  test("I8: one customer who asks 20 times at once gets one", async () => {
    const { id } = await create();
    const userId = name("user");
    const answers = await Promise.all(Array.from({ length: 20 }, () => tryIssue(id, userId)));
    expect(counted(answers)).toEqual({ issued: 1, COUPON_ALREADY_ISSUED: 19 });
    expect(await tryIssue(id, userId)).toBe("COUPON_ALREADY_ISSUED");
    await expectRecountAgrees(id);
  });

  test("I8: several coupons in one group keep their own counts", async () => {
    const [first, second] = [await create({ quantity: 3 }), await create({ quantity: 7 })];
    const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => tryIssue(n % 2 ? first.id : second.id, name("user"))));
    expect(counted(answers)).toEqual({ issued: 10, COUPON_SOLD_OUT: 10 });
    await expectRecountAgrees(first.id);
    await expectRecountAgrees(second.id);
  });

  test("before its start and after its end it is COUPON_NOT_OPEN; an unknown one is COUPON_NOT_FOUND", async () => {
    const early = await create({ startsAt: inHours(1), endsAt: inHours(2) });
    const late = await create({ startsAt: inHours(-2), endsAt: inHours(-1) });
    const answers = await Promise.all([early.id, late.id, "nothing"].map((id) => tryIssue(id, name("user"))));
    expect(answers).toEqual(["COUPON_NOT_OPEN", "COUPON_NOT_OPEN", "COUPON_NOT_FOUND"]);
  });

  test("can be used for validDays from the issue on, without them until the coupon's end", async () => {
    const endsAt = inHours(1);
    const short = await issue((await create({ endsAt })).id, name("user"));
    expect(short.expiresAt).toBe(endsAt);
    const long = await issue((await create({ endsAt, validDays: 30 })).id, name("user"));
    expect(Date.parse(long.expiresAt)).toBeGreaterThan(Date.parse(endsAt));
  });
});

async function held(terms: object = {}) {
  const userId = name("user");
  const { id } = await issue((await create(terms)).id, userId);
  return { userId, userCouponId: id, orderId: name("order"), subtotal: 5000, discount: 1000 };
}

describe("use and restore", () => {
  test("uses it at the discount that was quoted", async () => {
    const order = await held();
    expect(await quote({ userId: order.userId, userCouponId: order.userCouponId, subtotal: 5000 })).toEqual({
      ok: true,
      result: { discount: 1000 },
    });
    expect(await use(order)).toEqual({ ok: true, result: { userCouponId: order.userCouponId } });
    expect(await mine(order.userId, "USED")).toMatchObject([{ id: order.userCouponId, status: "USED", orderId: order.orderId }]);
    expect(await mine(order.userId, "AVAILABLE")).toEqual([]);
  });

  test("I8: 20 orders race for one coupon: exactly one gets it", async () => {
    const order = await held();
    const answers = await Promise.all(Array.from({ length: 20 }, () => use({ ...order, orderId: name("order") })));
    const types = answers.map((answer) => (answer?.ok ? "used" : (answer?.type ?? "none")));
    expect(counted(types)).toEqual({ used: 1, COUPON_NOT_USABLE: 19 });
  });

  test("I8: nodes that use one coupon at once: exactly one gets it", async () => {
    const order = await held();
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => {
        const orderId = name("order");
        return db.transaction((tx) => useCoupon.forward([{ ...step(orderId), params: { ...order, orderId } }], tx));
      }),
    );
    expect(answers.flat().filter(({ ok }) => ok)).toHaveLength(1);
  });

  test("I1: a use that is repeated answers the same", async () => {
    const order = await held();
    expect(await use(order)).toEqual(await use(order));
  });

  test("refuses somebody else's, another discount, and less than its minimum, and stays available", async () => {
    const order = await held({ minOrderAmount: 5000 });
    const tries = [{ userId: name("user") }, { discount: 1001 }, { subtotal: 4999 }];
    const answers = [];
    for (const change of tries) answers.push(await use({ ...order, ...change, orderId: name("order") }));
    expect(answers).toMatchObject([{ type: "USER_COUPON_NOT_FOUND" }, { type: "COUPON_NOT_USABLE" }, { type: "COUPON_NOT_USABLE" }]);
    expect(await mine(order.userId, "AVAILABLE")).toHaveLength(1);
  });

  test("an expired one is refused and listed as EXPIRED, by the clock alone", async () => {
    const order = await held();
    await db.transaction((tx) => tx.execute("update user_coupon set expires_at = ? where id = ?", [Date.now(), order.userCouponId]));
    expect(await use(order)).toMatchObject({ type: "COUPON_NOT_USABLE" });
    expect(await mine(order.userId, "AVAILABLE")).toEqual([]);
    expect(await mine(order.userId, "EXPIRED")).toMatchObject([{ id: order.userCouponId, status: "EXPIRED" }]);
  });

  test("I2: restored once it can be used again by another order; the same order's late use is refused", async () => {
    const order = await held();
    await use(order);
    await restore(order.orderId);
    expect(await mine(order.userId)).toMatchObject([{ id: order.userCouponId, status: "AVAILABLE" }]);
    expect((await mine(order.userId))[0]).not.toHaveProperty("orderId");
    expect(await use(order)).toMatchObject({ ok: false, type: "SAGA_STEP_SEALED" });
    const next = { ...order, orderId: name("order") };
    expect(await use(next)).toMatchObject({ ok: true });
    await restore(order.orderId);
    expect(await mine(order.userId)).toMatchObject([{ status: "USED", orderId: next.orderId }]);
  });

  test("I2: a restore of a use that never came bars that use", async () => {
    const order = await held();
    await restore(order.orderId);
    expect(await use(order)).toMatchObject({ ok: false, type: "SAGA_STEP_SEALED" });
    expect(await mine(order.userId)).toMatchObject([{ status: "AVAILABLE" }]);
  });
});

describe("rule 8: when a lock is lost", () => {
  const useElsewhere = "update user_coupon set status = 2, order_id = 'elsewhere' where id = ?";

  test("a coupon that was used meanwhile is not used again", async () => {
    const order = await held();
    const calls = [{ ...step(order.orderId), params: order }];
    const using = db.transaction((tx) => useCoupon.forward(calls, lostLock(tx, useElsewhere, [order.userCouponId])));
    await expect(using).rejects.toThrow(DecideAgain);
    expect(await mine(order.userId)).toMatchObject([{ status: "AVAILABLE" }]);
  });

  test.each([useElsewhere, "update user_coupon set status = 1, order_id = null where id = ?"])(
    "a coupon is not given back after %s",
    async (sql) => {
      const order = await held();
      await use(order);
      const calls = [{ ...step(order.orderId), result: { userCouponId: order.userCouponId } }];
      const returning = db.transaction((tx) => useCoupon.undo(calls, lostLock(tx, sql, [order.userCouponId])));
      await expect(returning).rejects.toThrow(DecideAgain);
      expect(await mine(order.userId)).toMatchObject([{ status: "USED", orderId: order.orderId }]);
    },
  );

  test("a coupon that is gone meanwhile is not issued", async () => {
    const { id } = await create();
    const userId = name("user");
    const calls = [{ params: { id, userId }, meta: {} }];
    const issuing = db.transaction((tx) => issueCoupon.command(calls, lostLock(tx, "delete from coupon where id = ?", [id])));
    await expect(issuing).rejects.toThrow(DecideAgain);
    expect(await mine(userId)).toEqual([]);
  });
});

test("a use under another id than the order's fails: its undo would not find what the order holds", async () => {
  const order = await held();
  const calls = [{ ...step(name("saga")), params: order }];
  const { outcomes } = await shop.broker.call<{ outcomes: StepAnswer[] }, object>("coupon.use", { calls });
  expect(outcomes).toMatchObject([{ ok: false, failed: true }]);
  expect(await mine(order.userId)).toMatchObject([{ status: "AVAILABLE" }]);
});

describe("create", () => {
  test("maxDiscount is for PERCENT only", async () => {
    await expect(create({ discountType: "AMOUNT", maxDiscount: 500 })).rejects.toMatchObject({
      code: 422,
      type: "VALIDATION_FAILED",
      data: { errors: [{ path: "maxDiscount" }] },
    });
    expect(await create({ discountType: "PERCENT", discountValue: 10, maxDiscount: 500 })).toMatchObject({ maxDiscount: 500 });
  });
});

describe("lists", () => {
  test("those not ended, the newest first, page by page", async () => {
    const ids = [(await create()).id, (await create({ startsAt: inHours(1), endsAt: inHours(2) })).id, (await create()).id];
    const ended = await create({ startsAt: inHours(-2), endsAt: inHours(-1) });
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const page: { items: Coupon[]; nextCursor: string | null } = await shop.broker.call("coupon.list", {
        limit: 2,
        ...(cursor && { cursor }),
      });
      seen.push(...page.items.map(({ id }) => id));
      cursor = page.nextCursor;
    } while (cursor);
    expect(seen.slice(0, 3)).toEqual(ids.toReversed());
    expect(seen).not.toContain(ended.id);
    expect(new Set(seen).size).toBe(seen.length);
  });

  test("mine are mine alone, the newest first", async () => {
    const userId = name("user");
    const ids = [];
    for (const _ of [1, 2, 3]) ids.push((await issue((await create()).id, userId)).id);
    await issue((await create()).id, name("user"));
    expect((await mine(userId)).map(({ id }) => id)).toEqual(ids.toReversed());
  });
});
