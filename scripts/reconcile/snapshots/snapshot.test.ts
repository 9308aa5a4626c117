import { testDatabaseUrl } from "../../../test/support/database";
import { type Database, openDatabase } from "../../../mixins/database";
import { atEnd } from "../../../test/support/cleanup";
import { openSnapshot } from "./snapshot";

const rows = 1_234;
let url: string;
let db: Database;

beforeAll(async () => {
  url = await testDatabaseUrl("snapshot");
  db = await openDatabase({ name: "snapshot", url, migrations: [] });
  atEnd(() => db.close());
  await db.transaction(async (tx) => {
    await tx.execute(`create table thing (id varchar(10) not null primary key, amount bigint not null) ${tx.dialect.tableOptions}`);
    await tx.insert(
      "thing",
      Array.from({ length: rows }, (_, n) => ({ id: `t${n}`, amount: 2 ** 52 + n })),
    );
  });
});

test("what is committed while it is read is not in it, and no writer waits for it", async () => {
  const snapshot = await openSnapshot(url);
  const count = async () => (await snapshot.all<{ n: number; sum: number }>("select count(*) as n, max(amount) as sum from thing"))[0];
  let read = 0;
  for await (const batch of snapshot.batches<{ id: string }>("select id from thing order by id")) {
    if (read === 0) await db.transaction((tx) => tx.execute("update thing set amount = 0"));
    read += batch.length;
  }
  expect(read).toBe(rows);
  expect(await count()).toEqual({ n: rows, sum: 2 ** 52 + rows - 1 });
  await snapshot.close();
  const later = await openSnapshot(url);
  expect(await later.all("select max(amount) as most from thing where id = ?", ["t1"])).toEqual([{ most: 0 }]);
  await later.close();
});

test("it writes nothing", async () => {
  const snapshot = await openSnapshot(url);
  await expect(snapshot.all("delete from thing")).rejects.toThrow(/read.?only/i);
  await snapshot.close();
});

test("one that was not read to its end can be closed", async () => {
  const snapshot = await openSnapshot(url);
  for await (const batch of snapshot.batches("select id from thing")) {
    expect(batch.length).toBeGreaterThan(0);
    break;
  }
  await snapshot.close();
});
