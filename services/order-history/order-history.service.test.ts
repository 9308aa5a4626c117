import type { Service } from "moleculer";

import type { BusMessage } from "../../mixins/event-bus";
import type { Inbox } from "../../mixins/inbox";
import { databaseOf } from "../../test/support/database-of";
import { deliver, messageOf } from "../../test/support/events";
import { startShop, type TestShop } from "../../test/support/shop";
import { order } from "../order/order.contract";
import { payment, type PaymentStatus } from "../payment/payment.contract";
import { told as tellOf } from "./news.fixture";
import type { OrderStatus, OrderView } from "./order-view";

let shop: TestShop;
beforeAll(async () => {
  shop = await startShop({ only: ["order-history"] });
});

interface Listed {
  items: OrderView[];
  nextCursor: string | null;
  asOf: string;
}

const iso = (at: number) => new Date(at).toISOString();
const list = (params: object = {}, caller?: { id: string; role: string }) =>
  shop.broker.call<Listed, object>("order-history.list", params, { meta: { ...(caller && { caller }) } });

let orders = 0;
const newId = () => `order-${String(++orders).padStart(4, "0")}`;

interface Ordered {
  orderId: string;
  userId?: string;
  placedAt?: number;
}

/** `at` is in ms since the epoch, as is the time when the order was placed. */
function told({ orderId, userId = "u1", placedAt = 1 }: Ordered, at: number, paid?: PaymentStatus) {
  const id = `payment-of-${orderId}`;
  return {
    ...tellOf(at, { orderId, userId, placedAt: iso(placedAt) }),
    ...(paid && { payment: { id, method: "CARD" as const, status: paid } }),
  };
}

function paid({ orderId, userId = "u1" }: Ordered, kind: keyof typeof payment.events, status: PaymentStatus, at: number): BusMessage {
  const message = messageOf(payment.events[kind], {
    paymentId: `payment-of-${orderId}`,
    orderId,
    userId,
    method: "CARD",
    status,
    amount: 20_000,
    refunded: 0,
    currency: "KRW",
  });
  return { ...message, headers: { ...message.headers, ce_time: iso(at) } };
}

const placed = (of: Ordered, at = of.placedAt ?? 1) => messageOf(order.events.placed, told(of, at));
const completed = (of: Ordered, at: number) => messageOf(order.events.completed, told(of, at, "APPROVED"));
const failed = (of: Ordered, at: number) =>
  messageOf(order.events.failed, { ...told(of, at), failure: { code: "PAYMENT_DECLINED", detail: "No" } });
const canceled = (of: Ordered, at: number) => messageOf(order.events.canceled, told(of, at, "REFUNDED"));

/** Delivers, and waits until all of it was consumed. */
async function tell(...messages: BusMessage[]): Promise<void> {
  await deliver(shop, ...messages);
  await (shop.broker.getLocalService("order-history") as Service & { inbox: Inbox }).inbox.settled();
}

async function shown(orderId: string): Promise<OrderView | undefined> {
  return (await list({ limit: 100 })).items.find(({ id }) => id === orderId);
}

test("nothing was heard of yet: an empty list that doesn't claim to be of today", async () => {
  expect(await list()).toEqual({ items: [], nextCursor: null, asOf: "1970-01-01T00:00:00.000Z" });
});

test("I7: events that are delivered twice, together and later, are shown once", async () => {
  const of = { orderId: newId() };
  const events = [placed(of, 1), completed(of, 2)];
  await tell(...events, ...events);
  await tell(...events.toReversed());
  expect((await list({ userId: "u1" })).items.filter(({ id }) => id === of.orderId)).toMatchObject([
    { status: "COMPLETED", history: [{ status: "PENDING" }, { status: "COMPLETED", at: iso(2) }] },
  ]);
});

