/** What only a server with many connections shows: deadlocks, lost connections, the settings of a session. */
import { atEnd } from "../../test/support/cleanup";
import { testDatabase, testDatabaseUrl, testDialect } from "../../test/support/database";
import { waitFor } from "../../test/support/wait";
import { CommitUnknown, isUnavailable } from "./errors";
import { openDatabase } from "./open";
import type { Database, Migration, Tx } from "./types";

const tables: Migration = {
  name: "0001-item",
  up: async (tx) =>
    void (await tx.execute(`create table if not exists item (id integer primary key, n bigint) ${tx.dialect.tableOptions}`)),
};

(testDialect === "mysql" ? describe : describe.skip)("MySQL", () => {
  let db: Database;

  beforeAll(async () => {
    db = await testDatabase("mysql", [tables]);
    const rows = [1, 2].map((id) => ({ id, n: 0 }));
    await db.transaction((tx) => tx.insert("item", rows));
  });

  const add = (tx: Tx, id: number) => tx.execute("update item set n = n + 1 where id = ?", [id]);
  const connectionId = async (tx: Tx) => (await tx.select<{ id: number }>("select connection_id() as id"))[0]?.id ?? 0;
  const kill = async (id: number) => {
    await db.select(`kill ${id}`);
    await waitFor(async () => (await db.select("select 1 from information_schema.processlist where id = ?", [id])).length === 0, {
      what: "the kill",
    });
  };

  test("the victim of a deadlock is repeated, and both transactions happen", async () => {
    let waiting = 0;
    let tries = 0;
    const opposite = (first: number, second: number) =>
      db.transaction(async (tx) => {
        tries++;
        await add(tx, first);
        waiting++;
        await waitFor(() => waiting >= 2, { what: "both to hold a row" });
        await add(tx, second);
      });
    await Promise.all([opposite(1, 2), opposite(2, 1)]);
    expect(tries).toBeGreaterThan(2);
    expect(await db.select("select n from item")).toEqual([{ n: 2 }, { n: 2 }]);
  });

  test("a connection that is lost in the middle is a technical error, not repeated, and the pool recovers", async () => {
    let tries = 0;
    const work = db.transaction(async (tx) => {
      tries++;
      await kill(await connectionId(tx));
      await add(tx, 1);
    });
    const error = await work.catch((e: unknown) => e);
    expect([isUnavailable(error), tries]).toEqual([true, 1]);
    expect(await db.select("select 1 as one")).toEqual([{ one: 1 }]);
  });

  test("a connection that is lost before the commit is answered leaves the outcome unknown", async () => {
    const work = db.transaction(async (tx) => kill(await connectionId(tx)));
    await expect(work).rejects.toBeInstanceOf(CommitUnknown);
  });

  test("a connection that is lost with the last statements on their way leaves the outcome unknown too", async () => {
    const work = db.transaction(async (tx) => {
      await add(tx, 1);
      tx.executeLater(`kill ${await connectionId(tx)}`);
      tx.executeLater("update item set n = n + 1 where id = 1");
    });
    const error = await work.catch((e: unknown) => e);
    expect([error instanceof CommitUnknown || isUnavailable(error), isUnavailable(error)]).toEqual([true, true]);
    expect(await db.select("select 1 as one")).toEqual([{ one: 1 }]);
  });

  test("says in one packet what needs no answer in between", async () => {
    const packets: string[] = [];
    const spied = await openDatabase({ name: "spied", url: await testDatabaseUrl("spied"), migrations: [tables] });
    atEnd(() => spied.close());
    await spied.migrate();
    const connections = spied.sequelize.connectionManager;
    const connection = (await connections.getConnection({ type: "write" })) as { query(...args: unknown[]): unknown };
    const query = connection.query.bind(connection);
    connection.query = (...args: unknown[]) => (packets.push(String(args[0])), query(...args));
    connections.releaseConnection(connection);
    await spied.transaction(async (tx) => {
      tx.insertLater("item", [{ id: 1, n: 1 }]);
      tx.executeLater("update item set n = 2 where id = 1", [], { rows: 1, what: "item.n" });
      expect(await tx.select("select n from item")).toEqual([{ n: 2 }]);
      tx.insertLater("item", [{ id: 2, n: 1 }]);
    });
    expect(packets.map((packet) => packet.split(";\n").length)).toEqual([5, 2]);
  });

  test("a schema that doesn't exist is created by the first migration", async () => {
    const url = new URL(await testDatabaseUrl("schema"));
    await db.select(`drop database \`${url.pathname.slice(1)}\``);
    const fresh = await openDatabase({ name: "fresh", url: url.href, migrations: [tables] });
    atEnd(() => fresh.close());
    expect(await fresh.pendingMigrations()).toEqual(["0001-item"]);
    expect(await fresh.migrate()).toEqual(["0001-item"]);
  });

  test("a session is UTC, strict, READ COMMITTED and counts changed rows", async () => {
    const rows = await db.transaction(async (tx) => {
      expect(await tx.execute("update item set n = n where id = 1")).toBe(0);
      return tx.select("select @@session.time_zone as zone, @@session.sql_mode like '%STRICT_ALL_TABLES%' as strict_mode");
    });
    expect(rows).toEqual([{ zone: "+00:00", strict_mode: 1 }]);
    const before = await db.transaction(async (tx) => {
      await tx.select("select n from item where id = 1");
      await db.transaction((other) => other.execute("update item set n = 77 where id = 1"));
      return tx.select("select n from item where id = 1");
    });
    expect(before).toEqual([{ n: 77 }]);
  });
});
