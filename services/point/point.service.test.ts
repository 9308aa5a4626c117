import { busOf } from "../../lib/bus";
import { type Database, DecideAgain } from "../../mixins/database";
import type { StepAnswer } from "../../mixins/participant";
import { databaseOf } from "../../test/support/database-of";
import { lostLock } from "../../test/support/lost-lock";
import { startShop, type TestShop } from "../../test/support/shop";
import { waitFor } from "../../test/support/wait";
import { chargePoints } from "./charge-points";
import { usePoints } from "./use-points";

let shop: TestShop;
let db: Database;
beforeAll(async () => {
  shop = await startShop({ only: ["point"] });
  db = databaseOf(shop, "point");
});

let users = 0;
const newUser = () => `user-${++users}`;
let keys = 0;

const balanceOf = async (userId: string) => (await shop.broker.call<{ balance: number }, object>("point.balance", { userId })).balance;

/** Every charge of the suite has a key of its own unless one is given. */
const charge = (userId: string, amount: number, key = `key-${++keys}`) => {
  const idempotency = { key, userId, route: "POST /api/v1/points/me/charge", bodyHash: String(amount) };
  return shop.broker.call("point.charge", { userId, amount }, { meta: { idempotency } });
};

const step = (id: string) => ({ saga: "place-order", id, step: "usePoints" });
const use = async (userId: string, orderId: string, amount: number) => {
  const calls = [{ ...step(orderId), params: { userId, orderId, amount } }];
  const { outcomes } = await shop.broker.call<{ outcomes: StepAnswer[] }, object>("point.use", { calls });
  return outcomes[0];
};
const refund = (orderId: string) => shop.broker.call("point.refund", { calls: [step(orderId)] });

interface Entry {
  id: string;
  type: "CHARGE" | "USE" | "REFUND";
  amount: number;
  balanceAfter: number;
  orderId?: string;
}
const history = (params: object) => shop.broker.call<{ items: Entry[]; nextCursor: string | null }, object>("point.history", params);

/** I8: the history, oldest first, leads from 0 to the balance. */
async function expectRecountAgrees(userId: string): Promise<void> {
  const { items } = await history({ userId, limit: 100 });
  let balance = 0;
  for (const entry of items.toReversed()) {
    balance += entry.type === "USE" ? -entry.amount : entry.amount;
    expect(entry.balanceAfter).toBe(balance);
  }
  expect(await balanceOf(userId)).toBe(balance);
}

test("who never charged has a balance of 0 and no history", async () => {
  const userId = newUser();
  expect(await balanceOf(userId)).toBe(0);
  expect(await history({ userId })).toEqual({ items: [], nextCursor: null });
});

test("I8: racing first charges of one customer all count", async () => {
  const userId = newUser();
  await Promise.all(Array.from({ length: 50 }, (_, n) => charge(userId, n + 1)));
  expect(await balanceOf(userId)).toBe(1275);
  await expectRecountAgrees(userId);
});

test("I8: nodes that charge and use one new customer's points at once lose nothing", async () => {
  const userId = newUser();
  const charges = Array.from({ length: 10 }, () =>
    db.transaction((tx) => chargePoints.command([{ params: { userId, amount: 7 }, meta: {} }], tx)),
  );
  const uses = Array.from({ length: 10 }, (_, n) => {
    const params = { userId, orderId: `${userId}-order-${n}`, amount: 5 };
    return db.transaction((tx) => usePoints.forward([{ ...step(params.orderId), params }], tx));
  });
  await Promise.all(charges);
  const used = (await Promise.all(uses)).flat().filter(({ ok }) => ok).length;
  expect(await balanceOf(userId)).toBe(70 - used * 5);
  await expectRecountAgrees(userId);
});

test("one key charges once, however often it is sent", async () => {
  const userId = newUser();
  await charge(userId, 100, "same");
  expect(await charge(userId, 100, "same")).toEqual({ balance: 100, currency: "KRW" });
  expect(await balanceOf(userId)).toBe(100);
});

test("a balance beyond 2^53 - 1 is VALIDATION_FAILED and changes nothing", async () => {
  const userId = newUser();
  await charge(userId, 1);
  await expect(charge(userId, Number.MAX_SAFE_INTEGER)).rejects.toMatchObject({
    type: "VALIDATION_FAILED",
    data: { errors: [{ path: "amount" }] },
  });
  await charge(userId, Number.MAX_SAFE_INTEGER - 1);
  expect(await balanceOf(userId)).toBe(Number.MAX_SAFE_INTEGER);
});

