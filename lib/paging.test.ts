import fc from "fast-check";

import type { Database, Reader } from "../mixins/database";
import { testDatabase, testDialect } from "../test/support/database";
import { type PageParams, readNewest, readSorted, type SortKey } from "./paging";

interface Row {
  id: string;
  name: string;
  at: number;
}

let db: Database;
beforeAll(async () => {
  const table = { name: "0001-row", up: createTable };
  db = await testDatabase("paging", [table]);
});
beforeEach(() => db.transaction((tx) => tx.execute("delete from row_of_list")));

async function createTable(tx: Parameters<Parameters<Database["transaction"]>[0]>[0]): Promise<void> {
  await tx.execute(`create table row_of_list (id varchar(64) not null primary key, name varchar(200) not null, at bigint not null,
    filler varchar(500)) ${tx.dialect.tableOptions}`);
  for (const column of ["name", "at"]) await tx.execute(`create index by_${column} on row_of_list (${column}, id)`);
}

const orders: Record<string, SortKey<Row>> = {
  name: { column: "name", kind: "string", of: ({ name }) => name },
  "-name": { column: "name", kind: "string", of: ({ name }) => name, falling: true },
  at: { column: "at", kind: "number", of: ({ at }) => at },
  "-at": { column: "at", kind: "number", of: ({ at }) => at, falling: true },
};
const orderNames = Object.keys(orders);

const listed = (by: SortKey<Row>, choice?: object) => ({ name: "row.list", select: "select id, name, at from row_of_list", by, choice });
const write = (rows: (Row & { filler?: string })[]) => db.transaction((tx) => tx.insert("row_of_list", rows.map((row) => ({ ...row })))); // prettier-ignore

/** All pages, one after the other; `between` runs before each further one. */
async function pages(by: SortKey<Row>, limit: number, between: (page: number) => unknown = () => undefined): Promise<Row[]> {
  const all: Row[] = [];
  let cursor: string | null | undefined;
  for (let page = 0; cursor !== null; page++) {
    if (page > 0) await between(page);
    const { items, nextCursor } = await readSorted<Row>(db, listed(by), { limit, ...(cursor && { cursor }) });
    expect(items.length).toBeLessThanOrEqual(limit);
    expect(page).toBeLessThan(100);
    all.push(...items);
    cursor = nextCursor;
  }
  return all;
}

/** By code point, as both databases do; JavaScript's own order is by UTF-16 unit. */
const order = (a: string | number, b: string | number) =>
  typeof a === "number" && typeof b === "number" ? a - b : Buffer.compare(Buffer.from(String(a)), Buffer.from(String(b)));

function sorted(rows: readonly Row[], by: SortKey<Row>): Row[] {
  const rising = rows.toSorted((a, b) => order(by.of(a), by.of(b)) || order(a.id, b.id));
  return by.falling ? rising.toReversed() : rising;
}

test("whatever the rows, the order and the size of the pages: all rows in order, none twice", async () => {
  const name = fc.constantFrom("a", "A", "b", "é", "e\u0301", "가", "😀", "\uffee", "a%", "'");
  const row = fc.record({ id: fc.stringMatching(/^[!-~]{1,4}$/), name, at: fc.constantFrom(-1, 0, 1, 2 ** 53 - 1) });
  const rows = fc.uniqueArray(row, { selector: ({ id }) => id, maxLength: 15 });
  await fc.assert(
    fc.asyncProperty(rows, fc.constantFrom(...orderNames), fc.integer({ min: 1, max: 4 }), async (given, by, limit) => {
      await db.transaction((tx) => tx.execute("delete from row_of_list"));
      await write(given);
      const pageByPage = await pages(orders[by]!, limit);
      expect(pageByPage.map(({ id }) => id)).toEqual(sorted(given, orders[by]!).map(({ id }) => id));
    }),
    { numRuns: 60 },
  );
});

test.each(orderNames)("by %s: rows that come and go meanwhile neither hide nor repeat those that stay", async (by) => {
  const staying = Array.from({ length: 20 }, (_, n) => ({ id: `s${n}`, name: `n${n % 4}`, at: n % 4 }));
  const going = staying.map(({ id, ...row }) => ({ id: `g${id}`, ...row }));
  await write([...staying, ...going]);
  const seen = await pages(orders[by]!, 3, async (page) => {
    await db.transaction((tx) => tx.execute("delete from row_of_list where id = ?", [going[page]?.id ?? "none"]));
    await write([{ id: `c${page}`, name: `n${page % 4}`, at: page % 4 }]);
  });
  const stayed = seen.filter(({ id }) => id.startsWith("s"));
  expect(stayed.map(({ id }) => id)).toEqual(sorted(staying, orders[by]!).map(({ id }) => id));
});

