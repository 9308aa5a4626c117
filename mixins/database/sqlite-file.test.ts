/** Writers queue, readers see commits, other processes are waited for; all without blocking the event loop. */
import { mkdtempSync, rmSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { SqliteFile } from "./sqlite-file";

let folder: string;
let path: string;
const opened: { close(): void }[] = [];

function open(): SqliteFile {
  const file = new SqliteFile(path);
  opened.push(file);
  return file;
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "sqlite-file-"));
  path = join(folder, "deeper", "t.sqlite");
  const session = await open().begin();
  session.run("create table t (n integer)", []);
  await session.commit();
});

afterEach(() => {
  for (const one of opened.splice(0)) one.close();
  rmSync(folder, { recursive: true });
});

const count = (file: SqliteFile) => file.read("select count(*) as n from t", []).rows;

test("writers of one file take turns in order of arrival, whoever opened it", async () => {
  const [one, two] = [open(), open()];
  const order: number[] = [];
  const write = async (file: SqliteFile, n: number) => {
    const session = await file.begin();
    order.push(n);
    await new Promise(setImmediate);
    session.run("insert into t values (?)", [n]);
    await session.commit();
  };
  await Promise.all([write(one, 1), write(two, 2), write(one, 3), write(two, 4)]);
  expect(order).toEqual([1, 2, 3, 4]);
  expect(count(two)).toEqual([{ n: 4 }]);
});

test("a reader sees the last commit, not what is being written", async () => {
  const file = open();
  const session = await file.begin();
  session.run("insert into t values (1)", []);
  expect(count(file)).toEqual([{ n: 0 }]);
  await session.commit();
  expect(count(file)).toEqual([{ n: 1 }]);
});

test("a reader can't write", () => {
  expect(() => open().read("delete from t", [])).toThrow("readonly");
});

test("a rolled back transaction leaves nothing and lets the next one in", async () => {
  const file = open();
  const session = await file.begin();
  session.run("insert into t values (1)", []);
  await session.rollback();
  const next = await file.begin();
  await next.commit();
  expect(count(file)).toEqual([{ n: 0 }]);
});

test("while another process writes, the event loop goes on and the writer gets its turn after", async () => {
  const other = new DatabaseSync(path);
  opened.push(other);
  other.exec("begin immediate; insert into t values (1)");
  let turns = 0;
  const begun = open().begin();
  while (turns < 50) await new Promise((next) => setImmediate(() => next(turns++)));
  other.exec("commit");
  const session = await begun;
  session.run("insert into t values (2)", []);
  await session.commit();
  expect(turns).toBe(50);
  expect(count(open())).toEqual([{ n: 2 }]);
});

test("a commit is durable before it is told: synchronous is FULL, the journal is a WAL", async () => {
  const session = await open().begin();
  expect(session.run("pragma synchronous", []).rows).toEqual([{ synchronous: 2 }]);
  expect(session.run("pragma journal_mode", []).rows).toEqual([{ journal_mode: "wal" }]);
  await session.rollback();
});

test("a transaction that SQLite itself gave up is rolled back, and the next one begins afresh", async () => {
  const file = open();
  const session = await file.begin();
  session.run("insert into t values (1)", []);
  session.run("rollback", []);
  await expect(session.commit()).rejects.toThrow("no transaction is active");
  const next = await file.begin();
  next.run("insert into t values (2)", []);
  await next.commit();
  expect(file.read("select n from t", []).rows).toEqual([{ n: 2 }]);
});

test("a commit that need not wait for the disk is seen by everybody, and the next one waits again", async () => {
  const file = open();
  const relaxed = await file.begin(false);
  relaxed.run("insert into t values (1)", []);
  expect(relaxed.run("pragma synchronous", []).rows).toEqual([{ synchronous: 1 }]);
  await relaxed.commit();
  expect(count(open())).toEqual([{ n: 1 }]);
  const strict = await file.begin();
  expect(strict.run("pragma synchronous", []).rows).toEqual([{ synchronous: 2 }]);
  await strict.rollback();
});
