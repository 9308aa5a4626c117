/** The promises of `Database` and `Tx`, on whichever dialect the suites run. */
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { testDatabase } from "../../test/support/database";
import { atEnd } from "../../test/support/cleanup";
import { DecideAgain, isCheckViolation, isDuplicateKey, isRetriable, isUnavailable } from "./errors";
import { openDatabase, sqliteUrl } from "./open";
import type { Database, Migration, Tx } from "./types";

const tables: Migration = {
  name: "0001-tables",
  async up(tx) {
    const tail = tx.dialect.tableOptions;
    await tx.execute(`create table item (id varchar(64) not null primary key, text longtext, n bigint, check (n >= 0)) ${tail}`);
  },
};

let db: Database;

beforeAll(async () => {
  db = await testDatabase("db", [tables]);
});

beforeEach(() => db.transaction((tx) => tx.execute("delete from item")));

const put = (id: string, n = 0) => db.transaction((tx) => tx.insert("item", [{ id, n }]));
const ids = async () => (await db.select<{ id: string }>("select id from item order by id")).map(({ id }) => id);

describe("a transaction", () => {
  test("counts the rows that were changed", async () => {
    await db.transaction(async (tx) => {
      const rows = [
        { id: "a", n: 1 },
        { id: "b", n: 2 },
        { id: "c", n: 3 },
      ];
      expect(await tx.insert("item", rows)).toBe(3);
      expect(await tx.execute("update item set n = n + 1 where n >= ?", [2])).toBe(2);
      expect(await tx.execute("update item set n = 0 where id = 'none'")).toBe(0);
      expect(await tx.execute("insert into item (id, n) select 'd', n from item where id = 'a'")).toBe(1);
      expect(await tx.execute("delete from item where id in (?)", [["a", "d", "none"]])).toBe(2);
    });
  });

  test("is seen by others when it has committed, and not before", async () => {
    await db.transaction(async (tx) => {
      await tx.insert("item", [{ id: "a" }]);
      expect(await tx.select("select id from item")).toEqual([{ id: "a" }]);
      expect(await ids()).toEqual([]);
    });
    expect(await ids()).toEqual(["a"]);
  });

  test("that throws leaves nothing and rethrows the very error", async () => {
    const error = new Error("no");
    const work = db.transaction(async (tx) => {
      await tx.insert("item", [{ id: "a" }]);
      throw error;
    });
    await expect(work).rejects.toBe(error);
    expect(await ids()).toEqual([]);
  });

  test("can't be used after its end", async () => {
    let leaked: Tx | undefined;
    await db.transaction(async (tx) => void (leaked = tx));
    await expect(leaked?.select("select 1")).rejects.toThrow("has ended");
    await expect(leaked?.execute("delete from item")).rejects.toThrow("has ended");
    await expect(leaked?.insert("item", [{ id: "a" }])).rejects.toThrow("has ended");
    expect(() => leaked?.insertLater("item", [{ id: "a" }])).toThrow("has ended");
    expect(() => leaked?.afterCommit(() => undefined)).toThrow("has ended");
  });

  test("many at once all happen", async () => {
    await put("a");
    await Promise.all(Array.from({ length: 40 }, () => db.transaction((tx) => tx.execute("update item set n = n + 1 where id = 'a'"))));
    expect(await db.select("select n from item")).toEqual([{ n: 40 }]);
  });

  test("is repeated as a whole when it lost a race, and its hooks run once", async () => {
    let tries = 0;
    const committed: number[] = [];
    await db.transaction(async (tx) => {
      const mine = ++tries;
      tx.afterCommit(() => committed.push(mine));
      await tx.insert("item", [{ id: `t${mine}` }]);
      if (mine < 3) throw new DecideAgain("again");
    });
    expect(await ids()).toEqual(["t3"]);
    expect(committed).toEqual([3]);
  });

  test("is repeated at most five times", async () => {
    let tries = 0;
    const work = db.transaction(async () => {
      tries++;
      throw new DecideAgain("for ever");
    });
    await expect(work).rejects.toThrow("for ever");
    expect(tries).toBe(6);
  });

  test("is not repeated for an error of its own", async () => {
    let tries = 0;
    const work = db.transaction(async () => {
      tries++;
      throw new Error("broken");
    });
    await expect(work).rejects.toThrow("broken");
    expect(tries).toBe(1);
  });
});

