import type { Service } from "moleculer";

import type { BusMessage } from "../../mixins/event-bus";
import { databaseOf } from "../../test/support/database-of";
import { deliver, messageOf } from "../../test/support/events";
import { startShop, type TestShop } from "../../test/support/shop";
import type { Inbox } from "../../mixins/inbox";
import { waitFor } from "../../test/support/wait";
import { order } from "../order/order.contract";
import { product } from "../product/product.contract";

let shop: TestShop;
beforeAll(async () => {
  shop = await startShop({ only: ["bestseller"], env: { BUSINESS_TIME_ZONE: "Asia/Seoul" } });
});
afterAll(() => shop.stop());

interface Ranking {
  asOf: string;
  stale: boolean;
  items: { rank: number; product: { id: string; name: string }; sold: number }[];
}

const top = (params: object) => shop.broker.call<Ranking, object>("bestseller.top", params);
const soldOn = async (date: string, period = "day") =>
  Object.fromEntries((await top({ period, date })).items.map((item) => [item.product.id, item.sold]));

let orders = 0;

function completed(at: string, sold: Record<string, number>): BusMessage {
  const items = Object.entries(sold).map(([productId, quantity]) => ({
    productId,
    name: `${productId} as ordered`,
    unitPrice: 10,
    quantity,
    lineTotal: 10 * quantity,
  }));
  const amounts = { subtotal: 10, discount: 0, pointsUsed: 0, paid: 10, currency: "KRW" as const };
  return messageOf(order.events.completed, { orderId: `o${++orders}`, userId: "u", items, amounts, at });
}

const created = (productId: string) =>
  messageOf(product.events.created, { productId, name: `${productId} as created`, description: "", price: 10, currency: "KRW" });

test("nothing was sold: an empty ranking as of now", async () => {
  const before = Date.now();
  const ranking = await top({});
  expect(ranking).toMatchObject({ period: "day", stale: false, items: [] });
  expect(Date.parse(ranking.asOf)).toBeGreaterThanOrEqual(before);
});

test("counts in the day, week and month of the business time zone", async () => {
  await deliver(
    shop,
    completed("2025-01-31T14:59:59.999Z", { a: 1 }), // Friday, still January in Seoul
    completed("2025-01-31T15:00:00.000Z", { a: 2 }), // Saturday, February
    completed("2025-02-02T15:00:00.000Z", { a: 4 }), // Monday
  );
  // Three orders are three keys, which may come in any order.
  await waitFor(async () => (await soldOn("2025-01-01", "month")).a === 1 && (await soldOn("2025-02-28", "month")).a === 6);
  expect(await soldOn("2025-01-31")).toEqual({ a: 1 });
  expect(await soldOn("2025-02-01")).toEqual({ a: 2 });
  expect(await soldOn("2025-02-02", "week")).toEqual({ a: 3 });
  expect(await soldOn("2025-02-03", "week")).toEqual({ a: 4 });
  expect(await soldOn("2025-01-01", "month")).toEqual({ a: 1 });
  expect(await soldOn("2025-02-28", "month")).toEqual({ a: 6 });
});

test("an event counts once, however often it comes (I1)", async () => {
  const now = new Date().toISOString();
  const twice = completed(now, { once: 3 });
  await deliver(shop, twice, twice);
  await deliver(shop, twice, completed(now, { last: 1 }));
  await waitFor(async () => {
    const counted = (await top({})).items.map((item) => item.product.id);
    return counted.includes("once") && counted.includes("last");
  });
  await (shop.broker.getLocalService("bestseller") as Service & { inbox: Inbox }).inbox.settled();
  const { items, asOf } = await top({});
  expect(items.find((item) => item.product.id === "once")?.sold).toBe(3);
  expect(asOf).toBe(now);
});

test("ranks by what was sold, equals by product id, as many as are asked for", async () => {
  const at = "2025-05-05T00:00:00.000Z";
  await deliver(shop, completed(at, { y: 2, z: 2, w: 1 }), completed(at, { x: 3 }));
  await waitFor(async () => (await soldOn("2025-05-05")).x === 3);
  const { items } = await top({ date: "2025-05-05", limit: 3 });
  expect(items.map(({ rank, product: { id }, sold }) => [rank, id, sold])).toEqual([
    [1, "x", 3],
    [2, "y", 2],
    [3, "z", 2],
  ]);
});

test("a name comes from the catalogue, or from an order that was there first", async () => {
  const nameOf = async (id: string) => (await top({ date: "2025-06-06" })).items.find((item) => item.product.id === id)?.product.name;
  const at = "2025-06-06T00:00:00.000Z";
  await deliver(shop, created("known"));
  await deliver(shop, completed(at, { known: 1, unheard: 1 }));
  await waitFor(async () => (await nameOf("unheard")) !== undefined);
  expect(await nameOf("unheard")).toBe("unheard as ordered");
  await deliver(shop, created("unheard"), created("known"));
  await waitFor(async () => (await nameOf("unheard")) === "unheard as created");
  await deliver(shop, completed(at, { known: 1, unheard: 1 }));
  await waitFor(async () => (await soldOn("2025-06-06")).unheard === 2);
  expect(await nameOf("known")).toBe("known as created");
  expect(await nameOf("unheard")).toBe("unheard as created");
});

test("the tally is the sum of the events", async () => {
  const [row] = await databaseOf(shop, "bestseller").select<{ sold: number }>(
    "select sum(sold) as sold from daily_sales where product_id = ?",
    ["a"],
  );
  expect(row?.sold).toBe(7);
});

test("after a restart the ranking is the same, and goes on (I1)", async () => {
  const today = await top({ period: "month" });
  expect(today.items).not.toEqual([]);
  await shop.stop();
  shop = await shop.again();
  expect(await top({ period: "month" })).toEqual(today);
  await deliver(shop, completed(new Date().toISOString(), { once: 2 }));
  await waitFor(async () => (await top({})).items.find((item) => item.product.id === "once")?.sold === 5);
});

test("a date that is none, an unknown period, a limit beyond 100", async () => {
  for (const params of [
    { date: "2025-02-30" },
    { date: "yesterday" },
    { period: "year" },
    { limit: 0 },
    { limit: 101 },
    { since: "2025-01-01" },
  ]) {
    await expect(top(params)).rejects.toMatchObject({ code: 422, type: "VALIDATION_FAILED" });
  }
});
