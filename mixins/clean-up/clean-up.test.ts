import { ServiceBroker } from "moleculer";

import { atEnd } from "../../test/support/cleanup";
import { testDatabase, testDatabaseUrl } from "../../test/support/database";
import { waitFor } from "../../test/support/wait";
import { databaseMixin, type Database, type DatabaseVars, type Migration } from "../database";
import { cleanUpMixin, removeOld } from ".";

const notes: Migration = {
  name: "0001-notes",
  up: async (tx) =>
    void (await tx.execute(`create table if not exists note (id varchar(64) primary key, at bigint not null) ${tx.dialect.tableOptions}`)),
};
const rows = { table: "note", key: "id", time: "at" };

const write = (db: Database, times: Record<string, number>) =>
  db.transaction((tx) =>
    tx.insert(
      "note",
      Object.entries(times).map(([id, at]) => ({ id, at })),
    ),
  );
const left = async (db: Database) => (await db.select<{ id: string }>("select id from note order by id")).map(({ id }) => id);

test("old rows are removed, the oldest first, so many at a time", async () => {
  const db = await testDatabase("notes", [notes]);
  await write(db, { a: 30, b: 10, c: 20, d: 31 });
  expect(await removeOld(db, rows, 30, 2)).toBe(2);
  expect(await left(db)).toEqual(["a", "d"]);
  expect(await removeOld(db, rows, 30, 2)).toBe(1);
  expect(await removeOld(db, rows, 30, 2)).toBe(0);
  expect(await left(db)).toEqual(["d"]);
});

describe("a service with the mixin", () => {
  async function started({ clock }: { clock: () => number }) {
    const url = await testDatabaseUrl("notes");
    const broker = new ServiceBroker({ logger: false });
    atEnd(() => broker.stop());
    const warnings: unknown[] = [];
    const service = broker.createService({
      name: "notes",
      mixins: [
        databaseMixin({ name: "notes", url: () => url, migrations: [notes], migrateAtStart: () => true }),
        cleanUpMixin({ ...rows, keepMs: 1000, everyMs: 1, batch: 2, clock }),
      ],
      created() {
        this.logger.warn = (told: unknown) => void warnings.push(told);
      },
    }) as unknown as DatabaseVars;
    await broker.start();
    return { db: service.db, broker, warnings };
  }

  test("removes what grows old, again and again, until it stops", async () => {
    let now = 0;
    const { db, broker } = await started({ clock: () => now });
    await write(db, { a: 1, b: 2, c: 3, d: 4, e: 5, young: 5000 });
    now = 1005;
    await waitFor(async () => (await left(db)).length === 1, { what: "the old rows to go" });
    now = 5999;
    await write(db, { f: 4999 });
    await waitFor(async () => (await left(db)).length === 1, { what: "the next old row to go" });
    expect(await left(db)).toEqual(["young"]);
    await broker.stop();
  });

  test("tries again after a failure, and tells of it", async () => {
    let failures = 1;
    const clock = () => {
      if (failures-- > 0) throw new Error("no time");
      return 2000;
    };
    const { db, warnings } = await started({ clock });
    await write(db, { a: 1 });
    await waitFor(async () => (await left(db)).length === 0, { what: "the old row to go" });
    expect(warnings).toEqual(["old rows of note could not be removed, trying again later"]);
  });

  test("removes in a way of its own what one table doesn't tell enough of", async () => {
    const url = await testDatabaseUrl("notes");
    const broker = new ServiceBroker({ logger: false });
    atEnd(() => broker.stop());
    const asked: [number, number][] = [];
    const remove = async (_db: Database, upTo: number, limit: number) => asked.push([upTo, limit]) && (asked.length < 3 ? limit : 0);
    broker.createService({
      name: "notes",
      mixins: [
        databaseMixin({ name: "notes", url: () => url, migrations: [notes], migrateAtStart: () => true }),
        cleanUpMixin({ what: "notes and their pages", remove, keepMs: 10, batch: 7, clock: () => 50 }),
      ],
    });
    await broker.start();
    await waitFor(() => asked.length === 3, { what: "the last, which removes fewer than it may" });
    expect(asked).toEqual(Array.from({ length: 3 }, () => [40, 7]));
  });

  test("needs a database", async () => {
    const broker = new ServiceBroker({ logger: false });
    atEnd(() => broker.stop());
    broker.createService({ name: "none", mixins: [cleanUpMixin(rows)] });
    await expect(broker.start()).rejects.toThrow("needs databaseMixin");
  });
});