describe("what nobody waits for", () => {
  test("is done before the next statement, in the order given, and before the commit", async () => {
    await db.transaction(async (tx) => {
      tx.insertLater("item", [{ id: "a", n: 1 }]);
      tx.executeLater("update item set n = n + 1 where id = ?", ["a"]);
      expect(await tx.select("select n from item")).toEqual([{ n: 2 }]);
      tx.insertLater("item", []);
      tx.insertLater("item", [{ id: "b" }]);
    });
    expect(await ids()).toEqual(["a", "b"]);
  });

  test.each([
    ["with the next statement", (tx: Tx) => tx.select("select 1")],
    ["with the commit", async () => undefined],
  ])("fails the transaction when it fails, %s", async (_, next) => {
    await put("a");
    const work = db.transaction(async (tx) => {
      tx.insertLater("item", [{ id: "b" }]);
      tx.insertLater("item", [{ id: "a" }]);
      tx.insertLater("item", [{ id: "c" }]);
      await next(tx);
    });
    expect(isDuplicateKey(await work.catch((e: unknown) => e))).toBe(true);
    expect(await ids()).toEqual(["a"]);
    await put("b"); // the connection is good for the next one
  });

  test.each([
    ["with the next statement", (tx: Tx) => tx.select("select 1")],
    ["with the commit", async () => undefined],
  ])("must change what it says, or all is decided again and nothing was committed, %s", async (_, next) => {
    await put("a", 1);
    let missed = 0;
    const rows = [2, 1];
    await db.transaction(async (tx) => {
      tx.executeLater("update item set n = n + 1 where id = 'a'", [], {
        rows: rows.shift() ?? 0,
        what: "item.n",
        otherwise: () => missed++,
      });
      tx.insertLater("item", [{ id: `t${rows.length}` }]);
      await next(tx);
    });
    expect(missed).toBe(1);
    expect(await db.select("select id, n from item order by id")).toEqual([
      { id: "a", n: 2 },
      { id: "t0", n: null },
    ]);
  });

  test("fails the transaction for good: who catches the error of the statement that it was sent with commits nothing", async () => {
    await put("a");
    const work = db.transaction(async (tx) => {
      tx.insertLater("item", [{ id: "a" }]);
      await tx.select("select 1").catch(() => undefined);
      await tx.insert("item", [{ id: "b" }]).catch(() => undefined);
      tx.insertLater("item", [{ id: "c" }]);
    });
    expect(isDuplicateKey(await work.catch((e: unknown) => e))).toBe(true);
    expect(await ids()).toEqual(["a"]);
  });

  test("is not taken for an insert's own fault: that is sent behind it, alone, and may be caught in place", async () => {
    await put("a");
    const caught: unknown[] = [];
    await db.transaction(async (tx) => {
      tx.insertLater("item", [{ id: "b" }]);
      await tx.insert("item", [{ id: "a" }]).catch((error: unknown) => caught.push(error));
    });
    expect(caught.map(isDuplicateKey)).toEqual([true]);
    const work = db.transaction(async (tx) => {
      tx.insertLater("item", [{ id: "b" }]);
      await tx.insert("item", [{ id: "c" }]).catch(() => Promise.reject(new Error("c is taken")));
    });
    expect(isDuplicateKey(await work.catch((e: unknown) => e))).toBe(true);
    expect(await ids()).toEqual(["a", "b"]);
  });

  test("is the fault of whoever gave a value that can't be stored, not of the commit", async () => {
    const work = db.transaction(async (tx) => {
      await tx.insert("item", [{ id: "a" }]);
      tx.insertLater("item", [{ id: "b", n: Number.NaN }]);
    });
    const error = await work.catch((e: unknown) => e);
    expect([error instanceof RangeError, isUnavailable(error)]).toEqual([true, false]);
    expect(await ids()).toEqual([]);
  });

  test("that never changes what it must fails in the end, and says what", async () => {
    const work = db.transaction(async (tx) => tx.executeLater("delete from item", [], { rows: 3, what: "item" }));
    await expect(work).rejects.toThrow("3 item");
    await expect(work).rejects.toBeInstanceOf(DecideAgain);
  });

  test("keeps a value a value, whatever stands in it", async () => {
    const text = "a'); delete from item; -- \\' \" \0 ? ;\n\u2028";
    await db.transaction(async (tx) => {
      tx.insertLater("item", [{ id: "a", text }]);
      tx.insertLater("item", [{ id: "b", text: "';commit;" }]);
    });
    expect(await db.select("select text from item order by id")).toEqual([{ text }, { text: "';commit;" }]);
  });
});

