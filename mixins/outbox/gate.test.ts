import { atEnd } from "../../test/support/cleanup";
import { testDatabase } from "../../test/support/database";
import { waitFor } from "../../test/support/wait";
import type { Database } from "../database";
import { Gate } from "./gate";
import { OutboxStore } from "./store";
import { createOutboxTables } from "./tables";

const table = "test_outbox_event";
let db: Database;
let store: OutboxStore;
let told: string[];
const log = {
  info: (text: string) => void told.push(text),
  warn: (text: string) => void told.push(text),
  error: (text: string) => void told.push(text),
};

beforeEach(async () => {
  told = [];
  db = await testDatabase("outbox", [{ name: "0001-outbox", up: (tx) => createOutboxTables(tx, table) }]);
  store = new OutboxStore(db, table, Date.now);
});

let number = 0;
const write = (count: number, key = "k") =>
  db.transaction(async (tx) =>
    store.write(
      tx,
      Array.from({ length: count }, () => ({ topic: "test.v1", key, headers: { ce_id: `e${number++}` }, payload: "{}" })),
    ),
  );
const run = (sql: string) => db.transaction((tx) => tx.execute(sql));

async function open(most: number, of: Pick<OutboxStore, "hasMoreThan"> = store): Promise<Gate> {
  const gate = new Gate(of, most, 5, log);
  atEnd(() => gate.stop());
  await gate.start();
  return gate;
}

test("back-pressure: full above its bound and not at it, from the start; told once each way", async () => {
  await write(3);
  const gate = await open(3);
  expect([gate.full, (await open(2)).full]).toEqual([false, true]);
  told = [];
  await write(1);
  await waitFor(() => gate.full, { what: "the outbox to be full" });
  expect(told).toEqual([expect.stringMatching(/^ALERT: more than 3 events wait/)]);
  await run(`delete from ${table}`);
  await waitFor(() => !gate.full, { what: "the outbox to be free again" });
  expect(told.filter((text) => text.startsWith("no more than 3 "))).toHaveLength(1);
});

test("back-pressure: what is parked, and what was sent out of the middle, doesn't count", async () => {
  await write(6);
  await run(`update ${table} set status = 1 where id in (select id from (select id from ${table} order by id limit 2) as some)`);
  expect([await store.hasMoreThan(4), await store.hasMoreThan(3)]).toEqual([false, true]);
  await write(1, "other");
  await run(
    `delete from ${table} where status = 0 and msg_key = 'k' and id > (select least from (select min(id) + 2 as least from ${table}) as first)`,
  );
  expect([await store.hasMoreThan(2), await store.hasMoreThan(1)]).toEqual([false, true]);
  await run(`delete from ${table}`);
  expect(await store.hasMoreThan(0)).toBe(false);
});

test("without a bound nothing is looked at", async () => {
  const hasMoreThan = jest.fn();
  expect((await open(0, { hasMoreThan })).full).toBe(false);
  expect(hasMoreThan).not.toHaveBeenCalled();
});

test("while the database is away the last look counts", async () => {
  let away = false;
  let looks = 0;
  const gate = await open(1, {
    async hasMoreThan() {
      looks++;
      if (away) throw new Error("away");
      return true;
    },
  });
  away = true;
  const before = looks;
  await waitFor(() => looks > before + 3, { what: "some looks" });
  expect(gate.full).toBe(true);
  expect(told.filter((text) => text.includes("can't be measured"))).toHaveLength(1);
});
