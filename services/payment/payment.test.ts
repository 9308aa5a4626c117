import {
  approve,
  beginRefund,
  fail,
  giveBack,
  isBeingRefunded,
  keep,
  needsProvider,
  newPayment,
  type Payment,
  toldOf,
  viewOf,
} from "./payment";
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

const pending = newPayment("p", due, 1);
const approved = approve(pending, "r", 2);
const paid = (change: Partial<Payment>): Payment => ({ ...approved, ...change });

test.each<[Partial<Payment>, Partial<Payment>]>([
  [{}, { status: "APPROVED", refunded: 0, refundId: "o:1" }],
  [{ method: "POINT" }, { status: "REFUNDED", refunded: 100, refundId: "o:1" }],
  [{ amount: 0 }, { status: "REFUNDED", refunded: 0, refundId: "o:1" }],
  [{ method: "CASH" }, { status: "CANCELED", refunded: 0, refundId: "o:1" }],
])("I8: a refund of an approved payment with %j begins as %j", (change, begun) => {
  expect(beginRefund(paid(change), "o:1")).toMatchObject({ ok: true, result: begun });
});

test.each<[string, Payment | undefined]>([
  ["none", undefined],
  ["one that is pending", pending],
  ["one of unknown outcome", { ...pending, status: "UNKNOWN" }],
  ["one that failed", fail(pending)],
  ["one that was given back", giveBack(approved)],
  ["one that was cancelled", giveBack(paid({ method: "CASH" }))],
  ["one that was given back in part", paid({ status: "PARTIALLY_REFUNDED", refunded: 1 })],
  ["one that is being given back", paid({ refundId: "o:1" })],
])("I8: of payments, %s can't be given back", (_what, payment) => {
  expect(beginRefund(payment, "o:2")).toMatchObject({ ok: false, type: "ORDER_NOT_CANCELABLE", detail: expect.any(String) });
});

test("a refund is under way until it is done or refused, and after a refusal another may begin", () => {
  const begun = paid({ refundId: "o:1" });
  expect([approved, begun, giveBack(begun), keep(begun)].map(isBeingRefunded)).toEqual([false, true, false, false]);
  expect(keep(begun)).toEqual(approved);
  expect(beginRefund(keep(begun), "o:2")).toMatchObject({ ok: true });
});
