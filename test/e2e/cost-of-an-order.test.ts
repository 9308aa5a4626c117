/**
 * What placing an order costs, counted through the real services while no event is relayed, so that a change which makes it dearer shows.
 * The budgets are what it costs now: lower them with the cost, and raise them only on purpose.
 */
import { type Cost, costOf, countsMessages, uncounted, watchRoundTrips, watchTransactions } from "../support/cost";

import { type Answered, Buyer, type Cart, stock } from "../support/buyer";
import { testDialect } from "../support/database";
import { databaseOf } from "../support/database-of";
import { Faults } from "../support/faults";
import { startShop, type TestShop } from "../support/shop";

const faults = new Faults();
let shop: TestShop;
let mug: string;

beforeAll(async () => {
  const middlewares = [countsMessages, faults.middleware];
  shop = await startShop({ env: { EVENTS: "off", ORDER_WAIT_MS: "25000" }, middlewares });
  watchTransactions(shop.broker);
  watchRoundTrips();
  mug = await stock(shop, { stock: 1000 });
  await place(new Buyer(shop)); // connections, prepared statements
});

function place(buyer: Buyer, cart: Partial<Cart> = {}): Promise<Answered> {
  return buyer.place({ items: [{ productId: mug, quantity: 1 }], payment: { method: "CASH" }, ...cart });
}

async function costOfOrder(status: number, cart: Partial<Cart> = {}, buyer = new Buyer(shop)): Promise<Cost> {
  const { result, cost } = await costOf(() => place(buyer, cart));
  expect(result).toMatchObject({ status });
  return cost;
}

/** Takes from what the quote has seen, before the steps of the saga get there. They wait for it together, so that they stay side by side. */
function takeBefore(actions: string[], service: string, sql: string, value: string): void {
  let taken: Promise<unknown> | undefined;
  const take = () => databaseOf(shop, service).transaction((tx) => tx.execute(sql, [value]));
  for (const action of actions)
    faults.next(action, async (call) => {
      await (taken ??= uncounted(take));
      return call();
    });
}

describe("the durable waits that follow one another in an order", () => {
  test("are four: its start, the reservation, the pivot, its end", async () => {
    const cost = await costOfOrder(201);
    expect(cost.durableWaits()).toEqual(["order", "product", "payment", "order"]);
    expect(cost.transactions).toHaveLength(4);
  });

  test("are four, however many participants are reserved at side by side", async () => {
    const buyer = await new Buyer(shop).charge(500);
    const cost = await costOfOrder(201, { userCouponId: await buyer.coupon(), points: 100 }, buyer);
    expect(cost.durableWaits()).toEqual(["order", expect.stringMatching(/^(product|coupon|point)$/), "payment", "order"]);
    expect(cost.counts("transactions")).toEqual({ order: 2, product: 1, coupon: 1, point: 1, payment: 1 });
  });

  test("are five with a payment provider, which is asked between two transactions", async () => {
    const cost = await costOfOrder(201, { payment: { method: "CARD", token: "tok_ok" } });
    expect(cost.durableWaits()).toEqual(["order", "product", "payment", "payment", "order"]);
  });

  test("is one when the quote refuses", async () => {
    const cost = await costOfOrder(409, { items: [{ productId: mug, quantity: 5000 }] });
    expect(cost.durableWaits()).toEqual(["order"]);
  });

  test("are three when a step refuses and nothing is to be undone: the decision and the end are one", async () => {
    const last = await stock(shop, { stock: 1 });
    takeBefore(["product.reserve"], "product", "update product set stock = 0 where id = ?", last);
    const cost = await costOfOrder(409, { items: [{ productId: last, quantity: 1 }] });
    expect(cost.durableWaits()).toEqual(["order", "product", "order"]);
  });

  test("are five when something is to be undone: the start, the steps, the decision, the undo, the end", async () => {
    const buyer = await new Buyer(shop).charge(500);
    takeBefore(["product.reserve", "point.use"], "point", "update point set balance = 0 where user_id = ?", buyer.id);
    const cost = await costOfOrder(402, { points: 100 }, buyer);
    expect(cost.durableWaits()).toEqual(["order", expect.stringMatching(/^(product|point)$/), "order", "product", "order"]);
  });
});

describe("orders that are placed in one turn of the event loop", () => {
  const together = 20;

  test("travel together: no more messages and transactions than for one", async () => {
    const buyers = Array.from({ length: together }, () => new Buyer(shop));
    const { result, cost } = await costOf(() => Promise.all(buyers.map((buyer) => place(buyer))));
    expect(result.map(({ status }) => status)).toEqual(buyers.map(() => 201));
    expect(cost.counts("messages")).toEqual({ "order.place": together, "product.quote": 1, "product.reserve": 1, "payment.process": 1 });
    expect(cost.counts("transactions")).toEqual({ order: 2, product: 1, payment: 1 });
  });

  test("are undone together: one message and one transaction for all that is taken back", async () => {
    // The quotes see points enough for each of them.
    const buyer = await new Buyer(shop).charge(100);
    const orders = () => Promise.all(Array.from({ length: together }, () => place(buyer, { points: 100 })));
    const { result, cost } = await costOf(orders);
    expect(result.map(({ status }) => status).toSorted()).toEqual([201, ...Array.from({ length: together - 1 }, () => 402)]);
    expect(cost.counts("messages")).toMatchObject({ "product.reserve": 1, "point.use": 1, "product.release": 1, "payment.process": 1 });
    const { order, ...others } = cost.counts("transactions");
    expect(others).toEqual({ product: 2, point: 1, payment: 1 });
    // The start, the decision of those that were refused, their end, and that of the one that was not, unless it came with theirs.
    expect(order).toBeLessThanOrEqual(4);
  });
});

/** Of one CASH order over one line, alone in the shop, with everything that its customer waits for. */
const budgets: Record<typeof testDialect, { statements: Record<string, number>; roundTrips: number }> = {
  sqlite: { statements: { order: 10, product: 6, payment: 5 }, roundTrips: 0 },
  // The database's count of an upsert tells that a step is new: its barrier row need not be read.
  mysql: { statements: { order: 10, product: 5, payment: 4 }, roundTrips: 8 },
};

describe("the budget of an order", () => {
  const budget = budgets[testDialect];

  test("its messages: the quote, the reservation, the pivot", async () => {
    const { messages } = await costOfOrder(201);
    expect(messages).toEqual(["order.place", "product.quote", "product.reserve", "payment.process"]);
  });

  test("its statements in each database, and its round trips to a server", async () => {
    const cost = await costOfOrder(201);
    const statements = cost.counts("statements");
    expect(Object.keys(statements).toSorted()).toEqual(Object.keys(budget.statements).toSorted()); // all that is counted at all
    expect(Object.entries(statements).filter(([service, count]) => count > budget.statements[service]!)).toEqual([]);
    expect(cost.roundTrips > 0).toBe(testDialect === "mysql");
    expect(cost.roundTrips).toBeLessThanOrEqual(budget.roundTrips);
  });
});
