import { catalogue as firstTables } from "./migrations/0001-catalogue";
import { edits } from "./migrations/0002-edits";
import { openDatabase } from "../../mixins/database";
import { testDatabaseUrl } from "../../test/support/database";
import { startShop, type TestShop } from "../../test/support/shop";
import { Catalogue, type ProductView } from "./product.fixture";

const refusedCursor = { code: 422, type: "VALIDATION_FAILED", data: { errors: [expect.objectContaining({ path: "cursor" })] } };

/** Names, prices, stock and sales with equals among them; what they are sorted by is never the order of their creation. */
const goods = [
  { name: "Straße nach Köln", description: "Karte", price: 300, stock: 1, sales: 5 },
  { name: "apple", description: "100% juice_free", price: 200, stock: 0, sales: 5 },
  { name: "Apple", description: "it's a fruit \\ not a brand", price: 200, stock: 3, sales: 0 },
  { name: "ΟΔΥΣΣΕΥΣ", description: "Όμηρος", price: 9_007_199_254_740_991, stock: 0, sales: 0 },
  { name: "사과", description: "빨간 사과 한 상자", price: 1, stock: 2, sales: 5 },
  { name: "apple", description: "another 100 juices", price: 300, stock: 7, sales: 9 },
  { name: "😀 mug", description: "", price: 200, stock: 5, sales: 0 },
  { name: "École", description: "cahier", price: 250, stock: 0, sales: 1 },
] as const;

let shop: TestShop;
let catalogue: Catalogue;
let all: ProductView[];
beforeAll(async () => {
  shop = await startShop({ only: ["product"] });
  catalogue = new Catalogue(shop);
  const created: ProductView[] = [];
  for (const { sales: _, stock, ...given } of goods) created.push(await catalogue.create(stock, given));
  // Sales as their events count them, and three products of one moment.
  await catalogue.db.transaction(async (tx) => {
    for (const [at, { sales }] of goods.entries()) {
      await tx.execute("update product set sales_count = ?, created_at = ? where id = ?", [
        sales,
        1_000 + Math.max(at, 2),
        created[at]!.id,
      ]);
    }
  });
  all = await Promise.all(created.map(({ id }) => catalogue.read(id)));
});

const names = ({ items }: { items: ProductView[] }) => items.map(({ name }) => name);
const found = async (params: object) => names(await catalogue.list({ sort: "price", ...params }));

async function everyPage(params: object): Promise<ProductView[]> {
  const items: ProductView[] = [];
  let cursor: string | null | undefined;
  while (cursor !== null) {
    const page = await catalogue.list({ ...params, ...(cursor && { cursor }) });
    items.push(...page.items);
    expect(items.length).toBeLessThanOrEqual(goods.length);
    cursor = page.nextCursor;
  }
  return items;
}

const bytes = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));

describe("sorted", () => {
  const newest = (a: ProductView, b: ProductView) => bytes(b.createdAt, a.createdAt) || bytes(b.id, a.id);

  test.each<[string | undefined, (a: ProductView, b: ProductView) => number]>([
    [undefined, newest],
    ["-createdAt", newest],
    ["name", (a, b) => bytes(a.name, b.name) || bytes(a.id, b.id)],
    ["price", (a, b) => a.price - b.price || bytes(a.id, b.id)],
    ["-price", (a, b) => b.price - a.price || bytes(b.id, a.id)],
    ["-sales", (a, b) => b.salesCount - a.salesCount || bytes(b.id, a.id)],
  ])("by %s: all in order, equals by id, each once, whatever the size of the pages", async (sort, order) => {
    const expected = all.toSorted(order).map(({ id }) => id);
    for (const limit of [1, 2, 3, 100]) {
      const pages = await everyPage({ limit, ...(sort && { sort }) });
      expect(pages.map(({ id }) => id)).toEqual(expected);
    }
  });

  test("a cursor of another order, of other filters or of nobody is refused", async () => {
    const { nextCursor: cursor } = await catalogue.list({ limit: 1, sort: "price", minPrice: 100 });
    expect((await catalogue.list({ limit: 9, sort: "price", minPrice: 100, cursor })).items).toHaveLength(6);
    for (const params of [
      { sort: "-price", minPrice: 100 },
      { sort: "name", minPrice: 100 },
      { sort: "price", minPrice: 101 },
      { sort: "price" },
      { minPrice: 100 },
      { sort: "price", minPrice: 100, inStock: true },
      { sort: "price", minPrice: 100, q: "a" },
    ]) {
      await expect(catalogue.list({ ...params, cursor })).rejects.toMatchObject(refusedCursor);
    }
    await expect(catalogue.list({ cursor: "bm9ib2R5" })).rejects.toMatchObject(refusedCursor);
  });

  test.each([
    { sort: "stock" },
    { sort: "-name" },
    { q: "" },
    { q: "a\0" },
    { minPrice: 2, maxPrice: 1 },
    { minPrice: -1 },
    { color: "red" },
  ])("%j is refused", async (params) => {
    await expect(catalogue.list(params)).rejects.toMatchObject({ code: 422, type: "VALIDATION_FAILED" });
  });
});

