import { type Service, ServiceBroker, type ServiceSchema } from "moleculer";

import { atEnd } from "../../test/support/cleanup";
import { testDatabaseUrl } from "../../test/support/database";
import { databaseMixin, type DatabaseVars } from "./mixin";
import { openDatabase } from "./open";
import type { Migration } from "./types";

const migrations: Migration[] = [
  {
    name: "0001-item",
    up: async (tx) => void (await tx.execute(`create table if not exists item (id varchar(64) primary key) ${tx.dialect.tableOptions}`)),
  },
];

interface Options {
  url: string;
  migrateAtStart: boolean;
  others?: Partial<ServiceSchema>[];
}

async function start({ url, migrateAtStart, others = [] }: Options) {
  const broker = new ServiceBroker({ logger: false });
  const database = databaseMixin({ name: "shelf", url: () => url, migrations, migrateAtStart: () => migrateAtStart });
  const service = broker.createService({ name: "shelf", mixins: [database, ...others] }) as unknown as DatabaseVars;
  atEnd(() => broker.stop());
  await broker.start();
  return { broker, service };
}

test("a service has its database, with tables, and its group commit", async () => {
  const { service } = await start({ url: await testDatabaseUrl("mixin"), migrateAtStart: true });
  const put = {
    name: "put",
    run: async (calls: readonly string[], tx: Parameters<Migration["up"]>[0]) => {
      await tx.insert(
        "item",
        calls.map((id) => ({ id })),
      );
      return calls.map((id) => ({ ok: true as const, result: id }));
    },
  };
  expect(await service.group.submit(put, "a")).toEqual({ ok: true, result: "a" });
  expect(await service.db.select("select id from item")).toEqual([{ id: "a" }]);
});

test("a service whose tables are old refuses to start, and says what to do", async () => {
  const url = await testDatabaseUrl("old");
  await expect(start({ url, migrateAtStart: false })).rejects.toThrow(
    'shelf: the database is not up to date, run "npm run migrate" (pending: 0001-item)',
  );
});

test("a service whose tables were migrated before starts", async () => {
  const url = await testDatabaseUrl("ready");
  const db = await openDatabase({ name: "shelf", url, migrations });
  await db.migrate();
  await db.close();
  const { service } = await start({ url, migrateAtStart: false });
  expect(await service.db.select("select id from item")).toEqual([]);
});

test("other mixins find the database open, from their start to their end", async () => {
  const seen: string[] = [];
  const look = (when: string) =>
    async function (this: Service & Partial<DatabaseVars>) {
      seen.push(`${when}: ${(await this.db?.select("select id from item"))?.length}`);
    };
  const { broker } = await start({
    url: await testDatabaseUrl("order"),
    migrateAtStart: true,
    others: [{ started: look("started"), stopped: look("stopped") }],
  });
  await broker.stop();
  expect(seen).toEqual(["started: 0", "stopped: 0"]);
});