test("I8: racing uses take no more than the wallet holds, and the others are refused", async () => {
  const userId = newUser();
  await charge(userId, 250);
  const answers = await Promise.all(Array.from({ length: 50 }, (_, n) => use(userId, `${userId}-order-${n}`, 10)));
  expect(answers.filter((answer) => answer?.ok)).toHaveLength(25);
  for (const answer of answers)
    if (!answer?.ok) expect(answer).toMatchObject({ type: "POINT_INSUFFICIENT", data: { balance: 0, asked: 10 } });
  expect(await balanceOf(userId)).toBe(0);
  await expectRecountAgrees(userId);
});

test("I1: a use that is repeated takes once and answers the same", async () => {
  const userId = newUser();
  await charge(userId, 100);
  const first = await use(userId, `${userId}-order`, 60);
  expect(await use(userId, `${userId}-order`, 60)).toEqual(first);
  expect(await balanceOf(userId)).toBe(40);
});

test("I2: a refund gives back once, as a REFUND row; a use that comes late is refused", async () => {
  const userId = newUser();
  const orderId = `${userId}-order`;
  await charge(userId, 100);
  await use(userId, orderId, 60);
  await Promise.all([refund(orderId), refund(orderId)]);
  await refund(orderId);
  expect(await balanceOf(userId)).toBe(100);
  expect((await history({ userId })).items[0]).toMatchObject({ type: "REFUND", amount: 60, balanceAfter: 100, orderId });
  expect(await use(userId, orderId, 60)).toMatchObject({ ok: false, type: "SAGA_STEP_SEALED" });
  await expectRecountAgrees(userId);
});

test("I2: a refund of a use that never came gives nothing and bars that use", async () => {
  const userId = newUser();
  await charge(userId, 100);
  await refund(`${userId}-order`);
  expect(await use(userId, `${userId}-order`, 60)).toMatchObject({ ok: false, type: "SAGA_STEP_SEALED" });
  expect(await balanceOf(userId)).toBe(100);
});

test("the history comes newest first, page by page, without gaps or repeats", async () => {
  const userId = newUser();
  for (const amount of [1, 2, 3, 4, 5]) await charge(userId, amount);
  const first = await history({ userId, limit: 2 });
  const second = await history({ userId, limit: 2, cursor: first.nextCursor });
  const third = await history({ userId, limit: 2, cursor: second.nextCursor });
  expect([first, second, third].flatMap(({ items }) => items.map(({ amount }) => amount))).toEqual([5, 4, 3, 2, 1]);
  expect(third.nextCursor).toBeNull();
  await expect(history({ userId, cursor: "bm90IG91cnM" })).rejects.toMatchObject({ type: "VALIDATION_FAILED" });
});

test("quotes tell each customer's balance in the order of the calls", async () => {
  const rich = newUser();
  await charge(rich, 700);
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
  await charge(userId, 100);
  await use(userId, `${userId}-order`, 60);
  await refund(`${userId}-order`);
  await waitFor(() => told.length === 3);
  await subscription.stop();
  expect(told).toEqual([
    { type: "point.charged", balance: 100 },
    { type: "point.used", balance: 40 },
    { type: "point.returned", balance: 100 },
  ]);
});

describe("rule 8: when a lock is lost", () => {
  const spend = "update point set balance = balance - 30 where user_id = ?";

  test("a balance that moved meanwhile is not overwritten, and its history stays right", async () => {
    const userId = newUser();
    await charge(userId, 100);
    const params = { userId, orderId: `${userId}-order`, amount: 60 };
    const calls = [{ ...step(params.orderId), params }];
    await expect(db.transaction((tx) => usePoints.forward(calls, lostLock(tx, spend, [userId])))).rejects.toThrow(DecideAgain);
    await expectRecountAgrees(userId);
    expect(await balanceOf(userId)).toBe(100);
  });

  test.each([spend, "delete from point where user_id = ?"])("nothing is given back into a wallet after %s", async (sql) => {
    const userId = newUser();
    const orderId = `${userId}-order`;
    await charge(userId, 100);
    const result = { userId, orderId, amount: 60 };
    const undo = db.transaction((tx) => usePoints.undo([{ ...step(orderId), result }], lostLock(tx, sql, [userId])));
    await expect(undo).rejects.toThrow(DecideAgain);
    await expectRecountAgrees(userId);
  });
});

test("I8: the table itself refuses a balance below zero", async () => {
  const userId = newUser();
  await charge(userId, 1);
  await expect(db.transaction((tx) => tx.execute("update point set balance = -1 where user_id = ?", [userId]))).rejects.toThrow();
});