test("a payment that is heard of before its order: the order isn't listed until it is told, and then shows the payment", async () => {
  const of = { orderId: newId() };
  await tell(paid(of, "unknown", "UNKNOWN", 2), paid(of, "approved", "APPROVED", 3));
  expect(await shown(of.orderId)).toBeUndefined();
  await tell(placed(of, 1));
  expect(await shown(of.orderId)).toMatchObject({
    status: "PENDING",
    payment: { id: `payment-of-${of.orderId}`, method: "CARD", status: "APPROVED" },
  });
});

test("a payment's news after the order's end are shown, late ones aren't", async () => {
  const of = { orderId: newId() };
  await tell(placed(of, 1), completed(of, 4));
  await tell(paid(of, "refunded", "PARTIALLY_REFUNDED", 6), paid(of, "approved", "APPROVED", 3));
  expect(await shown(of.orderId)).toMatchObject({ status: "COMPLETED", payment: { status: "PARTIALLY_REFUNDED" }, updatedAt: iso(6) });
});

test("a reader that begins in the middle of a life shows the order whole", async () => {
  const of = { orderId: newId(), userId: "middle", placedAt: 5 };
  await tell(canceled(of, 9));
  const { items } = await list({ userId: "middle", status: "CANCELED" });
  expect(items).toEqual([
    {
      id: of.orderId,
      status: "CANCELED",
      items: told(of, 9).items,
      amounts: told(of, 9).amounts,
      payment: { id: `payment-of-${of.orderId}`, method: "CARD", status: "REFUNDED" },
      userCouponId: "uc1",
      history: [
        { status: "PENDING", at: iso(5) },
        { status: "CANCELED", at: iso(9) },
      ],
      createdAt: iso(5),
      updatedAt: iso(9),
    },
  ]);
});

describe("lists", () => {
  const users = ["kim", "lee"];
  const made: (Required<Ordered> & { status: OrderStatus })[] = [];
  beforeAll(async () => {
    const messages: BusMessage[] = [];
    for (let n = 0; n < 60; n++) {
      // Three orders of one time each, so that a page may end between equals.
      const of = { orderId: newId(), userId: users[n % 2]!, placedAt: 1_000_000 + Math.floor(n / 3) };
      const status = (["PENDING", "COMPLETED", "FAILED"] as const)[n % 3]!;
      messages.push(placed(of));
      if (status === "COMPLETED") messages.push(completed(of, of.placedAt + 10));
      if (status === "FAILED") messages.push(failed(of, of.placedAt + 10));
      made.push({ ...of, status });
    }
    await tell(...messages);
  });

  /** All pages, one after the other; every one but the last is full. */
  async function pages(params: object, limit: number): Promise<string[]> {
    const ids: string[] = [];
    for (let cursor: string | undefined; ;) {
      const { items, nextCursor } = await list({ ...params, limit, ...(cursor !== undefined && { cursor }) });
      ids.push(...items.map(({ id }) => id));
      if (nextCursor === null) return ids;
      expect(items).toHaveLength(limit);
      cursor = nextCursor;
    }
  }

  const [first, last] = [1_000_000, 1_000_020];
  test.each([
    [{ userId: "kim" }],
    [{ userId: "lee", status: "COMPLETED" }],
    [{ status: "FAILED", from: iso(first) }],
    [{ from: iso(first + 3), to: iso(first + 9) }],
    [{ userId: "kim", status: "PENDING", from: iso(first + 1), to: iso(first + 17) }],
    [{ from: iso(first), to: iso(first) }],
    [{ userId: "nobody" }],
  ])("newest first, page by page: %j", async (filter: { userId?: string; status?: string; from?: string; to?: string }) => {
    const { from = iso(first), to = iso(last) } = filter;
    const expected = made
      .filter((one) => (filter.userId ?? one.userId) === one.userId && (filter.status ?? one.status) === one.status)
      .filter(({ placedAt }) => placedAt >= Date.parse(from) && placedAt < Date.parse(to))
      .sort((a, b) => b.placedAt - a.placedAt || (a.orderId < b.orderId ? 1 : -1))
      .map(({ orderId }) => orderId);
    for (const limit of [1, 7, 100]) expect(await pages(filter, limit)).toEqual(expected);
  });

  test("staff see everybody's or one customer's, a customer his own whatever he asks for", async () => {
    const owners = async (...asked: Parameters<typeof list>) =>
      new Set((await list(...asked)).items.map(({ id }) => made.find(({ orderId }) => orderId === id)?.userId));
    const span = { from: iso(first), to: iso(last), limit: 100 };
    const staff = { id: "staff", role: "admin" };
    expect(await owners(span, staff)).toEqual(new Set(["kim", "lee"]));
    expect(await owners({ ...span, userId: "lee" }, staff)).toEqual(new Set(["lee"]));
    for (const userId of ["lee", undefined])
      expect(await owners({ ...span, userId }, { id: "kim", role: "customer" })).toEqual(new Set(["kim"]));
  });

  test("a cursor is good for the filters that it was made with", async () => {
    const { nextCursor: cursor } = await list({ userId: "kim", limit: 1 });
    expect((await list({ userId: "kim", limit: 1, cursor })).items).toHaveLength(1);
    for (const params of [{ userId: "lee" }, {}, { userId: "kim", status: "FAILED" }])
      await expect(list({ ...params, cursor })).rejects.toMatchObject({ code: 422, type: "VALIDATION_FAILED" });
  });

  test.each([
    [{ cursor: "nonsense" }],
    [{ status: "LOST" }],
    [{ from: "yesterday" }],
    [{ from: iso(2), to: iso(1) }],
    [{ limit: 101 }],
    [{ q: "mug" }],
  ])("refused: %j", async (params) => {
    await expect(list(params)).rejects.toMatchObject({ code: 422, type: "VALIDATION_FAILED" });
  });
});