describe("a snapshot", () => {
  type Item = { id: string; n: number };
  const items = (reader: Pick<Database, "select">) => reader.select<Item>("select id, n from item order by id");

  test("is of one moment, whatever is committed meanwhile, and keeps no writer waiting", async () => {
    await put("a", 1);
    await db.snapshot(async (reader) => {
      const before = await items(reader);
      await db.transaction((tx) => tx.execute("update item set n = 2"));
      await put("b");
      expect(await ids()).toEqual(["a", "b"]);
      expect(await items(reader)).toEqual(before);
    });
    expect(await db.snapshot(items)).toEqual([
      { id: "a", n: 2 },
      { id: "b", n: 0 },
    ]);
  });

  test("sums equal rows under load: every transaction is in it whole or not at all", async () => {
    for (const id of ["a", "b", "c"]) await put(id, 100);
    let over = false;
    const moving = (async () => {
      for (let n = 0; n < 50; n++) {
        const step = (from: string, to: string) => async (tx: Tx) => {
          await tx.execute("update item set n = n - 1 where id = ?", [from]);
          await tx.execute("update item set n = n + 1 where id = ?", [to]);
        };
        await Promise.all([db.transaction(step("a", "b")), db.transaction(step("b", "c"))]);
      }
    })().finally(() => (over = true));
    let looks = 0;
    for (; !over; looks++) {
      const [one, sum] = await db.snapshot(async (reader) => {
        const all = await items(reader);
        await new Promise(setImmediate);
        return [all, await reader.select<{ sum: number }>("select sum(n) as sum from item")] as const;
      });
      expect([one.reduce((total, { n }) => total + n, 0), sum]).toEqual([300, [{ sum: 300 }]]);
    }
    await moving;
    expect(looks).toBeGreaterThan(1);
  });

  test("writes nothing, and can't be used after its end", async () => {
    await put("a", 1);
    let leaked: Pick<Database, "select"> | undefined;
    const write = db.snapshot((reader) => {
      leaked = reader;
      return (reader as Tx).execute("update item set n = 5");
    });
    await expect(write).rejects.toThrow(/read.?only/i);
    await expect(leaked?.select("select 1")).rejects.toThrow("has ended");
    expect(await items(db)).toEqual([{ id: "a", n: 1 }]);
  });

  test("that fails rethrows the very error, and leaves its connection to the next", async () => {
    const error = new Error("no");
    await put("a", 1);
    for (let n = 0; n < 20; n++) {
      const failing = db.snapshot(async (reader) => {
        await items(reader);
        throw error;
      });
      await expect(failing).rejects.toBe(error);
    }
    await Promise.all(Array.from({ length: 20 }, () => db.snapshot(items)));
    await put("b", 2);
    expect(await db.snapshot(items)).toHaveLength(2);
  });
});

