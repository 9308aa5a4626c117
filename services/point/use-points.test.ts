import { DecideAgain } from "../../mixins/database";
import { lostLock } from "../../test/support/lost-lock";
import { startShop, type TestShop } from "../../test/support/shop";
import { giveBackStep, newUser, Points, useStep } from "./point.fixture";
import { giveBackPoints } from "./return-points";
import { usePoints } from "./use-points";

let shop: TestShop;
let points: Points;
beforeAll(async () => {
  shop = await startShop({ only: ["point"] });
  points = new Points(shop);
});

test("I8: racing uses take no more than the wallet holds, and the others are refused", async () => {
  const userId = newUser();
  await points.charge(userId, 250);
  const answers = await Promise.all(Array.from({ length: 50 }, (_, n) => points.use(userId, `${userId}-order-${n}`, 10)));
  expect(answers.filter((answer) => answer?.ok)).toHaveLength(25);
  for (const answer of answers)
    if (!answer?.ok) expect(answer).toMatchObject({ type: "POINT_INSUFFICIENT", data: { balance: 0, asked: 10 } });
  expect(await points.balanceOf(userId)).toBe(0);
  await points.expectRecountAgrees(userId);
});

test("I1: a use that is repeated takes once and answers the same", async () => {
  const userId = newUser();
  await points.charge(userId, 100);
  const first = await points.use(userId, `${userId}-order`, 60);
  expect(await points.use(userId, `${userId}-order`, 60)).toEqual(first);
  expect(await points.balanceOf(userId)).toBe(40);
});

test("I2: a refund gives back once, as a REFUND row; a use that comes late is refused", async () => {
  const userId = newUser();
  const orderId = `${userId}-order`;
  await points.charge(userId, 100);
  await points.use(userId, orderId, 60);
  await Promise.all([points.refund(orderId), points.refund(orderId)]);
  await points.refund(orderId);
  expect(await points.balanceOf(userId)).toBe(100);
  expect((await points.history({ userId })).items[0]).toMatchObject({ type: "REFUND", amount: 60, balanceAfter: 100, orderId });
  expect(await points.use(userId, orderId, 60)).toMatchObject({ ok: false, type: "SAGA_STEP_SEALED" });
  await points.expectRecountAgrees(userId);
});

test("I2: a refund of a use that never came gives nothing and bars that use", async () => {
  const userId = newUser();
  await points.charge(userId, 100);
  await points.refund(`${userId}-order`);
  expect(await points.use(userId, `${userId}-order`, 60)).toMatchObject({ ok: false, type: "SAGA_STEP_SEALED" });
  expect(await points.balanceOf(userId)).toBe(100);
});

describe("giving back what a cancelled order took", () => {
  test("I1: however often it is asked, one REFUND row with the order's id", async () => {
    const userId = newUser();
    const orderId = `${userId}-order`;
    await points.charge(userId, 100);
    await points.use(userId, orderId, 60);
    const answers = await Promise.all([1, 2, 3].map(() => points.giveBack(userId, orderId, 60)));
    answers.push(await points.giveBack(userId, orderId, 60));
    expect(answers).toEqual(Array.from({ length: 4 }, () => ({ ok: true, result: {} })));
    expect((await points.history({ userId })).items).toMatchObject([
      { type: "REFUND", amount: 60, balanceAfter: 100, orderId },
      { type: "USE" },
      { type: "CHARGE" },
    ]);
    await points.expectRecountAgrees(userId);
  });

  test("I1: a use of that order which is repeated after it takes nothing more", async () => {
    const userId = newUser();
    const orderId = `${userId}-order`;
    await points.charge(userId, 100);
    await points.use(userId, orderId, 60);
    await points.giveBack(userId, orderId, 60);
    expect(await points.use(userId, orderId, 60)).toMatchObject({ ok: true });
    expect(await points.balanceOf(userId)).toBe(100);
    await points.expectRecountAgrees(userId);
  });

  test("I8: it races with charges, uses and other orders of the same customer, and nothing is lost", async () => {
    const userId = newUser();
    await points.charge(userId, 1000);
    const orders = Array.from({ length: 10 }, (_, n) => `${userId}-order-${n}`);
    for (const orderId of orders) await points.use(userId, orderId, 30);
    await Promise.all([
      ...orders.map((orderId) => points.giveBack(userId, orderId, 30)),
      ...orders.map(() => points.charge(userId, 7)),
      ...orders.map((orderId) => points.use(userId, `${orderId}-next`, 11)),
    ]);
    expect(await points.balanceOf(userId)).toBe(1000 + 10 * 7 - 10 * 11);
    await points.expectRecountAgrees(userId);
  });

  test("I8: a balance that could not be held exactly fails its own call, and its neighbours in the group go on", async () => {
    const [full, other] = [newUser(), newUser()];
    await points.charge(full, 1);
    await points.use(full, `${full}-order`, 1);
    await points.charge(full, Number.MAX_SAFE_INTEGER);
    await points.charge(other, 5);
    await points.use(other, `${other}-order`, 5);
    const answers = await Promise.all([points.giveBack(full, `${full}-order`, 1), points.giveBack(other, `${other}-order`, 5)]);
    expect(answers).toMatchObject([{ ok: false, failed: true }, { ok: true }]);
    expect(await points.balanceOf(full)).toBe(Number.MAX_SAFE_INTEGER);
    expect(await points.balanceOf(other)).toBe(5);
  });
});

describe("I8, rule 8: when a lock is lost", () => {
  const spend = "update point set balance = balance - 30 where user_id = ?";

  test("a balance that moved meanwhile is not overwritten, and its history stays right", async () => {
    const userId = newUser();
    await points.charge(userId, 100);
    const params = { userId, orderId: `${userId}-order`, amount: 60 };
    const calls = [{ ...useStep(params.orderId), params }];
    await expect(points.db.transaction((tx) => usePoints.forward(calls, lostLock(tx, spend, [userId])))).rejects.toThrow(DecideAgain);
    await points.expectRecountAgrees(userId);
    expect(await points.balanceOf(userId)).toBe(100);
  });

  test.each([spend, "delete from point where user_id = ?"])("nothing is given back into a wallet after %s", async (sql) => {
    const userId = newUser();
    const orderId = `${userId}-order`;
    await points.charge(userId, 100);
    const result = { userId, orderId, amount: 60 };
    const undo = points.db.transaction((tx) => usePoints.undo([{ ...useStep(orderId), result }], lostLock(tx, sql, [userId])));
    await expect(undo).rejects.toThrow(DecideAgain);
    const calls = [{ ...giveBackStep(orderId), params: result }];
    const givingBack = points.db.transaction((tx) => giveBackPoints.forward(calls, lostLock(tx, sql, [userId])));
    await expect(givingBack).rejects.toThrow(DecideAgain);
    await points.expectRecountAgrees(userId);
  });
});