test("asOf is when the newest event that is applied happened, never goes back, and is remembered", async () => {
  const [one, other] = [{ orderId: newId() }, { orderId: newId() }];
  const late = Date.now() + 3_600_000;
  await tell(placed(one, 1), completed(one, late));
  expect((await list()).asOf).toBe(iso(late));
  await tell(placed(other, 1), completed(other, late - 1000));
  expect((await list()).asOf).toBe(iso(late));
  await tell(paid(one, "refunded", "PARTIALLY_REFUNDED", late - 2000));
  expect((await list()).asOf).toBe(iso(late));
  await tell(paid(other, "refunded", "REFUNDED", late + 1));
  expect((await list()).asOf).toBe(iso(late + 1));
  await shop.stop();
  shop = await shop.again();
  expect((await list()).asOf).toBe(iso(late + 1));
});

test("I7: a burst on both topics is shown whole when it is over, each order as its events left it", async () => {
  const burst = Array.from({ length: 300 }, () => ({ orderId: newId(), userId: "burst", placedAt: 5 }));
  const lives = burst.map((of, n) => {
    const begun = [placed(of), paid(of, "approved", "APPROVED", 6), completed(of, 7)];
    return n % 3
      ? begun
      : [...begun, messageOf(order.events.cancelRequested, told(of, 8, "APPROVED")), paid(of, "refunded", "REFUNDED", 9), canceled(of, 10)];
  });
  // As they come about: all orders move on together, and some deliveries come again.
  const steps = [0, 1, 2, 3, 4, 5].map((step) => lives.flatMap((life) => life[step] ?? []));
  await Promise.all(steps.map((step) => deliver(shop, ...step)));
  await tell(...steps.flat().filter((_, n) => n % 7 === 0));
  const rows = await databaseOf(shop, "order-history").select<{ document: string }>(
    "select document from order_view where user_id = ? order by id",
    ["burst"],
  );
  const ended = rows
    .map(({ document }) => JSON.parse(document) as OrderView)
    .map(({ id, status, payment: { status: paidNow }, history }) => ({ id, status, paidNow, entries: history.length }));
  expect(ended).toEqual(
    burst.map(({ orderId: id }, n) =>
      n % 3 ? { id, status: "COMPLETED", paidNow: "APPROVED", entries: 2 } : { id, status: "CANCELED", paidNow: "REFUNDED", entries: 4 },
    ),
  );
});