describe("filtered", () => {
  test("by price, both ends included", async () => {
    expect(await found({ minPrice: 200, maxPrice: 250, sort: "name" })).toEqual(["Apple", "apple", "École", "😀 mug"]);
    expect(await found({ minPrice: 9_007_199_254_740_991 })).toEqual(["ΟΔΥΣΣΕΥΣ"]);
    expect(await found({ maxPrice: 0 })).toEqual([]);
  });

  test("by what is in stock, and by what isn't", async () => {
    expect(await found({ inStock: true })).toHaveLength(5);
    expect(await found({ inStock: false, sort: "name" })).toEqual(["apple", "École", "ΟΔΥΣΣΕΥΣ"]);
  });

  test("by all at once, page by page", async () => {
    const pages = await everyPage({ q: "APPLE", minPrice: 200, inStock: true, sort: "-price", limit: 1 });
    expect(pages.map(({ name, price }) => [name, price])).toEqual([["apple", 300], ["Apple", 200]]); // prettier-ignore
  });
});

describe("searched", () => {
  test.each([
    ["a part of a name, whatever its case", "aPPl", ["Apple", "apple", "apple"]],
    ["a part of a description", "한 상", ["사과"]],
    ["letters with accents, whatever their case", "éCOLE", ["École"]],
    ["letters that were put together in another way", "e\u0301cole", ["École"]],
    ["a letter that has two capitals", "strasse", ["Straße nach Köln"]],
    ["a small letter that depends on its place", "οδυσσε", ["ΟΔΥΣΣΕΥΣ"]],
    ["and at the end of a word", "σευς", ["ΟΔΥΣΣΕΥΣ"]],
    ["a character beyond 16 bits", "😀", ["😀 mug"]],
    ["a wildcard of SQL is itself", "100%", ["apple"]],
    ["and so is the other one", "e_f", ["apple"]],
    ["nothing but a wildcard", "%%", []],
    ["a quote", "it's", ["Apple"]],
    ["a backslash", "\\ not", ["Apple"]],
    ["not across name and description", "apple100", []],
    ["what isn't there", "pear", []],
  ])("%s", async (_what, q, expected) => {
    expect(await found({ q, sort: "name" })).toEqual(expected);
  });
});

test("a name of the greatest length is a place to go on from", async () => {
  const name = "漢".repeat(200);
  const [one, two] = [await catalogue.create(1, { name }), await catalogue.create(1, { name })];
  const first = await catalogue.list({ q: "漢漢", sort: "name", limit: 1 });
  const second = await catalogue.list({ q: "漢漢", sort: "name", limit: 1, cursor: first.nextCursor });
  expect([...first.items, ...second.items].map(({ id }) => id)).toEqual([one.id, two.id]);
  expect(second.nextCursor).toBeNull();
});

test("products from before there was a search are found", async () => {
  const url = await testDatabaseUrl("product_before");
  const before = await openDatabase({ name: "product", url, migrations: [firstTables] });
  await before.migrate();
  const row = (n: number) => ({ id: `p${n}`, name: `Ärmel ${n}`, description: "", price: 1, currency: "KRW" });
  const rest = { stock: 1, sales_count: 0, version: 1, created_at: 1, updated_at: 1 };
  await before.transaction((tx) =>
    tx.insert(
      "product",
      Array.from({ length: 501 }, (_, n) => ({ ...row(n), ...rest })),
    ),
  );
  await before.close();
  const after = await openDatabase({ name: "product", url, migrations: [firstTables, edits] });
  try {
    await after.migrate();
    const [counted] = await after.select<{ n: number }>("select count(*) as n from product where instr(search_text, ?) > 0", ["ÄRMEL"]);
    expect(counted?.n).toBe(501);
  } finally {
    await after.close();
  }
});
