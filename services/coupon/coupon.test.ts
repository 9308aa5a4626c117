import fc from "fast-check";

import { discountOf, expiryOf, type Held, Offer, quoteOf, statusOf, type Terms, useFor } from "./coupon";

const percent = (discountValue: number, maxDiscount: number | null = null): Terms => ({
  discountType: "PERCENT",
  discountValue,
  maxDiscount,
  minOrderAmount: null,
});
const amount = (discountValue: number): Terms => ({ discountType: "AMOUNT", discountValue, maxDiscount: null, minOrderAmount: null });
const held = (change: Partial<Held> = {}): Held => ({ ...amount(1000), userId: "u1", used: false, expiresAt: 2000, ...change });
const order = { userId: "u1", subtotal: 5000, discount: 1000 };

describe("discount", () => {
  test.each([
    [amount(1000), 5000, 1000],
    [amount(1000), 999, 999],
    [percent(10), 999, 99],
    [percent(100), 999, 999],
    [percent(10, 50), 999, 50],
    [percent(1), 99, 0],
  ])("%j off %d is %d", (terms, subtotal, discount) => expect(discountOf(terms, subtotal)).toBe(discount));

  test("PERCENT is the exact floor for every subtotal that can be held, and never more than the subtotal", () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.integer({ min: 1, max: 100 }), (subtotal, value) => {
        const discount = discountOf(percent(value), subtotal);
        expect(BigInt(discount)).toBe((BigInt(subtotal) * BigInt(value)) / 100n);
        expect(discount).toBeLessThanOrEqual(subtotal);
      }),
    );
  });
});

describe("a customer's coupon", () => {
  test("expires validDays after its issue, without them at the coupon's end", () => {
    expect(expiryOf({ startsAt: 0, endsAt: 2000, validDays: null }, 1000)).toBe(2000);
    expect(expiryOf({ startsAt: 0, endsAt: 2000, validDays: 2 }, 1000)).toBe(1000 + 2 * 86_400_000);
  });

  test("is EXPIRED by the clock, from the very moment on; a used one stays USED", () => {
    expect(statusOf(held(), 1999)).toBe("AVAILABLE");
    expect(statusOf(held(), 2000)).toBe("EXPIRED");
    expect(statusOf(held({ used: true }), 2000)).toBe("USED");
  });

  test.each([
    ["unknown", undefined, "USER_COUPON_NOT_FOUND"],
    ["somebody else's", held({ userId: "u2" }), "USER_COUPON_NOT_FOUND"],
    ["used", held({ used: true }), "COUPON_NOT_USABLE"],
    ["expired", held({ expiresAt: 1000 }), "COUPON_NOT_USABLE"],
    ["below its minimum", held({ minOrderAmount: 5001 }), "COUPON_NOT_USABLE"],
  ])("%s ⇒ neither quoted nor used", (_, one, type) => {
    expect(quoteOf(one, order, 1000)).toMatchObject({ ok: false, type });
    expect(useFor(one, order, 1000)).toMatchObject({ ok: false, type });
  });

  test("I8: is used at what was quoted, once", () => {
    const one = held({ minOrderAmount: 5000 });
    expect(quoteOf(one, order, 1000)).toEqual({ ok: true, result: { discount: 1000 } });
    expect(useFor(one, order, 1000)).toEqual({ ok: true, result: one });
    expect(useFor(one, order, 1000)).toMatchObject({ ok: false, type: "COUPON_NOT_USABLE" });
  });

  test("at another discount than was quoted it is refused and stays usable", () => {
    const one = held();
    expect(useFor(one, { ...order, discount: 1001 }, 1000)).toMatchObject({ ok: false, type: "COUPON_NOT_USABLE" });
    expect(one.used).toBe(false);
  });
});

describe("Offer", () => {
  const period = { startsAt: 1000, endsAt: 2000, validDays: null, remaining: 2 };

  test("I8: issues exactly what remains, to who comes first, and one to each", () => {
    const offer = new Offer(period, new Set(["u0"]));
    const answers = ["u0", "u1", "u1", "u2", "u3", "u2"].map((userId) => offer.issueTo(userId, 1500));
    expect(answers.map((answer) => (answer.ok ? "issued" : answer.type))).toEqual([
      "COUPON_ALREADY_ISSUED",
      "issued",
      "COUPON_ALREADY_ISSUED",
      "issued",
      "COUPON_SOLD_OUT",
      "COUPON_ALREADY_ISSUED",
    ]);
    expect(offer.issued).toBe(2);
  });

  test("is open from its start until just before its end", () => {
    const at = (time: number) => new Offer(period, new Set()).issueTo("u1", time);
    expect(at(999)).toMatchObject({ type: "COUPON_NOT_OPEN" });
    expect(at(1000)).toEqual({ ok: true, result: { expiresAt: 2000 } });
    expect(at(1999).ok).toBe(true);
    expect(at(2000)).toMatchObject({ type: "COUPON_NOT_OPEN" });
  });
});
