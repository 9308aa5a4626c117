import type { Service } from "moleculer";

import { type Database, openDatabase, type Tx } from "../../mixins/database";
import type { BusMessage } from "../../mixins/event-bus";
import type { Inbox } from "../../mixins/inbox";
import { atEnd } from "../../test/support/cleanup";
import { testDatabase, testDatabaseUrl, testDialect } from "../../test/support/database";
import { databaseOf } from "../../test/support/database-of";
import { deliver, messageOf } from "../../test/support/events";
import { startShop, type TestShop } from "../../test/support/shop";
import { order } from "../order/order.contract";
import { orderViews } from "./migrations/0001-order-views";
import { orderViewProducts } from "./migrations/0003-order-view-products";
import { told } from "./news.fixture";
import type { OrderStatus, OrderView } from "./order-view";
import { listViews } from "./order-views";

let shop: TestShop;

const iso = (at: number) => new Date(at).toISOString();
const staff = { id: "staff", role: "admin" };
const list = (params: object, caller: { id: string; role: string } | undefined = staff) =>
  shop.broker.call<{ items: OrderView[]; nextCursor: string | null }, object>("order-history.list", params, { meta: { caller } });

interface Made {
  orderId: string;
  userId: string;
  products: string[];
  placedAt: number;
  status: OrderStatus;
}

const line = (productId: string) => ({ productId, name: productId, unitPrice: 10, quantity: 1, lineTotal: 10 });

/** A product that stands in two lines is one product. */
function lifeOf({ orderId, userId, products, placedAt, status }: Made): BusMessage[] {
  const of = { orderId, userId, items: products.flatMap((id) => [line(id), line(id)]), placedAt: iso(placedAt) };
  const placed = messageOf(order.events.placed, told(placedAt, of));
  return status === "PENDING" ? [placed] : [placed, messageOf(order.events.completed, told(placedAt + 10, of))];
}

const made: Made[] = Array.from({ length: 60 }, (_, n) => ({
  orderId: `order-${String(n).padStart(2, "0")}`,
  userId: n % 2 ? "kim" : "lee",
  products: [["a"], ["b"], ["a", "b"], ["c"]][n % 4]!,
  placedAt: 1_000 + Math.floor(n / 3),
  status: n % 3 ? "COMPLETED" : "PENDING",
}));

beforeAll(async () => {
  shop = await startShop({ only: ["order-history"] });
  await deliver(shop, ...made.flatMap(lifeOf));
  await (shop.broker.getLocalService("order-history") as Service & { inbox: Inbox }).inbox.settled();
});

async function pages(params: object, limit: number): Promise<string[]> {
  const ids: string[] = [];
  for (let cursor: string | undefined; ;) {
    const { items, nextCursor } = await list({ ...params, limit, ...(cursor !== undefined && { cursor }) });
    ids.push(...items.map(({ id }) => id));
    if (nextCursor === null) return ids;
    cursor = nextCursor;
  }
}

interface Asked {
  productId: string;
  userId?: string;
  status?: string;
  from?: string;
  to?: string;
}

test.each<Asked>([
  { productId: "a" },
  { productId: "b", userId: "lee" },
  { productId: "a", status: "COMPLETED" },
  { productId: "a", userId: "kim", status: "PENDING", from: iso(1_003) },
  { productId: "b", from: iso(1_003), to: iso(1_009) },
  { productId: "none" },
])("orders that hold a product, each once, newest first, page by page: %j", async (asked) => {
  const { from = iso(0), to = iso(9_000) } = asked;
  const expected = made
    .filter(({ products, userId }) => products.includes(asked.productId) && (asked.userId ?? userId) === userId)
    .filter(({ status, placedAt }) => (asked.status ?? status) === status && placedAt >= Date.parse(from) && placedAt < Date.parse(to))
    .sort((a, b) => b.placedAt - a.placedAt || (a.orderId < b.orderId ? 1 : -1))
    .map(({ orderId }) => orderId);
  for (const limit of [1, 7, 100]) expect(await pages(asked, limit)).toEqual(expected);
});

test("they are the orders as every list shows them", async () => {
  const { items } = await list({ productId: "c", limit: 100 });
  const all = await list({ limit: 100 });
  expect(items).toEqual(all.items.filter(({ items: lines }) => lines.some(({ productId }) => productId === "c")));
});

