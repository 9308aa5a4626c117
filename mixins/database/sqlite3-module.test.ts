/** Sequelize's own models, transactions and errors over `node:sqlite`. */
import { DataTypes, ForeignKeyConstraintError, UniqueConstraintError, type ModelStatic, type Model } from "sequelize";

import { atEnd } from "../../test/support/cleanup";
import { openDatabase } from "./open";
import { isCheckViolation, isDuplicateKey } from "./errors";
import type { Database } from "./types";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

let db: Database;
let Thing: ModelStatic<Model<{ id?: number; name: string | null; n: number }>>;

beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), "sqlite3-"));
  atEnd(() => rm(folder, { recursive: true }));
  const tables = {
    name: "0001",
    up: async (tx: Parameters<Parameters<Database["transaction"]>[0]>[0]) => {
      await tx.execute(
        "create table thing (id integer primary key autoincrement, name varchar(20) not null unique, n integer check (n >= 0))",
      );
      await tx.execute("create table part (thing_id integer references thing (id))");
    },
  };
  db = await openDatabase({ name: "s", url: `sqlite:${join(folder, "s.sqlite")}`, migrations: [tables] });
  atEnd(() => db.close());
  await db.migrate();
  Thing = db.sequelize.define("thing", { name: DataTypes.STRING, n: DataTypes.INTEGER }, { tableName: "thing", timestamps: false });
});

beforeEach(() => Thing.destroy({ where: {} }));

const names = async () => (await Thing.findAll({ order: ["name"] })).map((one) => one.get("name"));

test("models create, find, update and count", async () => {
  const one = await Thing.create({ name: "it's ?", n: 1 });
  expect(one.get("id")).toEqual(expect.any(Number));
  await Thing.bulkCreate([
    { name: "b", n: 2 },
    { name: "c", n: 3 },
  ]);
  expect(await Thing.update({ n: 9 }, { where: { n: [2, 3] } })).toEqual([2]);
  expect(await names()).toEqual(["b", "c", "it's ?"]);
  expect(await Thing.count({ where: { n: 9 } })).toBe(2);
  expect(await db.select("select n from thing where name = ?", ["b"])).toEqual([{ n: 9 }]);
});

test("Sequelize's transactions commit, roll back, and queue with those of the project", async () => {
  await db.sequelize.transaction(async (transaction) => {
    await Thing.create({ name: "kept", n: 1 }, { transaction });
    expect(await names()).toEqual([]);
  });
  const failed = db.sequelize.transaction(async (transaction) => {
    await Thing.create({ name: "gone", n: 1 }, { transaction });
    throw new Error("no");
  });
  await expect(failed).rejects.toThrow("no");
  await Promise.all([
    db.sequelize.transaction((transaction) => Thing.create({ name: "one", n: 1 }, { transaction })),
    db.transaction((tx) => tx.insert("thing", [{ name: "two", n: 1 }])),
    Thing.create({ name: "three", n: 1 }),
  ]);
  expect(await names()).toEqual(["kept", "one", "three", "two"]);
});

test("a taken key, a CHECK, a missing value and a foreign key are told apart", async () => {
  await Thing.create({ name: "a", n: 1 });
  const errorOf = (work: Promise<unknown>) =>
    work.then(
      () => undefined,
      (error: unknown) => error,
    );
  const taken = await errorOf(Thing.create({ name: "a", n: 1 }));
  const check = await errorOf(Thing.create({ name: "b", n: -1 }));
  const missing = await errorOf(Thing.create({ name: null, n: 1 }));
  const foreign = await errorOf(db.sequelize.query("insert into part values (99)"));
  expect([taken, check, missing, foreign].map((error) => error instanceof UniqueConstraintError)).toEqual([true, false, false, false]);
  expect([taken, check, missing, foreign].map(isDuplicateKey)).toEqual([true, false, false, false]);
  expect([taken, check, missing, foreign].map(isCheckViolation)).toEqual([false, true, false, false]);
  expect(foreign).toBeInstanceOf(ForeignKeyConstraintError);
});
