import { atEnd } from "../../test/support/cleanup";
import { testDatabaseUrl } from "../../test/support/database";
import { openDatabase } from "./open";
import type { Migration } from "./types";

describe("migrations", () => {
  const named = (name: string, log: string[]): Migration => ({ name, up: async () => void log.push(name) });

  test("run once each, in order, whoever runs them", async () => {
    const url = await testDatabaseUrl("migrate");
    const log: string[] = [];
    const migrations = [named("0001-a", log), named("0002-b", log)];
    const open = () => openDatabase({ name: "m", url, migrations });
    const [one, two] = await Promise.all([open(), open()]);
    atEnd(() => Promise.all([one.close(), two.close()]));
    expect(await one.pendingMigrations()).toEqual(["0001-a", "0002-b"]);
    const ran = await Promise.all([one.migrate(), two.migrate()]);
    expect(ran.flat()).toEqual(["0001-a", "0002-b"]);
    expect(log).toEqual(["0001-a", "0002-b"]);
    expect(await two.pendingMigrations()).toEqual([]);
    expect(await one.migrate()).toEqual([]);
  });

  test("that failed are run again, those before it are not", async () => {
    const url = await testDatabaseUrl("again");
    let broken = true;
    const table: Migration = {
      name: "0001-table",
      up: async (tx) => void (await tx.execute(`create table if not exists t (id varchar(64) primary key) ${tx.dialect.tableOptions}`)),
    };
    const row: Migration = {
      name: "0002-row",
      async up(tx) {
        if (broken) throw new Error("half-way");
        await tx.insert("t", [{ id: "a" }]);
      },
    };
    const migrated = await openDatabase({ name: "m", url, migrations: [table, row] });
    atEnd(() => migrated.close());
    await expect(migrated.migrate()).rejects.toThrow("half-way");
    broken = false;
    expect(await migrated.migrate()).toContain("0002-row");
    expect(await migrated.select("select id from t")).toEqual([{ id: "a" }]);
  });
});
