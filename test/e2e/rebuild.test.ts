/** Read models that are built anew in a running shop: nobody misses anything meanwhile, and afterwards they are what a recount gives. */
import { randomUUID } from "node:crypto";
import { setImmediate } from "node:timers/promises";

import type { z } from "zod";

import { domainServices } from "../../services";
import { busOf } from "../../lib/bus";
import { hashJson } from "../../lib/canonical-json";
import type { rebuildView } from "../../lib/read-models/contract";
import { reconcile } from "../../scripts/reconcile";
import { Buyer, stock } from "../support/buyer";
import { databaseOf } from "../support/database-of";
import { quiet } from "../support/quiet";
import { startShop, type TestShop } from "../support/shop";
import { waitFor } from "../support/wait";

jest.setTimeout(180_000);

type Rebuild = z.output<typeof rebuildView>;

const models = {
  bestseller: ["daily_sales", "counted_order", "product_name"],
  "order-history": ["order_view", "order_view_product"],
};
const names = Object.keys(models) as (keyof typeof models)[];

let shop: TestShop;
let products: string[];
let buyers: Buyer[];

beforeAll(async () => {
  shop = await startShop({ only: Object.keys(domainServices) });
  products = await Promise.all([1, 2, 3].map(() => stock(shop, { stock: 1_000_000 })));
  buyers = await Promise.all([1, 2, 3, 4].map(() => new Buyer(shop).charge(10_000_000)));
  await trade(60);
  await quiet(shop);
});

/** Orders of every kind; some are cancelled. */
async function trade(count: number): Promise<void> {
  const kinds = [{ method: "POINT" }, { method: "CARD", token: "tok_ok" }, { method: "CARD", token: "tok_declined" }] as const;
  for (let n = 0; n < count; n += 4) {
    await Promise.all(
      [n, n + 1, n + 2, n + 3].map(async (one) => {
        const buyer = buyers[one % buyers.length]!;
        const items = [{ productId: products[one % products.length]!, quantity: 1 + (one % 3) }];
        const { order } = await buyer.place({ items, payment: kinds[one % 7 === 0 ? 2 : one % 2]! });
        if (order && one % 5 === 0) await buyer.cancel(order.id);
      }),
    );
  }
}

const call = <R>(action: string, params: object = {}) => shop.broker.call<R, object>(action, params);
const begin = (name: string, params: object = {}) => call<Rebuild>(`${name}.rebuild`, params);
const statusOf = async (name: string) => (await call<{ rebuild?: Rebuild }>(`${name}.rebuildStatus`)).rebuild;

async function ended(name: string, id: string): Promise<Rebuild> {
  let found: Rebuild | undefined;
  await waitFor(async () => ["DONE", "FAILED"].includes((found = await statusOf(name))?.state ?? ""), {
    what: `the end of the rebuild of ${name}`,
    timeoutMs: 60_000,
  });
  expect(found?.id).toBe(id);
  return found!;
}

/** All that a read model holds, without what tells only how it came about. */
async function contents(name: keyof typeof models): Promise<unknown> {
  const db = databaseOf(shop, name);
  const all: Record<string, unknown> = {};
  for (const table of models[name]) {
    const rows = await db.select<Record<string, unknown>>(`select * from ${table}`);
    const told = rows
      .filter(({ sold }) => sold !== 0)
      .map(({ last_at: _a, heard_at: _b, told_at: _c, document, ...row }) =>
        JSON.stringify({ ...row, ...(typeof document === "string" && { document: hashJson(JSON.parse(document)) }) }),
      );
    all[table] = told.sort();
  }
  return all;
}

test.each([["TOPICS"], ["OWNERS"]] as const)("from %s: it is what it was, and a recount agrees", async (source) => {
  for (const name of names) {
    const before = await contents(name);
    const { id } = await begin(name, { source });
    expect(await ended(name, id)).toMatchObject({ state: "DONE", source, skipped: 0 });
    expect(await contents(name)).toEqual(before);
  }
  expect((await reconcile(shop.config)).violations).toEqual([]);
});

test.each([["TOPICS"], ["OWNERS"]] as const)(
  "I7: from %s while orders are placed and cancelled: no read fails or finds less than there was",
  async (source) => {
    const trading = trade(80);
    const rebuilding = Promise.all(names.map(async (name) => ended(name, (await begin(name, { source })).id)));
    let over = false;
    const done = Promise.all([trading, rebuilding]).finally(() => (over = true));
    let orders = 0;
    while (!over) {
      const { items } = await call<{ items: unknown[] }>("order-history.list", { limit: 100 });
      expect(items.length).toBeGreaterThanOrEqual(Math.min(100, orders - 8));
      orders = Math.max(orders, items.length);
      const top = await call<{ items: unknown[] }>("bestseller.top", {});
      expect(top.items).toHaveLength(products.length);
      await setImmediate();
    }
    for (const status of (await done)[1]) expect(status).toMatchObject({ state: "DONE", source });
    await quiet(shop);
    expect((await reconcile(shop.config)).violations).toEqual([]);
  },
);

test("a second one is refused while the first is not at its end", async () => {
  const { id } = await begin("order-history");
  await expect(begin("order-history")).rejects.toMatchObject({ type: "REBUILD_RUNNING" });
  expect(await ended("order-history", id)).toMatchObject({ state: "DONE" });
});

test("an event that can't be applied is left out and counted, and is no new dead letter", async () => {
  const bus = busOf(shop.broker);
  const headers = { ce_id: randomUUID(), ce_type: "order.completed", ce_time: new Date().toISOString() };
  await bus.publish([{ topic: "commerce.order.v1", key: "poison", headers, payload: '{"wrong":true}' }]);
  await quiet(shop);
  const dead = async () => (await bus.progress("x", ["commerce.order.v1.bestseller.dlq"])).reduce((sum, { next }) => sum + next, 0);
  await waitFor(async () => (await dead()) > 0, { what: "the dead letter" });
  const before = await dead();
  const { id } = await begin("bestseller");
  expect(await ended("bestseller", id)).toMatchObject({ state: "DONE", skipped: 1 });
  expect(await dead()).toBe(before);
});
