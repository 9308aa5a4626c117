/** A read model is built anew beside the one in use, whoever dies when. */
import { spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";

import { atEnd, temporaryFolder } from "../../test/support/cleanup";
import { testDatabaseUrl, testDialect } from "../../test/support/database";
import { waitFor } from "../../test/support/wait";
import { createEmbeddedBus, type EmbeddedBus } from "../event-bus";
import { deferred, pause } from "../waiting";
import { type Reader, type ReaderOptions, startReader, topic } from "./reader.fixture";

jest.setTimeout(120_000);

let url: string;
let file: string;
let bus: EmbeddedBus;
let now = Date.now();

beforeEach(async () => {
  url = await testDatabaseUrl("reader");
  file = join(await temporaryFolder("bus-"), "bus.sqlite");
  const own = createEmbeddedBus({ file, partitions: 3, retentionMs: 1_000, clock: () => now });
  await own.start();
  atEnd(() => own.stop());
  bus = own;
});

async function reader(options: Partial<ReaderOptions> = {}): Promise<Reader> {
  const started = await startReader({ url, bus, ...options });
  atEnd(() => started.stop());
  return started;
}

const ids = (count: number, name = "e") => Array.from({ length: count }, (_, n) => `${name}${String(n).padStart(4, "0")}`);

/** What is beside the database, and was to be removed. */
async function leftBeside(one: Reader): Promise<string[]> {
  if (testDialect === "sqlite") return readdirSync(dirname(url.slice(7))).filter((name) => name.includes(".rebuild-"));
  const schema = basename(new URL(url).pathname);
  const rows = await one.db.select<{ name: string }>("select schema_name as name from information_schema.schemata");
  return rows.map(({ name }) => name).filter((name) => name.startsWith(`${schema}_rebuild_`));
}

async function groupsOf(topicName: string): Promise<string[]> {
  const { DatabaseSync } = await import("node:sqlite");
  const read = new DatabaseSync(file, { readOnly: true });
  try {
    const rows = read.prepare("select distinct consumer from bus_consumer where topic = ?").all(topicName);
    return rows.map(({ consumer }) => String(consumer));
  } finally {
    read.close();
  }
}

test("what the tables have lost or made up is gone afterwards, and nothing is left beside", async () => {
  const one = await reader();
  one.consumer.start();
  await one.publish(ids(300));
  await one.consumer.settled();
  await one.db.transaction(async (tx) => {
    await tx.execute("delete from fact where id < 'e0100'");
    await tx.insert("fact", [{ id: "made up" }]);
  });
  expect(await one.rebuilds.begin()).toMatchObject({ begun: true, status: { state: "BUILDING", source: "TOPICS" } });
  expect(await one.ended()).toMatchObject({ state: "DONE", done: 300, total: 300, skipped: 0 });
  expect(await one.facts()).toEqual(ids(300));
  expect(await leftBeside(one)).toEqual([]);
  expect(await groupsOf(topic)).toEqual(["reader"]);
});

test("I7: what comes while it is built is applied once, and the consumer goes on in the new tables", async () => {
  const one = await reader();
  one.consumer.start();
  await one.publish(ids(200, "a"));
  await one.rebuilds.begin();
  for (let n = 0; (await one.rebuilds.status())?.state !== "DONE"; n++) {
    await one.publish(ids(7, `b${n}-`));
    await pause(5); // who publishes faster than anybody can apply is never caught up with
  }
  await one.publish(ids(50, "c"));
  await one.consumer.settled();
  const facts = await one.facts();
  expect(new Set(facts).size).toBe(facts.length);
  expect(facts).toHaveLength((await bus.progress("reader", [topic])).reduce((sum, { next }) => sum + next, 0));
});

test("a second one is refused while the first is not at its end, on another node too", async () => {
  const hold = deferred();
  const one = await reader({ fromOwners: () => hold.promise });
  await one.rebuilds.begin("OWNERS");
  const other = await reader({ exclusive: false });
  expect(await other.rebuilds.begin()).toMatchObject({ begun: false, status: { state: "BUILDING", source: "OWNERS" } });
  hold.resolve();
  await one.ended();
  expect(await other.rebuilds.begin()).toMatchObject({ begun: true });
  expect(await other.ended()).toMatchObject({ state: "DONE" });
});

test("a beginning that retention has removed is read from the owners", async () => {
  const asked: string[] = [];
  const one = await reader({
    async fromOwners({ db, wrote }) {
      asked.push("owners");
      await db.transaction((tx) =>
        tx.insert(
          "fact",
          ids(100, "old").map((id) => ({ id })),
        ),
      );
      wrote(100);
    },
  });
  one.consumer.start();
  await one.publish(ids(100, "old"));
  await one.consumer.settled();
  now += 10_000;
  await bus.cleanUp();
  await one.publish(ids(20, "new"));
  await one.rebuilds.begin();
  expect(await one.ended()).toMatchObject({ state: "DONE", source: "OWNERS", done: 20, total: 20 });
  expect(asked).toEqual(["owners"]);
  expect(await one.facts()).toEqual([...ids(20, "new"), ...ids(100, "old")]);
});

test("without owners to ask it fails, and the tables in use stay as they were", async () => {
  const one = await reader();
  one.consumer.start();
  await one.publish(ids(10));
  await one.consumer.settled();
  now += 10_000;
  await bus.cleanUp();
  await one.rebuilds.begin();
  expect(await one.ended()).toMatchObject({ state: "FAILED", error: expect.stringContaining("beginning of its topics is gone") });
  expect(await one.facts()).toEqual(ids(10));
  expect(await leftBeside(one)).toEqual([]);
});

test("what can't be applied is left out and counted; it is no new dead letter", async () => {
  const one = await reader();
  one.consumer.start();
  await one.publish([...ids(20), "poison"]);
  await one.consumer.settled();
  const dead = async () => (await bus.progress("x", [`${topic}.reader.dlq`])).reduce((sum, { next }) => sum + next, 0);
  const before = await dead();
  await one.rebuilds.begin();
  expect(await one.ended()).toMatchObject({ state: "DONE", skipped: 1 });
  expect(await dead()).toBe(before);
  expect(await one.facts()).toEqual(ids(20));
});

test("a node that stops before the switch leaves nothing behind", async () => {
  const building = deferred();
  const one = await startReader({
    url,
    bus,
    fromOwners: ({ signal }) =>
      new Promise((_, reject) => {
        building.resolve();
        signal.addEventListener("abort", () => reject(new Error("given up")));
      }),
  });
  await one.rebuilds.begin("OWNERS");
  await building.promise;
  await one.stop();
  const other = await reader();
  expect(await other.rebuilds.status()).toMatchObject({ state: "FAILED" });
  expect(await leftBeside(other)).toEqual([]);
});

test("I7: kill -9 at every moment: the next start ends it, and each event is applied once", async () => {
  await bus.stop();
  const seen = new Set<string>();
  for (let nth = 1; ; nth += 3) {
    const code = await dieAt(nth);
    const again = createEmbeddedBus({ file, partitions: 3 });
    await again.start();
    const one = await startReader({ url, bus: again });
    seen.add((await one.rebuilds.status())?.state ?? "none");
    one.consumer.start();
    if (!(await one.rebuilds.status())) await one.rebuilds.begin();
    one.rebuilds.start();
    await one.ended(true);
    await one.consumer.settled();
    const facts = await one.facts();
    const told = (await again.progress("reader", [topic])).reduce((sum, { next }) => sum + next, 0);
    expect(new Set(facts).size).toBe(facts.length);
    expect(facts).toHaveLength(told);
    expect(await leftBeside(one)).toEqual([]);
    expect(await groupsOf(topic)).toEqual(["reader"]);
    await one.stop();
    await again.stop();
    if (code === 0) break;
    expect(nth).toBeLessThan(200);
  }
  expect([...seen].sort()).toEqual(expect.arrayContaining(["BUILDING", "CATCHING_UP", "DONE"]));
});

async function dieAt(nth: number): Promise<number | null> {
  const fixture = join(__dirname, "dies.fixture.ts");
  const child = spawn(process.execPath, ["--import", "tsx", fixture, url, file, String(nth)], { stdio: "inherit" });
  let ended: number | null | undefined;
  child.once("exit", (code) => (ended = code));
  await waitFor(() => ended !== undefined, { what: "the process to die", timeoutMs: 60_000 });
  return ended ?? null;
}