describe("errors", () => {
  const failing = async (sql: string, values: string[] = []) => {
    const outcome = await db.transaction((tx) => tx.execute(sql, values)).catch((error: unknown) => error);
    expect(outcome).toBeInstanceOf(Error);
    return outcome as Error & { sql?: string };
  };

  test("tell a taken key from a CHECK, from a missing value, from bad SQL", async () => {
    await put("a");
    const taken = await failing("insert into item (id) values ('a')");
    const check = await failing("insert into item (id, n) values ('b', -1)");
    const missing = await failing("insert into item (id) values (null)");
    const syntax = await failing("insert intoo item");
    expect([taken, check, missing, syntax].map(isDuplicateKey)).toEqual([true, false, false, false]);
    expect([taken, check, missing, syntax].map(isCheckViolation)).toEqual([false, true, false, false]);
    for (const error of [taken, check, missing, syntax]) expect([isRetriable(error), isUnavailable(error)]).toEqual([false, false]);
  });

  test("tell the statement without its values", async () => {
    await put("secret");
    expect((await failing("insert into item (id) values (?)", ["secret"])).sql).toBe("insert into item (id) values (?)");
  });

  test("a connection that can't be had is unavailable, and not tried again here", async () => {
    const away = await openDatabase({ name: "away", url: "mysql://root@127.0.0.1:1/none", migrations: [] });
    atEnd(() => away.close());
    const error = await away.transaction(async () => undefined).catch((e: unknown) => e);
    expect([isUnavailable(error), isRetriable(error)]).toEqual([true, false]);
  });
});

describe("hooks", () => {
  test("before the commit see what was published, as the last statement; after the commit run in order (I7)", async () => {
    const fresh = await testDatabase("hooks", [tables]);
    const seen: string[] = [];
    fresh.beforeCommit(async (tx, published) => {
      seen.push(...published.map(({ topic }) => topic));
      await tx.insert("item", [{ id: `outbox-${published.length}` }]);
    });
    const message = { topic: "t", key: "k", headers: { ce_id: "1" }, payload: "{}" };
    await fresh.transaction(async (tx) => {
      tx.publish(message);
      await tx.insert("item", [{ id: "work" }]);
      tx.afterCommit(() => seen.push("first"));
      tx.afterCommit(() => seen.push("second"));
    });
    expect(seen).toEqual(["t", "first", "second"]);
    expect(await fresh.select("select id from item order by id")).toEqual([{ id: "outbox-1" }, { id: "work" }]);
  });

  test("after the commit don't run when it is rolled back", async () => {
    const ran = jest.fn();
    const work = db.transaction(async (tx) => {
      tx.afterCommit(ran);
      throw new Error("no");
    });
    await expect(work).rejects.toThrow("no");
    expect(ran).not.toHaveBeenCalled();
  });

  test("an event without an outbox fails the transaction rather than get lost (I7)", async () => {
    const work = db.transaction(async (tx) => {
      await tx.insert("item", [{ id: "a" }]);
      tx.publish({ topic: "t", key: "k", headers: { ce_id: "1" }, payload: "{}" });
    });
    await expect(work).rejects.toThrow("no outbox");
    expect(await ids()).toEqual([]);
  });
});

test("the database tells the time in ms", async () => {
  expect(Math.abs((await db.now()) - Date.now())).toBeLessThan(5000);
  expect(Number.isSafeInteger(await db.now())).toBe(true);
});

test.each(["", "sqlite::memory:", "sqlite:relative.sqlite", "postgres://x/y"])("%p is not the URL of a database", async (url) => {
  await expect(openDatabase({ name: "x", url, migrations: [] })).rejects.toThrow("not the URL");
});

test("a SQLite file lies where its path says, whatever characters the path has", async () => {
  const folder = await mkdtemp(join(tmpdir(), "a b#c%20?d'ü-"));
  const path = join(folder, "t.sqlite");
  const db = await openDatabase({ name: "t", url: sqliteUrl(path), migrations: [] });
  atEnd(() => rm(folder, { recursive: true }));
  atEnd(() => db.close());
  await db.migrate();
  expect(await readdir(folder)).toContain("t.sqlite");
});