test("only staff may ask by product", async () => {
  const kim = { id: "kim", role: "customer" };
  await expect(list({ productId: "a" }, kim)).rejects.toMatchObject({ code: 403, type: "FORBIDDEN" });
  await expect(list({ productId: "a b" })).rejects.toMatchObject({ code: 422, type: "VALIDATION_FAILED" });
});

test("a cursor is good for its own product", async () => {
  const { nextCursor: cursor } = await list({ productId: "a", limit: 1 });
  await expect(list({ productId: "b", limit: 1, cursor })).rejects.toMatchObject({ code: 422 });
});

test("an order that was known before the table was there is found by its products, also when the migration was cut short", async () => {
  const url = await testDatabaseUrl("before-products");
  const before = await openDatabase({ name: "before", url, migrations: [orderViews] });
  atEnd(() => before.close());
  await before.migrate();
  const { items: views } = await list({ limit: 100 });
  const rowOf = (view: OrderView) => ({
    id: view.id,
    user_id: "u",
    status: view.status === "PENDING" ? 1 : 2,
    created_at: Date.parse(view.createdAt),
    document: JSON.stringify(view),
    heard_at: 1,
  });
  const herald = { id: "herald", user_id: "u", status: null, created_at: null, document: "{}", heard_at: 1 };
  await before.transaction((tx) => tx.insert("order_view", [...views.map(rowOf), { ...rowOf(views[0]!), ...herald }]));
  const after = await openDatabase({ name: "after", url, migrations: [orderViews, orderViewProducts] });
  atEnd(() => after.close());
  await after.migrate();
  await after.transaction((tx) => orderViewProducts.up(tx));
  const found = await listViews(after, { productId: "a" }, { limit: 100 });
  expect(found.items).toEqual((await list({ productId: "a", limit: 100 })).items);
});

describe("lists cost what they show", () => {
  const filters = [{ productId: "a" }, { productId: "a", status: "COMPLETED" }, { productId: "a", userId: "kim" }] as const;

  test.each<Parameters<typeof listViews>[1]>(filters)("%j goes by an index and sorts nothing", async (filter) => {
    const db = await crowded();
    const asked: string[] = [];
    const explaining = {
      dialect: db.dialect,
      select: async <Row extends object>(sql: string, values: Parameters<Tx["select"]>[1] = []) => {
        const plan = await db.select<Row>(`explain ${db.dialect.name === "sqlite" ? "query plan" : ""} ${sql}`, values);
        asked.push(JSON.stringify(plan));
        return [];
      },
    };
    await listViews(explaining, filter, { limit: 20 });
    expect(asked).toHaveLength(1);
    expect(asked[0]).toContain("order_view_product_");
    expect(asked[0]).not.toMatch(testDialect === "sqlite" ? /TEMP B-TREE|SCAN/ : /filesort|"type":"ALL"/);
  });

  let filled: Promise<Database> | undefined;
  /** Enough rows that no plan takes the whole table for the shortest way. */
  function crowded(): Promise<Database> {
    filled ??= (async () => {
      const db = await testDatabase("crowded", [orderViews, orderViewProducts]);
      const rows = Array.from({ length: 3_000 }, (_, n) => ({
        id: `o${String(n).padStart(5, "0")}`,
        product_id: n % 10 ? `p${n % 50}` : "a",
        user_id: n % 20 ? `u${n % 100}` : "kim",
        status: (n % 3) + 1,
        created_at: n,
      }));
      await db.transaction((tx) => tx.insert("order_view_product", rows));
      if (testDialect === "mysql") await db.select("analyze table order_view_product");
      return db;
    })();
    return filled;
  }
});

test("a product's rows follow the order's status", async () => {
  const rows = await databaseOf(shop, "order-history").select<{ status: number; n: number }>(
    "select status, count(*) as n from order_view_product group by status order by status",
  );
  const of = (status: OrderStatus) => made.filter((one) => one.status === status).reduce((sum, { products }) => sum + products.length, 0);
  expect(rows).toEqual([
    { status: 1, n: of("PENDING") },
    { status: 2, n: of("COMPLETED") },
  ]);
});
