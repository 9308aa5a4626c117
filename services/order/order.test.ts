import fc from "fast-check";

import {
  attemptsOf,
  fail,
  mayBecome,
  mergeLines,
  type Order,
  pointsFromBalance,
  priceLines,
  settleAmounts,
  subtotalOf,
  transitions,
  viewOf,
  whyNotCancelable,
} from "./order";
import { pendingOrder } from "./order.fixture";
import { maxQuantity, orderStatus, orderView } from "./order.contract";

const invalidAt = (path: string) =>
  expect.objectContaining({ type: "VALIDATION_FAILED", data: { errors: [expect.objectContaining({ path })] } });

describe("status", () => {
  test("changes only along the table", () => {
    const allowed = orderStatus.options.flatMap((from) =>
      orderStatus.options.filter((to) => mayBecome(from, to)).map((to) => `${from} ${to}`),
    );
    expect(allowed).toEqual(["PENDING COMPLETED", "PENDING FAILED", "COMPLETED CANCELING", "CANCELING COMPLETED", "CANCELING CANCELED"]);
  });

  test("every one is reached from PENDING", () => {
    const reached = new Set(["PENDING" as const, ...Object.values(transitions).flat()]);
    expect([...reached].sort()).toEqual([...orderStatus.options].sort());
  });

  test("an order that has failed can't fail again", () => {
    const failed = fail(anOrder, { code: "PAYMENT_DECLINED", detail: "no" }, 2);
    expect(failed).toMatchObject({ status: "FAILED", updatedAt: 2, failure: { code: "PAYMENT_DECLINED" } });
    expect(failed.history).toEqual([
      { status: "PENDING", at: 1 },
      { status: "FAILED", at: 2 },
    ]);
    expect(() => fail(failed, { code: "PAYMENT_DECLINED", detail: "no" }, 3)).toThrow("can't become FAILED");
  });
});

describe("cancelling", () => {
  const tried = (times: number): Order["history"] => [
    { status: "PENDING", at: 1 },
    ...Array.from({ length: times }, (): Order["history"] => [
      { status: "COMPLETED", at: 2 },
      { status: "CANCELING", at: 3 },
    ]).flat(),
    { status: "COMPLETED", at: 4 },
  ];

  test("is possible for a COMPLETED order, and under way for one that is CANCELING; the others say why not", () => {
    const history = tried(0);
    expect(orderStatus.options.filter((status) => whyNotCancelable({ status, history }) === undefined)).toEqual(["COMPLETED", "CANCELING"]);
    expect(new Set(orderStatus.options.map((status) => whyNotCancelable({ status, history }))).size).toBe(4);
  });

  test("counts how often it was begun, and ends at a hundred tries", () => {
    expect([0, 1, 99].map((times) => attemptsOf({ history: tried(times) }))).toEqual([0, 1, 99]);
    expect(whyNotCancelable({ status: "COMPLETED", history: tried(99) })).toBeUndefined();
    expect(whyNotCancelable({ status: "COMPLETED", history: tried(100) })).toContain("too often");
    expect(whyNotCancelable({ status: "CANCELING", history: tried(100) })).toBeUndefined();
  });
});

describe("lines", () => {
  test("of one product are merged, in the order of first mention", () => {
    const lines = mergeLines([
      { productId: "b", quantity: 1 },
      { productId: "a", quantity: 2 },
      { productId: "b", quantity: 3 },
    ]);
    expect(lines).toEqual([
      { productId: "b", quantity: 4 },
      { productId: "a", quantity: 2 },
    ]);
  });

  test("of one product may not come to more than one line may hold", () => {
    const items = [
      { productId: "a", quantity: maxQuantity },
      { productId: "b", quantity: 1 },
      { productId: "a", quantity: 1 },
    ];
    expect(() => mergeLines(items)).toThrow(invalidAt("items.2.quantity"));
    expect(mergeLines(items.slice(0, 2))).toHaveLength(2);
  });

  test("that can't be priced exactly are refused", () => {
    const dear = { id: "a", name: "A", price: Number.MAX_SAFE_INTEGER };
    expect(() => priceLines([{ productId: "a", quantity: 2 }], [dear])).toThrow(invalidAt("items"));
    const [line] = priceLines([{ productId: "a", quantity: 1 }], [dear]);
    expect(line?.lineTotal).toBe(Number.MAX_SAFE_INTEGER);
    expect(() => subtotalOf([line!, line!])).toThrow(invalidAt("items"));
  });

  test("need an offer of their own product", () => {
    expect(() => priceLines([{ productId: "a", quantity: 1 }], [{ id: "b", name: "B", price: 1 }])).toThrow("no price for product a");
  });
});

describe("amounts", () => {
  const given = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }).chain((subtotal) =>
    fc.integer({ min: 0, max: subtotal }).chain((discount) =>
      fc.record({
        subtotal: fc.constant(subtotal),
        discount: fc.constant(discount),
        points: fc.integer({ min: 0, max: subtotal - discount }),
        currency: fc.constant("KRW" as const),
      }),
    ),
  );

  test("I8: subtotal − discount − pointsUsed = paid, nothing below zero", () => {
    fc.assert(
      fc.property(given, (one) => {
        const amounts = settleAmounts(one);
        expect(amounts.subtotal - amounts.discount - amounts.pointsUsed).toBe(amounts.paid);
        expect(amounts.pointsUsed).toBe(one.points);
        expect(amounts.paid).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  test("points above what is left are refused, and all that is left is allowed", () => {
    fc.assert(
      fc.property(given, fc.integer({ min: 1, max: 1_000_000 }), (one, more) => {
        const left = one.subtotal - one.discount;
        expect(() => settleAmounts({ ...one, points: left + more })).toThrow(invalidAt("points"));
        expect(settleAmounts({ ...one, points: left }).paid).toBe(0);
      }),
    );
  });

  test("POINT takes what is left from the balance too, in one sum", () => {
    fc.assert(
      fc.property(given, (one) => {
        const amounts = settleAmounts(one);
        expect(pointsFromBalance(amounts, "POINT")).toBe(amounts.pointsUsed + amounts.paid);
        expect(pointsFromBalance(amounts, "CARD")).toBe(amounts.pointsUsed);
        expect(pointsFromBalance(amounts, "CASH")).toBe(amounts.pointsUsed);
      }),
    );
  });
});

test("the view is what the contract says", () => {
  const view = viewOf({ ...anOrder, userCouponId: "uc", payment: { method: "CARD", id: "p", status: "APPROVED" } });
  expect(orderView.parse(view)).toEqual(view);
  expect(viewOf(anOrder)).not.toHaveProperty("userId");
  expect(viewOf(anOrder)).not.toHaveProperty("userCouponId");
});

const anOrder = pendingOrder();
