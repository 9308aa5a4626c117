/** Generated orders and cancellations of several customers, over HTTP, against a ledger that a test keeps by itself: to the last won (I8). */
import type { z } from "zod";

import type { Page } from "../../lib/paging";
import type { Client } from "../../scripts/client";
import { reconcile } from "../../scripts/reconcile";
import type { ranking } from "../../services/bestseller/bestseller.contract";
import type { userCouponView } from "../../services/coupon/coupon.contract";
import type { OrderView } from "../../services/order/order";
import type { pointEntry } from "../../services/point/point.contract";
import type { Cart } from "../support/buyer";
import { quiet } from "../support/quiet";
import { Dice, randomFrom } from "../support/random";
import { startShop, type TestShop } from "../support/shop";
import { waitFor } from "../support/wait";
import { Books, type Coupon, type Shelf } from "./ledger";
import { couponTerms, newAdmin, newCustomer } from "./people";

const customers = 6;
const steps = 75;
/** `BOOKS_SEED` repeats a run. */
const seed = Number(process.env.BOOKS_SEED ?? Date.now() % 1_000_000);

jest.setTimeout(120_000);

interface Customer {
  client: Client;
  books: Books;
  /** Nobody else buys it, so that what is left of it is known at any time. */
  scarce: string;
}

let shop: TestShop;
let guest: Client;
let admin: Client;
const shelves = new Map<string, Shelf>();
const shared: string[] = [];
let everybody: Customer[];
const dice = new Dice(randomFrom(seed));

async function putOnSale(price: number, stock: number): Promise<string> {
  const { body } = await admin.post<{ id: string }>("/products", { name: `At ${price}`, price, stock });
  shelves.set(body.id, { price, stock, sales: 0 });
  return body.id;
}

const kinds: readonly [Coupon, ...Coupon[]] = [
  { discountType: "PERCENT", discountValue: 10 },
  { discountType: "PERCENT", discountValue: 33, maxDiscount: 2_000 },
  { discountType: "PERCENT", discountValue: 100 },
  { discountType: "AMOUNT", discountValue: 1_500, minOrderAmount: 5_000 },
  { discountType: "AMOUNT", discountValue: 1_000_000 },
];

async function newBooks(offers: readonly (Coupon & { id: string })[]): Promise<Customer> {
  const client = await newCustomer(shop);
  const books = new Books(shelves);
  for (const { id, ...terms } of offers) {
    const { body } = await client.post<{ id: string }>(`/coupons/${id}/issue`);
    books.coupons.set(body.id, { ...terms });
  }
  return { client, books, scarce: await putOnSale(777, 4) };
}

beforeAll(async () => {
  shop = await startShop({ env: { ORDER_WAIT_MS: "25000" } }); // nobody is told 202, however busy the machine is
  admin = await newAdmin(shop);
  guest = admin.as("");
  for (const price of [1, 999, 1_000, 12_345]) shared.push(await putOnSale(price, 1_000_000));
  const offers = await Promise.all(
    kinds.map(async (terms) => {
      const { body } = await admin.post<{ id: string }>("/coupons", couponTerms({ ...terms, quantity: customers }));
      return { ...terms, id: body.id };
    }),
  );
  everybody = await Promise.all(Array.from({ length: customers }, () => newBooks(offers)));
});

function newCart({ books, scarce }: Customer): Cart {
  const line = () => ({ productId: dice.chance(0.15) ? scarce : dice.one(shared as [string, ...string[]]), quantity: dice.int(1, 4) });
  const items = Array.from({ length: dice.int(1, 4) }, line);
  const coupons = [...books.coupons.keys()] as [string, ...string[]];
  const method = dice.one<Cart["payment"]["method"]>(["POINT", "CARD", "CASH"]);
  return {
    items,
    ...(dice.chance(0.4) && { userCouponId: dice.one(coupons) }),
    ...(dice.chance(0.4) && { points: dice.one([0, 1, dice.int(1, 3_000), 40_000]) }),
    payment: { method, ...(method === "CARD" && { token: dice.one(["tok_ok", "tok_ok", "tok_declined", "tok_refund_declined"]) }) },
  };
}

async function step(customer: Customer): Promise<void> {
  const { client, books } = customer;
  const ids = [...books.orders.keys()];
  if (ids.length > 0 && dice.chance(0.35)) return cancel(customer, dice.one(ids as [string, ...string[]]));
  if (dice.chance(0.15)) {
    const amount = dice.int(1, 50_000);
    expect(await client.post("/points/me/charge", { amount })).toMatchObject({ status: 201, body: { balance: books.balance + amount } });
    return books.charge(amount);
  }
  const cart = newCart(customer);
  const expected = books.expect(cart);
  const { status, body } = await client.post<OrderView & { code?: string; orderId?: string }>("/orders", cart);
  expect({ status, code: body.code, cart }).toEqual({ status: expected.status, code: expected.code, cart });
  const id = expected.status === 201 ? body.id : body.orderId;
  if (id === undefined) return expect(expected.status).toBe(422);
  books.placed(id, cart, expected);
  if (expected.status === 201) expect(body.amounts).toEqual({ ...books.orders.get(id)?.amounts, currency: "KRW" });
}

