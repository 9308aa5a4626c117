import { failureOf, statusOf } from "./end-orders";

test.each(["PRODUCT_OUT_OF_STOCK", "POINT_INSUFFICIENT", "PAYMENT_DECLINED", "ORDER_TIMED_OUT", "UNAVAILABLE"])(
  "%s is a cause to tell a customer",
  (type) => {
    expect(failureOf({ ok: false, type, detail: "so it is" })).toEqual({ code: type, detail: "so it is" });
  },
);

test.each(["SAGA_STEP_SEALED", "VALIDATION_FAILED", "INTERNAL", "ER_LOCK_DEADLOCK", "toString"])(
  "%s is told as UNAVAILABLE, without its detail",
  (type) => {
    expect(failureOf({ ok: false, type, detail: "table orders" })).toEqual({
      code: "UNAVAILABLE",
      detail: "A part of the shop is away, try again",
    });
  },
);

test("the status is the catalogue's, the detail fits its column", () => {
  expect(statusOf(failureOf({ ok: false, type: "PRODUCT_OUT_OF_STOCK" }))).toBe(409);
  expect(failureOf({ ok: false, type: "PRODUCT_OUT_OF_STOCK" }).detail).toBe("Too little stock");
  expect(failureOf({ ok: false, type: "PAYMENT_DECLINED", detail: "x".repeat(501) }).detail).toHaveLength(500);
});
