/** Values on their way into a statement and back. */
import fc from "fast-check";

import { testDatabase } from "../../test/support/database";
import type { Database, Migration } from "./types";

const tables: Migration = {
  name: "0001-item",
  up: async (tx) =>
    void (await tx.execute(`create table item (id varchar(64) primary key, text longtext, n bigint) ${tx.dialect.tableOptions}`)),
};

let db: Database;

beforeAll(async () => {
  db = await testDatabase("values", [tables]);
});

beforeEach(() => db.transaction((tx) => tx.execute("delete from item")));

const put = (id: string, n = 0) => db.transaction((tx) => tx.insert("item", [{ id, n }]));

describe("values", () => {
  const nasty = fc.constantFrom("'", '"', "\\", "\0", "?", "%", "`", "--", "/*", ";", "\n", "\r", "\x1a", "\b", ":a", "$1", "😀", "é", " ");
  const text = fc.array(fc.oneof(nasty, fc.string({ unit: "binary" })), { maxLength: 12 }).map((parts) => parts.join(""));
  const whole = fc.maxSafeInteger().map((n) => Math.abs(n));

  test("come back as they were put in, whatever they contain", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ text: fc.option(text), n: fc.option(whole) }), { minLength: 1, maxLength: 8 }),
        async (given) => {
          const rows = given.map((row, index) => ({ id: `k${index}`, ...row }));
          await db.transaction(async (tx) => {
            await tx.execute("delete from item");
            await tx.execute("insert into item (id, text, n) values ?", [rows.map(({ id, text, n }) => [id, text, n])]);
          });
          expect(await db.select("select id, text, n from item where id in (?) order by id", [rows.map(({ id }) => id)])).toEqual(rows);
          const echoed = await db.select("select ? as a, 'what?' as b, ? as c", [rows[0]?.text, rows[0]?.n]);
          expect(echoed).toEqual([{ a: rows[0]?.text, b: "what?", c: rows[0]?.n }]);
        },
      ),
      { numRuns: 150 },
    );
  });

  test("are matched exactly: case counts", async () => {
    await put("a");
    expect(await db.select("select id from item where id = ?", ["A"])).toEqual([]);
  });

  test("of a whole number are whole: in a text column, in a concatenation", async () => {
    await db.transaction((tx) => tx.insert("item", [{ id: "a", text: 5 as never, n: 7 }]));
    const joined = `select text, ${db.dialect.concat("?", "'x'")} as joined from item`;
    expect(await db.select(joined, [5])).toEqual([{ text: "5", joined: "5x" }]);
  });

  test("of booleans are 0 and 1; fractions stay fractions; sums are numbers", async () => {
    expect(await db.select("select ? as yes, ? as no, ? as half", [true, false, 0.5])).toEqual([{ yes: 1, no: 0, half: 0.5 }]);
    await put("a", 2 ** 52);
    await put("b", 1);
    expect(await db.select("select sum(n) as total from item")).toEqual([{ total: 2 ** 52 + 1 }]);
  });

  test("of one insert must have the same columns", async () => {
    const mixed = [{ id: "a", n: 1 }, { id: "b" }];
    await expect(db.transaction((tx) => tx.insert("item", mixed))).rejects.toThrow("differ in their columns");
    await expect(db.transaction((tx) => tx.insert("item; drop table item", [{ id: "a" }]))).rejects.toThrow("not a name");
    expect(await db.transaction((tx) => tx.insert("item", []))).toBe(0);
  });
});
