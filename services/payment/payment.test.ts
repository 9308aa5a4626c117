import { needsProvider, newPayment, toldOf, viewOf } from "./payment";
import { payment, paymentView } from "./payment.contract";

const due = { orderId: "o", userId: "u", method: "CARD" as const, amount: 100, currency: "KRW" as const };

test.each([
  ["CARD", 100, true],
  ["CARD", 0, false],
  ["CASH", 100, false],
  ["POINT", 100, false],
] as const)("%s over %i needs the provider: %s", (method, amount, needed) => {
  expect(needsProvider({ method, amount })).toBe(needed);
  expect(newPayment("p", { ...due, method, amount }, 1)).toMatchObject(
    needed ? { status: "PENDING" } : { status: "APPROVED", approvedAt: 1 },
  );
});

test("the view and the event are what the contract says", () => {
  const pending = newPayment("p", due, 1);
  const approved = newPayment("p", { ...due, method: "CASH" }, 1);
  for (const one of [pending, approved]) {
    expect(paymentView.parse(viewOf(one))).toEqual(viewOf(one));
    expect(payment.events.approved.data.parse(toldOf(one))).toEqual(toldOf(one));
  }
  expect(viewOf(pending)).not.toHaveProperty("approvedAt");
  expect(viewOf(approved)).not.toHaveProperty("userId");
});