async function cancel({ client, books }: Customer, id: string): Promise<void> {
  const expected = books.cancel(id);
  const { status, body } = await client.post<{ status: string; code?: string }>(`/orders/${id}/cancel`);
  expect({ id, status, code: body.code }).toEqual({ id, ...expected, code: expected.code });
  if (status === 200) expect(body).toMatchObject({ id, status: "CANCELED" });
}

async function all<T>(client: Client, path: string): Promise<T[]> {
  const items: T[] = [];
  for (let cursor: string | null = ""; cursor !== null;) {
    const { body }: { body: Page<T> } = await client.get<Page<T>>(
      `${path}${path.includes("?") ? "&" : "?"}limit=100${cursor && `&cursor=${cursor}`}`,
    );
    items.push(...body.items);
    cursor = body.nextCursor;
  }
  return items;
}

test(`I8: ${customers * steps} steps: every answer is the one that the ledger expects (seed ${seed})`, async () => {
  await Promise.all(
    everybody.map(async (customer) => {
      for (let n = 0; n < steps; n++) await step(customer);
    }),
  );
  const orders = everybody.flatMap(({ books }) => [...books.orders.values()]);
  const count = (status: string) => orders.filter((order) => order.status === status).length;
  expect(orders.length).toBeGreaterThan(150);
  expect([count("COMPLETED"), count("CANCELED"), count("FAILED")].every((n) => n > 20)).toBe(true);
});

test("I8: every balance and its whole history are the ledger's", async () => {
  for (const { client, books } of everybody) {
    expect((await client.get("/points/me")).body).toEqual({ balance: books.balance, currency: "KRW" });
    const told = (await all<z.output<typeof pointEntry>>(client, "/points/me/history")).toReversed();
    expect(told.map(({ id: _id, createdAt: _at, ...entry }) => entry)).toEqual(books.entries);
  }
});

test("I8: every coupon is used by the order that the ledger says, or can be used again", async () => {
  for (const { client, books } of everybody) {
    const told = await all<z.output<typeof userCouponView>>(client, "/coupons/mine");
    const expected = [...books.coupons].map(([id, { usedBy }]) => ({ id, status: usedBy ? "USED" : "AVAILABLE", orderId: usedBy }));
    expect(told.map(({ id, status, orderId }) => ({ id, status, orderId })).toSorted(byId)).toEqual(expected.toSorted(byId));
  }
});

test("every order has come to what the ledger says, in its own service and in the history", async () => {
  for (const { client, books } of everybody) {
    for (const [id, order] of books.orders) {
      const read = async () => (await client.get<OrderView>(`/orders/${id}`)).body;
      const told = await waitFor(async () => {
        const body = await read();
        return (body.payment.status === Books.paymentStatus(order) || order.failure) && body;
      });
      expect(told).toMatchObject({ status: order.status, amounts: { ...order.amounts, currency: "KRW" } });
      expect(told.history.map(({ status }) => status)).toEqual(order.history);
      expect(told.failure?.code).toBe(order.failure);
      if (!order.failure) expect(told.payment.status).toBe(Books.paymentStatus(order));
    }
    const ids = [...books.orders.keys()];
    const listed = () => all<OrderView>(client, "/orders");
    await waitFor(
      async () =>
        (await listed()).map(({ id, status }) => `${id} ${status}`).join() ===
        ids
          .toReversed()
          .map((id) => `${id} ${books.orders.get(id)?.status}`)
          .join(),
      { what: "the history to have followed" },
    );
    for (const view of await listed()) expect(view).toEqual((await client.get(`/orders/${view.id}`)).body);
  }
});

test("I8: stock, sales and ranking are the ledger's, and the books of all databases agree", async () => {
  for (const [id, { stock, sales }] of shelves) {
    const read = async () => (await guest.get<{ stock: number; salesCount: number }>(`/products/${id}`)).body;
    expect((await read()).stock).toBe(stock);
    await waitFor(async () => (await read()).salesCount === sales, { what: `product ${id} to have sold ${sales}` });
  }
  const sold = [...shelves].map(([id, { sales }]) => ({ id, sold: sales })).filter((one) => one.sold > 0);
  const { body } = await guest.get<z.output<typeof ranking>>("/bestsellers?period=month&limit=100");
  expect(body.items.map(({ product, sold: n }) => ({ id: product.id, sold: n })).toSorted(byId)).toEqual(sold.toSorted(byId));
  await quiet(shop);
  expect(await reconcile(shop.config)).toMatchObject({ violations: [], underWay: [] });
});

const byId = (a: { id: string }, b: { id: string }) => (a.id < b.id ? -1 : 1);
