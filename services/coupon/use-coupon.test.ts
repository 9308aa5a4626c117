import { DecideAgain } from "../../mixins/database";
import { recordEvents } from "../../test/support/events";
import { lostLock } from "../../test/support/lost-lock";
import { startShop, type TestShop } from "../../test/support/shop";
import { waitFor } from "../../test/support/wait";
import { counted, Coupons, giveBackStep, name, useStep } from "./coupon.fixture";
import { giveBackCoupon } from "./return-coupons";
import { useCoupon } from "./use-coupon";

let shop: TestShop;
let coupons: Coupons;
beforeAll(async () => {
  shop = await startShop({ only: ["coupon"] });
  coupons = new Coupons(shop);
});

describe("use and restore", () => {
  test("uses it at the discount that was quoted", async () => {
    const order = await coupons.held();
    expect(await coupons.quote({ userId: order.userId, userCouponId: order.userCouponId, subtotal: 5000 })).toEqual({
      ok: true,
      result: { discount: 1000 },
    });
    expect(await coupons.use(order)).toEqual({ ok: true, result: { userCouponId: order.userCouponId } });
    expect(await coupons.mine(order.userId, "USED")).toMatchObject([{ id: order.userCouponId, status: "USED", orderId: order.orderId }]);
    expect(await coupons.mine(order.userId, "AVAILABLE")).toEqual([]);
  });

  test("I8: 20 orders race for one coupon: exactly one gets it", async () => {
    const order = await coupons.held();
    const answers = await Promise.all(Array.from({ length: 20 }, () => coupons.use({ ...order, orderId: name("order") })));
    const types = answers.map((answer) => (answer?.ok ? "used" : (answer?.type ?? "none")));
    expect(counted(types)).toEqual({ used: 1, COUPON_NOT_USABLE: 19 });
  });

  test("I8: nodes that use one coupon at once: exactly one gets it", async () => {
    const order = await coupons.held();
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => {
        const orderId = name("order");
        return coupons.db.transaction((tx) => useCoupon.forward([{ ...useStep(orderId), params: { ...order, orderId } }], tx));
      }),
    );
    expect(answers.flat().filter(({ ok }) => ok)).toHaveLength(1);
  });

  test("I1: a use that is repeated answers the same", async () => {
    const order = await coupons.held();
    expect(await coupons.use(order)).toEqual(await coupons.use(order));
  });

  test("refuses somebody else's, another discount, and less than its minimum, and stays available", async () => {
    const order = await coupons.held({ minOrderAmount: 5000 });
    const tries = [{ userId: name("user") }, { discount: 1001 }, { subtotal: 4999 }];
    const answers = [];
    for (const change of tries) answers.push(await coupons.use({ ...order, ...change, orderId: name("order") }));
    expect(answers).toMatchObject([{ type: "USER_COUPON_NOT_FOUND" }, { type: "COUPON_NOT_USABLE" }, { type: "COUPON_NOT_USABLE" }]);
    expect(await coupons.mine(order.userId, "AVAILABLE")).toHaveLength(1);
  });

  test("an expired one is refused and listed as EXPIRED, by the clock alone", async () => {
    const order = await coupons.held();
    await coupons.db.transaction((tx) =>
      tx.execute("update user_coupon set expires_at = ? where id = ?", [Date.now(), order.userCouponId]),
    );
    expect(await coupons.use(order)).toMatchObject({ type: "COUPON_NOT_USABLE" });
    expect(await coupons.mine(order.userId, "AVAILABLE")).toEqual([]);
    expect(await coupons.mine(order.userId, "EXPIRED")).toMatchObject([{ id: order.userCouponId, status: "EXPIRED" }]);
  });

  test("I2: restored once it can be used again by another order; the same order's late use is refused", async () => {
    const order = await coupons.held();
    await coupons.use(order);
    await coupons.restore(order.orderId);
    expect(await coupons.mine(order.userId)).toMatchObject([{ id: order.userCouponId, status: "AVAILABLE" }]);
    expect((await coupons.mine(order.userId))[0]).not.toHaveProperty("orderId");
    expect(await coupons.use(order)).toMatchObject({ ok: false, type: "SAGA_STEP_SEALED" });
    const next = { ...order, orderId: name("order") };
    expect(await coupons.use(next)).toMatchObject({ ok: true });
    await coupons.restore(order.orderId);
    expect(await coupons.mine(order.userId)).toMatchObject([{ status: "USED", orderId: next.orderId }]);
  });

  test("I2: a restore of a use that never came bars that use", async () => {
    const order = await coupons.held();
    await coupons.restore(order.orderId);
    expect(await coupons.use(order)).toMatchObject({ ok: false, type: "SAGA_STEP_SEALED" });
    expect(await coupons.mine(order.userId)).toMatchObject([{ status: "AVAILABLE" }]);
  });
});

