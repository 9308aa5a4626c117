import fc from "fast-check";

import { type Heralded, isWhole, type OrderView, withOrderNews, withPaymentNews } from "./order-view";
import { orderNews, paymentNews, told } from "./news.fixture";

type Known = OrderView | Heralded | undefined;
type Tell = (known: Known) => OrderView | Heralded;

const tell = {
  order:
    (...news: Parameters<typeof orderNews>): Tell =>
    (known) =>
      withOrderNews(known, orderNews(...news)),
  payment:
    (...news: Parameters<typeof paymentNews>): Tell =>
    (known) =>
      withPaymentNews(known, paymentNews(...news)),
};

function after(...news: Tell[]): OrderView {
  const known = news.reduce<Known>((view, next) => next(view), undefined);
  if (!known || !isWhole(known)) throw new Error("the order itself has not been heard of");
  return known;
}

const iso = (at: number) => new Date(at).toISOString();

test("a whole life, event by event", () => {
  const declined = { code: "PAYMENT_DECLINED", detail: "No" };
  expect(after(tell.order("PENDING", 1))).toEqual({
    id: "o1",
    status: "PENDING",
    items: told(1).items,
    amounts: told(1).amounts,
    payment: { method: "CARD" },
    userCouponId: "uc1",
    history: [{ status: "PENDING", at: iso(1) }],
    createdAt: iso(1),
    updatedAt: iso(1),
  });
  expect(after(tell.order("PENDING", 1), tell.payment("FAILED", 2), tell.order("FAILED", 3, { failure: declined }))).toMatchObject({
    status: "FAILED",
    failure: declined,
    payment: { id: "p1", method: "CARD", status: "FAILED" },
    history: [{ status: "PENDING" }, { status: "FAILED", at: iso(3) }],
    createdAt: iso(1),
    updatedAt: iso(3),
  });
});

test("a reader that begins in the middle has the order whole, but for the times that it was not told", () => {
  expect(after(tell.order("CANCELED", 9, { paid: "REFUNDED" }))).toEqual({
    ...after(tell.order("PENDING", 1)),
    status: "CANCELED",
    payment: { id: "p1", method: "CARD", status: "REFUNDED" },
    history: [
      { status: "PENDING", at: iso(1) },
      { status: "CANCELED", at: iso(9) },
    ],
    updatedAt: iso(9),
  });
});

test("a payment heard of before its order is kept for it, and nothing is shown until then", () => {
  const early = tell.payment("APPROVED", 5)(undefined);
  expect(isWhole(early)).toBe(false);
  expect(withOrderNews(early, orderNews("PENDING", 1))).toMatchObject({
    status: "PENDING",
    payment: { id: "p1", method: "CARD", status: "APPROVED" },
    createdAt: iso(1),
    updatedAt: iso(5),
  });
});

test("what tells nothing new gives back what was known", () => {
  const known = after(tell.order("PENDING", 1), tell.order("COMPLETED", 3, { paid: "APPROVED" }));
  for (const repeat of [
    tell.order("PENDING", 1),
    tell.order("COMPLETED", 3, { paid: "APPROVED" }),
    tell.payment("APPROVED", 2),
    tell.payment("UNKNOWN", 2),
  ])
    expect(repeat(known)).toBe(known);
});

test("a completion that comes after the cancellation takes its place in the history, and leaves the order CANCELED", () => {
  const late = after(tell.order("PENDING", 1), tell.order("CANCELING", 5), tell.order("CANCELED", 7), tell.order("COMPLETED", 3));
  expect(late.status).toBe("CANCELED");
  expect(late.history.map(({ status }) => status)).toEqual(["PENDING", "COMPLETED", "CANCELING", "CANCELED"]);
});

test("what comes after an end stands before it, whatever its time", () => {
  const late = after(tell.order("PENDING", 1), tell.order("CANCELED", 7), tell.order("CANCELING", 8));
  expect(late.history.map(({ status }) => status)).toEqual(["PENDING", "CANCELING", "CANCELED"]);
});

test("clocks that disagree don't keep an order from its end, and its beginning stays the first", () => {
  expect(after(tell.order("PENDING", 5), tell.order("COMPLETED", 3)).history.map(({ status }) => status)).toEqual(["PENDING", "COMPLETED"]);
  expect(after(tell.order("PENDING", 1), tell.order("COMPLETED", 9), tell.order("CANCELING", 10), tell.order("CANCELED", 8)).status).toBe(
    "CANCELED",
  );
});

test("a completed order whose refund was refused is COMPLETED, and can be cancelled again", () => {
  const refused = [tell.order("PENDING", 1), tell.order("COMPLETED", 3), tell.order("CANCELING", 5), tell.order("COMPLETED", 6)];
  expect(after(...refused).status).toBe("COMPLETED");
  expect(after(...refused, tell.order("CANCELING", 8)).status).toBe("CANCELING");
});

test("two events of one millisecond stand as they came", () => {
  const canceling = after(tell.order("PENDING", 1), tell.order("COMPLETED", 3), tell.order("CANCELING", 3));
  expect(canceling.history.map(({ status }) => status)).toEqual(["PENDING", "COMPLETED", "CANCELING"]);
  const refused = after(tell.order("PENDING", 1), tell.order("COMPLETED", 3), tell.order("CANCELING", 4), tell.order("COMPLETED", 4));
  expect(refused.history.map(({ status }) => status)).toEqual(["PENDING", "COMPLETED", "CANCELING", "COMPLETED"]);
});

describe("I7: all events of a life, in any order and some of them twice, make the same order", () => {
  const lives: Record<string, Tell[]> = {
    "paid by card, late": [
      tell.order("PENDING", 1),
      tell.payment("UNKNOWN", 2),
      tell.payment("APPROVED", 4),
      tell.order("COMPLETED", 5, { paid: "APPROVED" }),
    ],
    declined: [
      tell.order("PENDING", 1),
      tell.payment("FAILED", 2),
      tell.order("FAILED", 3, { failure: { code: "PAYMENT_DECLINED", detail: "No" } }),
    ],
    "cancelled at the second try, after a refund in part": [
      tell.order("PENDING", 1),
      tell.payment("APPROVED", 2),
      tell.order("COMPLETED", 3, { paid: "APPROVED" }),
      tell.payment("PARTIALLY_REFUNDED", 4),
      tell.order("CANCELING", 5, { paid: "PARTIALLY_REFUNDED" }),
      tell.order("COMPLETED", 6, { paid: "PARTIALLY_REFUNDED" }),
      tell.order("CANCELING", 7, { paid: "PARTIALLY_REFUNDED" }),
      tell.payment("REFUNDED", 8),
      tell.order("CANCELED", 9, { paid: "REFUNDED" }),
    ],
  };

  test.each(Object.entries(lives))("%s", (_life, events) => {
    const inOrder = after(...events);
    const anyHow = fc
      .subarray(events)
      .chain((again) => fc.shuffledSubarray([...events, ...again], { minLength: events.length + again.length }));
    fc.assert(fc.property(anyHow, (shuffled) => expect(after(...shuffled)).toEqual(inOrder)));
  });
});
