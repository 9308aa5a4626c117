/** The view beside the order itself, in the whole shop: of every kind of order both show the same when all is quiet. */
import type { Service } from "moleculer";

import { domainServices } from "..";
import { hashJson } from "../../lib/canonical-json";
import type { Inbox } from "../../mixins/inbox";
import type { Outbox } from "../../mixins/outbox";
import { Buyer, type Cart, stock } from "../../test/support/buyer";
import { providerMakesUpItsMind } from "../../test/support/provider";
import { startShop, type TestShop } from "../../test/support/shop";
import { waitFor } from "../../test/support/wait";
import type { OrderView } from "./order-view";

let shop: TestShop;
beforeAll(async () => {
  shop = await startShop({ only: Object.keys(domainServices), env: { ORDER_WAIT_MS: "200" } });
});

type Parts = Service & { outbox?: Outbox; inbox?: Inbox };

/** All events that were told have been consumed. */
async function quiet(): Promise<void> {
  const parts = (name: string) => shop.broker.getLocalService(name) as Parts;
  for (const name of ["payment", "order"]) await parts(name).outbox?.drained();
  for (const name of ["order", "order-history"]) await parts(name).inbox?.settled();
}

async function listed({ id: userId }: Buyer): Promise<OrderView[]> {
  return (await shop.broker.call<{ items: OrderView[] }, object>("order-history.list", { userId })).items;
}

/** A buyer of one order that touches every part: a coupon, points, and the rest as said. */
async function buy(payment: Cart["payment"], change: Partial<Cart> = {}): Promise<{ buyer: Buyer; id: string }> {
  const buyer = await new Buyer(shop).charge(5000);
  const cart = {
    items: [{ productId: await stock(shop), quantity: 3 }],
    userCouponId: await buyer.coupon(),
    points: 400,
    payment,
    ...change,
  };
  const { order, error } = await buyer.place(cart);
  return { buyer, id: order?.id ?? error?.data?.orderId ?? "" };
}

/** Waits until the order is as expected; then the view is the same. */
async function expectSame(buyer: Buyer, id: string, expected: object): Promise<void> {
  const both = async () => {
    await quiet();
    return { read: await buyer.order(id), views: await listed(buyer) };
  };
  const isThere = async () => {
    const { read, views } = await both();
    return hashJson(views) === hashJson([read]) && isLike(read, expected);
  };
  await waitFor(isThere).catch(async () => {
    const { read, views } = await both();
    expect(views).toEqual([read]);
    expect(read).toMatchObject(expected);
  });
}

function isLike(read: OrderView, expected: object): boolean {
  try {
    expect(read).toMatchObject(expected);
    return true;
  } catch {
    return false;
  }
}

const card = (token: string) => ({ method: "CARD" as const, token });

test.each<[string, Cart["payment"], Partial<Cart>, object]>([
  ["paid by card", card("tok_ok"), {}, { status: "COMPLETED", payment: { status: "APPROVED" } }],
  ["paid in cash", { method: "CASH" }, {}, { status: "COMPLETED", payment: { status: "APPROVED" } }],
  ["paid with points", { method: "POINT" }, {}, { status: "COMPLETED", amounts: { pointsUsed: 400, paid: 2300 } }],
  ["nothing left to pay", card("tok_ok"), { points: 2700 }, { status: "COMPLETED", amounts: { paid: 0 } }],
  ["without coupon and points", card("tok_ok"), { userCouponId: undefined, points: 0 }, { status: "COMPLETED", amounts: { paid: 3000 } }],
  ["refused by the quote", card("tok_ok"), { points: 0, payment: { method: "POINT" }, items: [] }, { status: "FAILED" }],
  ["declined", card("tok_declined"), {}, { status: "FAILED", failure: { code: "PAYMENT_DECLINED" }, payment: { status: "FAILED" } }],
])("%s", async (_kind, payment, change, expected) => {
  const items = change.items && [{ productId: await stock(shop), quantity: 11 }];
  const { buyer, id } = await buy(payment, { ...change, ...(items && { items }) });
  await expectSame(buyer, id, expected);
});

test.each([
  ["approved", "tok_timeout", { status: "COMPLETED", payment: { status: "APPROVED" } }],
  ["declined", "tok_lost", { status: "FAILED", payment: { status: "FAILED" } }],
])("while its payment is unknown, and when it is %s at last", async (_kind, token, expected) => {
  const { buyer, id } = await buy(card(token));
  await expectSame(buyer, id, { status: "PENDING", payment: { status: "UNKNOWN" } });
  await providerMakesUpItsMind(shop);
  await expectSame(buyer, id, expected);
});

test.each([
  ["by card", card("tok_ok"), "REFUNDED"],
  ["with points", { method: "POINT" as const }, "REFUNDED"],
  ["in cash", { method: "CASH" as const }, "CANCELED"],
])("cancelled, paid %s", async (_kind, payment, status) => {
  const { buyer, id } = await buy(payment);
  await buyer.reaches(id, "COMPLETED");
  await buyer.cancel(id);
  await expectSame(buyer, id, { status: "CANCELED", payment: { status } });
});

test("while it is being cancelled", async () => {
  const { buyer, id } = await buy(card("tok_refund_timeout"));
  await buyer.reaches(id, "COMPLETED");
  await buyer.cancel(id);
  await expectSame(buyer, id, { status: "CANCELING" });
  await providerMakesUpItsMind(shop);
  await expectSame(buyer, id, { status: "CANCELED", payment: { status: "REFUNDED" } });
});

test("a refund that is refused, and refused again", async () => {
  const { buyer, id } = await buy(card("tok_refund_declined"));
  for (const entries of [4, 6]) {
    await buyer.reaches(id, "COMPLETED");
    await buyer.cancel(id);
    const restored = {
      status: "COMPLETED",
      payment: { status: "APPROVED" },
      history: Array.from({ length: entries }, () => expect.anything()),
    };
    await expectSame(buyer, id, restored);
  }
});

test.each(["tok_ok", "tok_refund_declined"])(
  "a clock that was set back while the order lived: no status is older than the one before (%s)",
  async (token) => {
    const { buyer, id } = await buy(card(token));
    await buyer.reaches(id, "COMPLETED");
    const real = Date.now;
    const clock = jest.spyOn(Date, "now").mockImplementation(() => real() - 5_000);
    try {
      const { order } = await buyer.cancel(id);
      await expectSame(buyer, id, { status: token === "tok_ok" ? "CANCELED" : "COMPLETED" });
      const times = (order ?? (await buyer.order(id))).history.map(({ at }) => at);
      expect(times).toEqual(times.toSorted());
    } finally {
      clock.mockRestore();
    }
  },
);

test("I7: many orders of many kinds at once", async () => {
  const kinds = [card("tok_ok"), card("tok_declined"), { method: "CASH" as const }, { method: "POINT" as const }];
  const bought = await Promise.all(Array.from({ length: 40 }, async (_, n) => ({ ...(await buy(kinds[n % 4]!)), n })));
  const regretted = bought.filter(({ n }) => n % 3 === 0 && n % 4 !== 1);
  await Promise.all(regretted.map(({ buyer, id }) => buyer.reaches(id, "COMPLETED")));
  await Promise.all(regretted.map(({ buyer, id }) => buyer.cancel(id)));
  for (const { buyer, id, n } of bought) {
    const status = n % 4 === 1 ? "FAILED" : n % 3 === 0 ? "CANCELED" : "COMPLETED";
    await expectSame(buyer, id, { status });
  }
}, 60_000);
