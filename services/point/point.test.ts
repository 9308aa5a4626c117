import fc from "fast-check";

import { Wallet } from "./point";

const max = Number.MAX_SAFE_INTEGER;

describe("Wallet", () => {
  test("I8: takes what it holds, down to zero", () => {
    const wallet = new Wallet("u1", 500);
    expect(wallet.take(500, "o1")).toEqual({ ok: true, result: { userId: "u1", orderId: "o1", amount: 500 } });
    expect(wallet.balance).toBe(0);
  });

  test("I8: holds too little ⇒ refuses and keeps everything", () => {
    const wallet = new Wallet("u1", 499);
    expect(wallet.take(500, "o1")).toMatchObject({ ok: false, type: "POINT_INSUFFICIENT", data: { balance: 499, asked: 500 } });
    expect(wallet.balance).toBe(499);
    expect(wallet.entries).toEqual([]);
  });

  test("a balance beyond 2^53 - 1 is refused by the field that asked for it", () => {
    const wallet = new Wallet("u1", 1);
    expect(wallet.charge(max)).toMatchObject({ ok: false, type: "VALIDATION_FAILED", data: { errors: [{ path: "amount" }] } });
    expect(wallet.balance).toBe(1);
    expect(wallet.charge(max - 1)).toMatchObject({ ok: true, result: { balance: max, currency: "KRW" } });
  });

  test("I8: a refund that can't be held exactly is never rounded: it throws", () => {
    const wallet = new Wallet("u1", max);
    expect(() => wallet.giveBack(1, "o1")).toThrow(RangeError);
    expect(wallet.balance).toBe(max);
  });

  test("I8: after any calls the balance is CHARGE + REFUND − USE, never negative, and each entry tells the balance after it", () => {
    const amount = fc.integer({ min: 1, max: 1000 });
    const call = fc.tuple(fc.constantFrom("charge", "take", "giveBack"), amount);
    fc.assert(
      fc.property(fc.nat(1000), fc.array(call), (first, calls) => {
        const wallet = new Wallet("u1", first);
        for (const [what, points] of calls) {
          if (what === "charge") wallet.charge(points);
          else if (what === "take") wallet.take(points, "o1");
          else wallet.giveBack(points, "o1");
        }
        let balance = first;
        for (const entry of wallet.entries) {
          balance += entry.type === "USE" ? -entry.amount : entry.amount;
          expect(entry.balanceAfter).toBe(balance);
          expect(balance).toBeGreaterThanOrEqual(0);
        }
        expect(wallet.balance).toBe(balance);
      }),
    );
  });
});
