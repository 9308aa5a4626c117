import { ServiceBroker } from "moleculer";
import { DataTypes } from "sequelize";

import { atEnd } from "../../test/support/cleanup";
import { testDatabaseUrl } from "../../test/support/database";
import { databaseMixin, type DatabaseVars } from "./mixin";
import { tableReads } from "./table-reads";
import type { Migration } from "./types";

const tables: Migration = {
  name: "0001-book",
  up: async (tx) =>
    void (await tx.execute(
      `create table book (code varchar(64) primary key, title varchar(100), price bigint, secret varchar(20)) ${tx.dialect.tableOptions}`,
    )),
};

let broker: ServiceBroker;
const find = (params: object) => broker.call<{ code: string }[], object>("book.find", params);
const codes = async (params: object) => (await find(params)).map(({ code }) => code);

beforeAll(async () => {
  const url = await testDatabaseUrl("reads");
  broker = new ServiceBroker({ logger: false, cacher: "Memory" });
  const service = broker.createService({
    name: "book",
    mixins: [
      databaseMixin({ name: "book", url: () => url, migrations: [tables], migrateAtStart: () => true }),
      tableReads({
        table: "book",
        primaryKey: "code",
        columns: { code: DataTypes.STRING, title: DataTypes.STRING, price: DataTypes.BIGINT },
      }),
    ],
  }) as unknown as DatabaseVars;
  atEnd(() => broker.stop());
  await broker.start();
  const rows = Array.from({ length: 120 }, (_, n) => ({
    code: `b${String(n).padStart(3, "0")}`,
    title: `Book ${n % 10}`,
    price: n,
    secret: "x",
  }));
  await service.db.transaction((tx) => tx.insert("book", rows));
});

test("find, get and count give the named columns only", async () => {
  const b007 = { code: "b007", title: "Book 7", price: 7 };
  expect(await find({ query: { code: "b007" } })).toEqual([b007]);
  expect(await broker.call("book.get", { id: "b007" })).toEqual(b007);
  expect(await broker.call("book.get", { id: ["b007", "b008"], fields: ["code"] })).toEqual([{ code: "b007" }, { code: "b008" }]);
  expect(await broker.call("book.count", { query: { title: "Book 7" } })).toBe(12);
});

test("find sorts, pages, searches, and takes lists", async () => {
  expect(await codes({ sort: "-price", limit: 2 })).toEqual(["b119", "b118"]);
  expect(await codes({ sort: "title,-price", limit: 1, offset: 1 })).toEqual(["b100"]);
  expect(await codes({ search: "11", searchFields: "code", sort: "code", limit: "3" })).toEqual(["b011", "b110", "b111"]);
  expect(await codes({ query: { code: ["b001", "b003"] }, sort: "code" })).toEqual(["b001", "b003"]);
});

test("find gives at most 100 rows, asked for more or not told how many", async () => {
  expect(await codes({})).toHaveLength(100);
  expect(await codes({ limit: 100_000 })).toHaveLength(100);
});

test("what was changed is seen at once: nothing is cached", async () => {
  const params = { query: { code: "b001" }, fields: ["price"] };
  expect(await find(params)).toEqual([{ price: 1 }]);
  const { db } = broker.getLocalService("book") as unknown as DatabaseVars;
  await db.transaction((tx) => tx.execute("update book set price = 1001 where code = 'b001'"));
  expect(await find(params)).toEqual([{ price: 1001 }]);
});

test.each([
  ["find", { query: { secret: "x" } }],
  ["find", { query: { nope: 1 } }],
  ["find", { query: { price: { $gt: 1 } } }],
  ["find", { query: "{" }],
  ["find", { sort: "secret" }],
  ["find", { sort: "-nope" }],
  ["find", { fields: ["secret"] }],
  ["find", { search: "x", searchFields: ["secret"] }],
  ["find", { search: "x" }],
  ["find", { limit: 0 }],
  ["find", { limit: -1 }],
  ["find", { limit: "many" }],
  ["find", { offset: 1.5 }],
  ["find", { populate: "author" }],
  ["count", { query: { secret: "x" } }],
  ["count", { limit: 1 }],
  ["get", {}],
  ["get", { id: { a: 1 } }],
  ["get", { id: "b001", fields: "secret" }],
  ["find", { query: { constructor: "x" } }],
])("%s refuses %j as invalid, with 422", async (action, params) => {
  await expect(broker.call(`book.${action}`, params)).rejects.toMatchObject({ code: 422, type: "VALIDATION_FAILED" });
});

test("an unknown id is a 404", async () => {
  await expect(broker.call("book.get", { id: "none" })).rejects.toMatchObject({ code: 404 });
});

test.each(["list", "create", "insert", "update", "remove"])("there is no %s", async (action) => {
  await expect(broker.call(`book.${action}`, {})).rejects.toMatchObject({ type: "SERVICE_NOT_FOUND" });
});