describe("giving back the coupon of a cancelled order", () => {
  test("I1: it is available again, and a repeated call doesn't take it from the order that uses it next", async () => {
    const order = await coupons.held();
    await coupons.use(order);
    expect(await Promise.all([1, 2, 3].map(() => coupons.giveBack(order.orderId, order.userCouponId)))).toEqual(
      Array.from({ length: 3 }, () => ({ ok: true, result: {} })),
    );
    const [returned] = await coupons.mine(order.userId, "AVAILABLE");
    expect(returned).toMatchObject({ id: order.userCouponId });
    expect(returned).not.toHaveProperty("orderId");
    expect(returned).not.toHaveProperty("usedAt");
    const next = { ...order, orderId: name("order") };
    expect(await coupons.use(next)).toMatchObject({ ok: true });
    expect(await coupons.giveBack(order.orderId, order.userCouponId)).toMatchObject({ ok: true });
    expect(await coupons.mine(order.userId)).toMatchObject([{ status: "USED", orderId: next.orderId }]);
  });

  test("one that has expired meanwhile comes back as EXPIRED", async () => {
    const order = await coupons.held();
    await coupons.use(order);
    await coupons.db.transaction((tx) =>
      tx.execute("update user_coupon set expires_at = ? where id = ?", [Date.now(), order.userCouponId]),
    );
    expect(await coupons.giveBack(order.orderId, order.userCouponId)).toMatchObject({ ok: true });
    expect(await coupons.mine(order.userId)).toMatchObject([{ id: order.userCouponId, status: "EXPIRED" }]);
  });

  test("I8: an order gives back only what it holds: anything else fails and changes nothing, and its neighbours go on", async () => {
    const [unused, another, good] = [await coupons.held(), await coupons.held(), await coupons.held()];
    await coupons.use(another);
    await coupons.use(good);
    const answers = await Promise.all([
      coupons.giveBack(unused.orderId, unused.userCouponId),
      coupons.giveBack(name("order"), another.userCouponId),
      coupons.giveBack(name("order"), "nothing"),
      coupons.giveBack(good.orderId, good.userCouponId),
      coupons.giveBack(good.orderId, good.userCouponId, 2),
    ]);
    expect(answers.map((answer) => (answer?.ok ? "done" : answer?.type))).toEqual([
      "SAGA_STEP_FAILED",
      "SAGA_STEP_FAILED",
      "SAGA_STEP_FAILED",
      "done",
      "SAGA_STEP_FAILED",
    ]);
    expect(await coupons.mine(unused.userId)).toMatchObject([{ status: "AVAILABLE" }]);
    expect(await coupons.mine(another.userId)).toMatchObject([{ status: "USED", orderId: another.orderId }]);
    expect(await coupons.mine(good.userId)).toMatchObject([{ status: "AVAILABLE" }]);
  });

  test("I7: it is told once, with the coupon, its holder and the order", async () => {
    const told = await recordEvents(shop, "commerce.coupon.v1");
    const order = await coupons.held();
    await coupons.use(order);
    await coupons.giveBack(order.orderId, order.userCouponId);
    await coupons.giveBack(order.orderId, order.userCouponId);
    const last = await coupons.held();
    await waitFor(() => told.some(({ data }) => (data as { userId?: string }).userId === last.userId));
    const { orderId, userCouponId, userId } = order;
    const returned = told.filter(({ type, data }) => type === "coupon.returned" && (data as { orderId: string }).orderId === orderId);
    expect(returned.map(({ data }) => data)).toEqual([{ couponId: expect.any(String), userCouponId, userId, orderId }]);
  });
});

describe("I8, rule 8: when a lock is lost", () => {
  const useElsewhere = "update user_coupon set status = 2, order_id = 'elsewhere' where id = ?";

  test("a coupon that was used meanwhile is not used again", async () => {
    const order = await coupons.held();
    const calls = [{ ...useStep(order.orderId), params: order }];
    const using = coupons.db.transaction((tx) => useCoupon.forward(calls, lostLock(tx, useElsewhere, [order.userCouponId])));
    await expect(using).rejects.toThrow(DecideAgain);
    expect(await coupons.mine(order.userId)).toMatchObject([{ status: "AVAILABLE" }]);
  });

  test.each([useElsewhere, "update user_coupon set status = 1, order_id = null where id = ?"])(
    "a coupon is not given back after %s",
    async (sql) => {
      const order = await coupons.held();
      await coupons.use(order);
      const calls = [{ ...useStep(order.orderId), result: { userCouponId: order.userCouponId } }];
      const returning = coupons.db.transaction((tx) => useCoupon.undo(calls, lostLock(tx, sql, [order.userCouponId])));
      await expect(returning).rejects.toThrow(DecideAgain);
      const cancelled = [{ ...giveBackStep(order.orderId), params: order }];
      const givingBack = coupons.db.transaction((tx) => giveBackCoupon.forward(cancelled, lostLock(tx, sql, [order.userCouponId])));
      await expect(givingBack).rejects.toThrow(DecideAgain);
      expect(await coupons.mine(order.userId)).toMatchObject([{ status: "USED", orderId: order.orderId }]);
    },
  );
});

test("a use under another id than the order's fails: its undo would not find what the order holds", async () => {
  const order = await coupons.held();
  expect(await coupons.use(order, useStep(name("saga")))).toMatchObject({ ok: false, failed: true });
  expect(await coupons.mine(order.userId)).toMatchObject([{ status: "AVAILABLE" }]);
});