describe("a cursor", () => {
  const refused = { type: "VALIDATION_FAILED", data: { errors: [{ path: "cursor", message: "is not a cursor of this list" }] } };
  const page = (query: Parameters<typeof readSorted<Row>>[1], params: PageParams) => readSorted<Row>(db, query, params);
  const cursorOf = async (query: Parameters<typeof readSorted<Row>>[1]) => (await page(query, { limit: 1 })).nextCursor ?? "";

  beforeEach(() =>
    write([
      { id: "1", name: "a", at: 1 },
      { id: "2", name: "b", at: 2 },
    ]),
  );

  test("is good for its own order and choice only", async () => {
    const query = listed(orders.at!, { sort: "at", least: 1 });
    const cursor = await cursorOf(query);
    expect((await page(query, { limit: 1, cursor })).items).toMatchObject([{ id: "2" }]);
    expect((await page(listed(orders.at!, { least: 1, sort: "at", most: undefined }), { limit: 1, cursor })).items).toHaveLength(1);
    for (const choice of [{ sort: "-at", least: 1 }, { sort: "at", least: 2 }, { sort: "at" }, undefined]) {
      await expect(page(listed(orders.at!, choice), { limit: 1, cursor })).rejects.toMatchObject(refused);
    }
  });

  test("of a list of another name, or without its choice, is refused", async () => {
    const cursor = await cursorOf(listed(orders.at!));
    const other = { ...listed(orders.at!), name: "other.list" };
    await expect(page(other, { limit: 1, cursor })).rejects.toMatchObject(refused);
    await expect(page(listed(orders.at!, {}), { limit: 1, cursor })).rejects.toMatchObject(refused);
    await expect(page(listed(orders.name!), { limit: 1, cursor })).rejects.toMatchObject(refused);
  });

  test("of the longest name and id fits into what `page.cursor` takes", async () => {
    const longest = { id: '"'.repeat(64), name: "\uffee".repeat(200), at: 3 };
    await write([longest, { ...longest, id: `${'"'.repeat(63)}~` }]);
    const query = listed(orders.name!, { sort: "name", q: "x".repeat(100) });
    const { nextCursor } = await page(query, { limit: 3 });
    expect(nextCursor?.length).toBeLessThanOrEqual(1_000);
    expect((await page(query, { limit: 3, cursor: nextCursor! })).items).toHaveLength(1);
  });
});

test("the newest come first, equals by id", async () => {
  await write([
    { id: "a", name: "", at: 1 },
    { id: "c", name: "", at: 2 },
    { id: "b", name: "", at: 2 },
  ]);
  const query = { name: "row.list", select: "select id, at from row_of_list", time: { column: "at", of: ({ at }: Row) => at } };
  const first = await readNewest<Row>(db, query, { limit: 2 });
  expect(first.items.map(({ id }) => id)).toEqual(["c", "b"]);
  expect((await readNewest<Row>(db, query, { limit: 2, cursor: first.nextCursor! })).items.map(({ id }) => id)).toEqual(["a"]);
});

describe("what a page costs", () => {
  /** A reader that keeps the statements it is given. */
  function recording(): { reader: Reader; statements: [string, readonly unknown[]][] } {
    const statements: [string, readonly unknown[]][] = [];
    const select: Reader["select"] = (sql, values = []) => {
      statements.push([sql, values]);
      return db.select(sql, values);
    };
    return { reader: { dialect: db.dialect, select }, statements };
  }

  const explain = testDialect === "sqlite" ? "explain query plan" : "explain";

  test.each(orderNames)("by %s: the index gives the order, from the cursor on", async (by) => {
    const filler = "of the width of a product".repeat(10);
    await write(Array.from({ length: 3000 }, (_, n) => ({ id: `${n}`.padStart(5, "0"), name: `n${n % 3}`, at: n % 3, filler })));
    // A server does so by itself, some seconds after many rows have changed.
    if (testDialect === "mysql") await db.select("analyze table row_of_list");
    const { reader, statements } = recording();
    const first = await readSorted<Row>(reader, listed(orders[by]!), { limit: 10 });
    await readSorted<Row>(reader, listed(orders[by]!), { limit: 10, cursor: first.nextCursor! });
    for (const [sql, values] of statements) {
      const plan = JSON.stringify(await db.select(`${explain} ${sql}`, values as string[]));
      expect(plan).toContain(`by_${by.replace("-", "")}`);
      expect(plan).not.toMatch(/TEMP B-TREE|filesort/);
    }
  });
});
