import { pendingOrder } from "./order.fixture";
import { factsOf } from "./order";
import { order } from "./order.contract";
import { failureOf, statusOf, toldOf } from "./told";

test.each(["PRODUCT_OUT_OF_STOCK", "POINT_INSUFFICIENT", "PAYMENT_DECLINED", "ORDER_TIMED_OUT", "UNAVAILABLE"])(
  "%s is a cause to tell a customer who placed an order",
  (type) => {
    expect(failureOf({ ok: false, type, detail: "so it is" }, "place")).toEqual({ code: type, detail: "so it is" });
  },
);

test("ORDER_NOT_CANCELABLE is one to tell a customer who cancels, and no other one", () => {
  const refusal = { ok: false, type: "ORDER_NOT_CANCELABLE", detail: "so it is" } as const;
  expect(failureOf(refusal, "cancel")).toEqual({ code: "ORDER_NOT_CANCELABLE", detail: "so it is" });
  expect(failureOf(refusal, "place").code).toBe("UNAVAILABLE");
});

test.each(["UNAVAILABLE", "SAGA_STEP_SEALED", "SAGA_TIMED_OUT", "VALIDATION_FAILED", "INTERNAL", "ER_LOCK_DEADLOCK", "toString"])(
  "%s is told as UNAVAILABLE, with nothing of its own, and that the key has its answer",
  (type) => {
    for (const asked of ["place", "cancel"] as const) {
      const { code, detail } = failureOf({ ok: false, type, ...(type !== "UNAVAILABLE" && { detail: "table orders" }) }, asked);
      expect(code).toBe("UNAVAILABLE");
      expect(detail).toMatch(/with a new Idempotency-Key$/);
      expect(detail).not.toContain("table");
    }
  },
);

test("the status is the catalogue's, the detail fits its column", () => {
  expect(statusOf(failureOf({ ok: false, type: "PRODUCT_OUT_OF_STOCK" }, "place"))).toBe(409);
  expect(failureOf({ ok: false, type: "PRODUCT_OUT_OF_STOCK" }, "place").detail).toBe("Too little stock");
  expect(failureOf({ ok: false, type: "PAYMENT_DECLINED", detail: "x".repeat(501) }, "place").detail).toHaveLength(500);
});

test("events tell all of an order, its payment only once there is one", () => {
  const facts = factsOf(pendingOrder({ userCouponId: "uc", createdAt: 0 }));
  const { id: orderId, userId, items, amounts } = pendingOrder();
  const always = {
    orderId,
    userId,
    items,
    amounts,
    userCouponId: "uc",
    placedAt: "1970-01-01T00:00:00.000Z",
    at: "1970-01-01T00:00:00.005Z",
  };
  expect(toldOf(facts, 5)).toEqual({ ...always, payment: { method: "CARD" } });
  expect(toldOf(facts, 5, { id: "p", status: "APPROVED" })).toEqual({
    ...always,
    payment: { method: "CARD", id: "p", status: "APPROVED" },
  });
  expect(order.events.placed.data.parse(toldOf(facts, 5))).toEqual(toldOf(facts, 5));
});
