import { type Database, openDatabase } from "../../mixins/database";
import { createBarrierTable } from "../../mixins/participant";
import { createSagaTables } from "../../mixins/saga";
import { atEnd } from "../../test/support/cleanup";
import { testDatabaseUrl } from "../../test/support/database";
import { participants } from "./five-steps";
import { recount } from "./oracle";

const urls: Record<string, string> = {};
const at = new Map<string, Database>();

beforeAll(async () => {
  for (const name of ["host", ...participants]) {
    urls[name] = await testDatabaseUrl(name);
    const up = name === "host" ? createSagaTables : createBarrierTable;
    const db = await openDatabase({ name, url: urls[name], migrations: [{ name: "0001", up }] });
    atEnd(() => db.close());
    await db.migrate();
    at.set(name, db);
  }
});

const run = (name: string, sql: string) => at.get(name)!.transaction((tx) => tx.execute(sql));

beforeEach(async () => {
  for (const name of at.keys()) await run(name, `delete from ${name === "host" ? "saga_instance" : "saga_barrier"}`);
  await saga("good", 4);
  await saga("bad", 5);
  for (const name of participants) {
    await barrier(name, "good", 3);
    await barrier(name, "bad", name === "fifth" ? 4 : 5);
  }
});

const saga = (id: string, state: number) =>
  run(
    "host",
    `insert into saga_instance (type, business_key, version, state, epoch, deadline_at, recoveries, releases, input, created_at, updated_at)
     values ('five-steps', '${id}', 1, ${state}, 1, 0, 0, 0, '{}', 0, 0)`,
  );

const barrier = (name: string, id: string, state: number) =>
  run(
    name,
    `insert into saga_barrier (saga, id, step, state, tries, created_at, updated_at) values ('five-steps', '${id}', '${name}', ${state}, 1, 0, 0)`,
  );

const told = { completed: 1, compensated: 1 };

test("sagas that ended as clients were told, with steps done (I1) or undone (I2), are right", async () => {
  expect(await recount(urls, told)).toEqual([]);
});

test("a saga that is not at its end, or of which nobody was told, is wrong", async () => {
  await run("host", "update saga_instance set state = 1 where business_key = 'good'");
  expect(await recount(urls, told)).toContain("sagas COMPLETED: 0 instead of 1");
  expect(await recount(urls, { ...told, completed: 0 })).toContain("sagas in all: 2 instead of 1");
});

test.each([
  ["a step that was not undone", "second", "update saga_barrier set state = 3 where id = 'bad'", /^second of bad: barrier 3 instead of 5$/],
  ["a step that was not done", "fifth", "update saga_barrier set state = 6 where id = 'good'", /^fifth of good: barrier 6 instead of 3$/],
  ["a step that is missing", "third", "delete from saga_barrier where id = 'good'", /^third knows 1 steps of 2 sagas$/],
  ["a step of no saga", "first", "update saga_barrier set id = 'else' where id = 'bad'", /^first of else: barrier 5 instead of undefined$/],
])("%s is wrong", async (_what, name, sql, complaint) => {
  await run(name, sql);
  expect(await recount(urls, told)).toEqual([expect.stringMatching(complaint)]);
});
