import { ShopError } from "../../lib/errors";
import { answerOf, cancelAnswerOf, mayBeSecond } from "./answers";
import type { Cancellation } from "./cancellations";
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
  expect(() => answerOf({ order: placed, answerStatus: 201 })).toThrow("is not COMPLETED");
  expect(() => answerOf({ order: completed, answerStatus: 409 })).toThrow("without a cause");
});

describe("of a request to cancel", () => {
  const [first, second]: Cancellation[] = [
    { id: "c1", orderId: "o", attempt: 1, historyLength: 3, createdAt: 3, endedAt: 4 },
    { id: "c2", orderId: "o", attempt: 2, historyLength: 5, createdAt: 5, endedAt: 6 },
  ];
  const canceling = (length: number, at: number): Order => ({
    ...completed,
    status: "CANCELING",
    history: canceled.history.slice(0, length),
    updatedAt: at,
  });

  test("nobody was answered yet", () => {
    expect(cancelAnswerOf(second!, canceled)).toBeUndefined();
  });

  test("a 200 is the order as it was when it was cancelled", () => {
    expect(cancelAnswerOf({ ...second!, answerStatus: 200 }, canceled)).toEqual({ ok: true, status: 200, order: canceled });
  });

  test.each([
    ["the first", { ...first!, answerStatus: 202 }, canceling(3, 3)],
    ["the second", { ...second!, answerStatus: 202 }, canceling(5, 5)],
    ["one that met the second", { ...second!, attempt: undefined, answerStatus: 202 }, canceling(5, 5)],
  ])("a 202 of %s stays the order as it was when that attempt began, the payment too", (_which, cancellation, expected) => {
    const order = cancelAnswerOf(cancellation, canceled);
    expect(order).toEqual({ ok: true, status: 202, order: expected });
    // The payment's news may be there before the saga's end.
    const refunded = { ...canceling(5, 5), payment: { ...canceled.payment } };
    expect(cancelAnswerOf(cancellation, refunded)).toEqual(order);
  });

  test("a refusal stays that refusal, with the order's id", () => {
    const failure = { code: "ORDER_NOT_CANCELABLE", detail: "The order is not completed yet" };
    const refusal = { ok: false, type: failure.code, detail: failure.detail, data: { orderId: "o" } };
    expect(cancelAnswerOf({ ...first!, answerStatus: 409, failure }, canceled)).toEqual(refusal);
  });

  test("an answer that the rows can't account for is an error of ours", () => {
    expect(() => cancelAnswerOf({ ...first!, answerStatus: 200 }, canceled)).toThrow("entry 4 of the history of order o is not CANCELED");
    expect(() => cancelAnswerOf({ ...first!, answerStatus: 503 }, canceled)).toThrow("without a cause");
  });
});

test("only what another request with the same key can explain is looked up once more", () => {
  expect(mayBeSecond(new ShopError("UNAVAILABLE"))).toBe(true);
  for (const error of [new ShopError("ORDER_NOT_FOUND"), new ShopError("IDEMPOTENCY_KEY_REUSED"), new Error("away"), undefined])
    expect(mayBeSecond(error)).toBe(false);
});
