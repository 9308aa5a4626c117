import { busOf } from "../../lib/bus";
import { startShop, type TestShop } from "../../test/support/shop";
import { waitFor } from "../../test/support/wait";
import { chargePoints } from "./charge-points";
import { newUser, Points, useStep } from "./point.fixture";
import { usePoints } from "./use-points";

let shop: TestShop;
let points: Points;
beforeAll(async () => {
  shop = await startShop({ only: ["point"] });
  points = new Points(shop);
});

test("who never charged has a balance of 0 and no history", async () => {
  const userId = newUser();
  expect(await points.balanceOf(userId)).toBe(0);
  expect(await points.history({ userId })).toEqual({ items: [], nextCursor: null });
});

test("I8: racing first charges of one customer all count", async () => {
  const userId = newUser();
  await Promise.all(Array.from({ length: 50 }, (_, n) => points.charge(userId, n + 1)));
  expect(await points.balanceOf(userId)).toBe(1275);
  await points.expectRecountAgrees(userId);
});

test("I8: nodes that charge and use one new customer's points at once lose nothing", async () => {
  const userId = newUser();
  const charges = Array.from({ length: 10 }, () =>
    points.db.transaction((tx) => chargePoints.command([{ params: { userId, amount: 7 }, meta: {} }], tx)),
  );
  const uses = Array.from({ length: 10 }, (_, n) => {
    const params = { userId, orderId: `${userId}-order-${n}`, amount: 5 };
    return points.db.transaction((tx) => usePoints.forward([{ ...useStep(params.orderId), params }], tx));
  });
  await Promise.all(charges);
  const used = (await Promise.all(uses)).flat().filter(({ ok }) => ok).length;
  expect(await points.balanceOf(userId)).toBe(70 - used * 5);
  await points.expectRecountAgrees(userId);
});

test("I1: one key charges once, however often it is sent", async () => {
  const userId = newUser();
  await points.charge(userId, 100, "same");
  expect(await points.charge(userId, 100, "same")).toEqual({ balance: 100, currency: "KRW" });
  expect(await points.balanceOf(userId)).toBe(100);
});

test("a balance beyond 2^53 - 1 is VALIDATION_FAILED and changes nothing", async () => {
  const userId = newUser();
  await points.charge(userId, 1);
  await expect(points.charge(userId, Number.MAX_SAFE_INTEGER)).rejects.toMatchObject({
    type: "VALIDATION_FAILED",
    data: { errors: [{ path: "amount" }] },
  });
  await points.charge(userId, Number.MAX_SAFE_INTEGER - 1);
  expect(await points.balanceOf(userId)).toBe(Number.MAX_SAFE_INTEGER);
});

test.each([0, -1, 1.5, 2 ** 53, Number.NaN, "100"])("a charge of %p is VALIDATION_FAILED", async (amount) => {
  const userId = newUser();
  const charging = shop.broker.call("point.charge", { userId, amount });
  await expect(charging).rejects.toMatchObject({ code: 422, type: "VALIDATION_FAILED", data: { errors: [{ path: "amount" }] } });
  expect(await points.history({ userId })).toEqual({ items: [], nextCursor: null });
});

test("the history comes newest first, page by page, without gaps or repeats", async () => {
  const userId = newUser();
  for (const amount of [1, 2, 3, 4, 5]) await points.charge(userId, amount);
  const first = await points.history({ userId, limit: 2 });
  const second = await points.history({ userId, limit: 2, cursor: first.nextCursor });
  const third = await points.history({ userId, limit: 2, cursor: second.nextCursor });
  expect([first, second, third].flatMap(({ items }) => items.map(({ amount }) => amount))).toEqual([5, 4, 3, 2, 1]);
  expect(third.nextCursor).toBeNull();
  await expect(points.history({ userId, cursor: "bm90IG91cnM" })).rejects.toMatchObject({ type: "VALIDATION_FAILED" });
});

test("the history is the customer's own, and tells for which order points were used", async () => {
  const [mine, others] = [newUser(), newUser()];
  for (const userId of [mine, others]) {
    await points.charge(userId, 100);
    await points.use(userId, `${userId}-order`, 60);
  }
  const { items } = await points.history({ userId: mine });
  expect(items).toMatchObject([
    { type: "USE", amount: 60, balanceAfter: 40, orderId: `${mine}-order` },
    { type: "CHARGE", amount: 100, balanceAfter: 100 },
  ]);
  expect(items[1]).not.toHaveProperty("orderId");
  const { nextCursor } = await points.history({ userId: mine, limit: 1 });
  expect((await points.history({ userId: others, cursor: nextCursor })).items.every(({ orderId }) => orderId !== `${mine}-order`)).toBe(
    true,
  );
});

test("quotes tell each customer's balance in the order of the calls", async () => {
  const rich = newUser();
  await points.charge(rich, 700);
  const calls = [{ userId: newUser() }, { userId: rich }];
  expect(await shop.broker.call("point.quote", { calls })).toEqual({
    outcomes: [
      { ok: true, result: { balance: 0, currency: "KRW" } },
      { ok: true, result: { balance: 700, currency: "KRW" } },
    ],
  });
});

test("I7: each move is in the outbox or was sent, in the order of the wallet's history", async () => {
  const userId = newUser();
  const told: { type: string; balance: number }[] = [];
  const subscription = await busOf(shop.broker).subscribe({
    group: "test-point",
    topics: ["commerce.point.v1"],
    maxBatch: 100,
    async onBatch(messages) {
      for (const { key, headers, payload } of messages) {
        if (key === userId) told.push({ type: headers.ce_type!, balance: (JSON.parse(payload) as { balance: number }).balance });
      }
    },
  });
  await points.charge(userId, 100);
  await points.use(userId, `${userId}-order`, 60);
  await points.refund(`${userId}-order`);
  await points.use(userId, `${userId}-next`, 30);
  await points.giveBack(userId, `${userId}-next`, 30);
  await waitFor(() => told.length === 5);
  await subscription.stop();
  expect(told).toEqual([
    { type: "point.charged", balance: 100 },
    { type: "point.used", balance: 40 },
    { type: "point.returned", balance: 100 },
    { type: "point.used", balance: 70 },
    { type: "point.returned", balance: 100 },
  ]);
});

test("I8: the table itself refuses a balance below zero", async () => {
  const userId = newUser();
  await points.charge(userId, 1);
  await expect(points.db.transaction((tx) => tx.execute("update point set balance = -1 where user_id = ?", [userId]))).rejects.toThrow();
});
