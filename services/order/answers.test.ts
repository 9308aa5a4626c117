import { answerOf } from "./answers";
import { type Order, viewOf } from "./order";
import { pendingOrder } from "./order.fixture";

const placed = pendingOrder();

const completed: Order = {
  ...placed,
  status: "COMPLETED",
  payment: { method: "CARD", id: "p", status: "APPROVED" },
  history: [...placed.history, { status: "COMPLETED", at: 2 }],
  updatedAt: 2,
};

/** A cancellation that the provider refused, and a second one that went through. */
const canceled: Order = {
  ...completed,
  status: "CANCELED",
  payment: { method: "CARD", id: "p", status: "REFUNDED" },
  history: [
    ...completed.history,
    { status: "CANCELING", at: 3 },
    { status: "COMPLETED", at: 4 },
    { status: "CANCELING", at: 5 },
    { status: "CANCELED", at: 6 },
  ],
  updatedAt: 6,
};

const failed: Order = {
  ...placed,
  status: "FAILED",
  failure: { code: "PAYMENT_DECLINED", detail: "The card was declined" },
  payment: { method: "CARD", id: "p", status: "FAILED" },
  history: [...placed.history, { status: "FAILED", at: 2 }],
  updatedAt: 2,
};

test("nobody was answered yet", () => {
  expect(answerOf({ order: placed })).toBeUndefined();
});

test("a 201 stays the order as it was when it was completed", () => {
  const first = answerOf({ order: completed, answerStatus: 201 });
  expect(first).toEqual({ ok: true, status: 201, order: completed });
  expect(answerOf({ order: canceled, answerStatus: 201 })).toEqual(first);
});

test.each([
  ["PENDING", placed],
  ["COMPLETED", completed],
  ["CANCELED", canceled],
  ["FAILED", failed],
])("a 202 stays the order as it was when it was placed, also when it is %s", (_status, order) => {
  const answer = answerOf({ order, answerStatus: 202 });
  expect(answer).toEqual({ ok: true, status: 202, order: placed });
  expect(answer?.ok && viewOf(answer.order)).toEqual(viewOf(placed));
});

test("a refusal stays that refusal, with the order's id", () => {
  expect(answerOf({ order: failed, answerStatus: 402 })).toEqual({
    ok: false,
    type: "PAYMENT_DECLINED",
    detail: "The card was declined",
    data: { orderId: "o" },
  });
});

test("an answer that the row can't account for is an error of ours", () => {
  expect(() => answerOf({ order: placed, answerStatus: 201 })).toThrow("was never COMPLETED");
  expect(() => answerOf({ order: completed, answerStatus: 409 })).toThrow("without a cause");
});
