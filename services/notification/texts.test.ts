import type { EventData } from "../../lib/contract";
import type { order } from "../order/order.contract";
import { canceledText, completedText, failedText } from "./texts";

type Told = EventData<typeof order.events.completed>;

const line = (name: string, quantity: number) => ({ productId: name, name, unitPrice: 10_000, quantity, lineTotal: 10_000 * quantity });

const told = (change: Partial<Told> = {}): Told => ({
  orderId: "o1",
  userId: "u1",
  items: [line("Mug", 2), line("Pot", 1)],
  amounts: { subtotal: 30_000, discount: 3_000, pointsUsed: 2_000, paid: 25_000, currency: "KRW" },
  payment: { method: "CARD" },
  userCouponId: "uc1",
  placedAt: "2026-01-01T00:00:00.000Z",
  at: "2026-01-01T00:00:01.000Z",
  ...change,
});

const plain = { subtotal: 30_000, discount: 0, pointsUsed: 0, paid: 30_000, currency: "KRW" as const };
const method = (method: Told["payment"]["method"]) => ({ payment: { method }, amounts: plain, userCouponId: undefined });

test.each<[string, Told, string]>([
  ["coupon, points and card", told(), ": ₩3,000 off by coupon, ₩2,000 from your points, ₩25,000 by card."],
  ["cash", told(method("CASH")), ": ₩30,000 to pay on delivery."],
  ["points alone, two sums of one balance", told({ payment: { method: "POINT" } }), ": ₩3,000 off by coupon, ₩27,000 from your points."],
  ["nothing but a coupon", told({ amounts: { ...plain, discount: 30_000, paid: 0 } }), ": ₩30,000 off by coupon."],
])("a complete order: %s", (_what, order, end) => {
  expect(completedText(order)).toEqual({
    subject: "Your order is complete",
    body: `Thank you. Order o1: 2 × Mug and 1 × Pot. ₩30,000 in all${end}`,
  });
});

test("many products: the first three by name", () => {
  const items = ["A", "B", "C", "D", "E"].map((name) => line(name, 1));
  expect(completedText(told({ items })).body).toContain("1 × A, 1 × B, 1 × C and 2 more.");
});

test("the largest amount is told to the last digit", () => {
  const most = Number.MAX_SAFE_INTEGER;
  expect(completedText(told({ ...method("CARD"), amounts: { ...plain, subtotal: most, paid: most } })).body).toContain(
    "₩9,007,199,254,740,991 by card",
  );
});

test("an order that failed: why, and that nothing was taken", () => {
  const failed = (detail: string) => failedText({ ...told(), failure: { code: "PAYMENT_DECLINED", detail } }).body;
  const expected = "Order o1 (2 × Mug and 1 × Pot, ₩30,000) was not placed: The card was declined. Nothing was taken from you.";
  expect(failed("The card was declined")).toBe(expected);
  expect(failed("The card was declined.")).toBe(expected);
});

test.each<[string, Told, string]>([
  ["coupon, points and card", told(), "You get back ₩25,000 on your card, ₩2,000 of points and the coupon."],
  ["cash", told(method("CASH")), "There is nothing to pay any more."],
  ["points", told(method("POINT")), "You get back ₩30,000 of points."],
])("a cancelled order: %s", (_what, order, end) => {
  expect(canceledText(order)).toEqual({
    subject: "Your order is cancelled",
    body: `Order o1 (2 × Mug and 1 × Pot, ₩30,000) is cancelled. ${end}`,
  });
});
