/** Sagas that ended long ago are removed, and nothing else is. */
import { ServiceBroker } from "moleculer";

import { atEnd } from "../../test/support/cleanup";
import { testDatabase, testDatabaseUrl } from "../../test/support/database";
import { waitFor } from "../../test/support/wait";
import { databaseMixin, openDatabase, type Database, type DatabaseVars } from "../database";
import { wallTime } from "../waiting";
import { sagaMixin } from "./index";
import { removeEnded, selectEnded } from "./retention";
import { createSagaRetentionIndex, isEnded, stateCode, unowned } from "./tables";
import { hostTables } from "./trips.fixture";
import type { SagaState } from "./types";

interface Row {
  id: string;
  state?: SagaState;
  /** `updated_at`. */
  at: number;
}

async function write(db: Database, rows: readonly Row[]): Promise<void> {
  await db.transaction(async (tx) => {
    await tx.insert(
      "saga_instance",
      rows.map(({ id, state = "COMPLETED", at }) => ({
        ...{ type: "trip", business_key: id, version: 1, state: stateCode[state], owner: isEnded(state) ? null : unowned, epoch: 1 },
        ...{ deadline_at: at, recoveries: 0, releases: 0, input: "{}", created_at: at, updated_at: at },
      })),
    );
    const key = rows.map(({ id }) => ({ type: "trip", business_key: id }));
    const entry = { epoch: 1, seq: 0, step: "*", phase: 0, outcome: 1, attempt: 1, ms: 1, detail: "[]", at: 1 };
    await tx.insert(
      "saga_step",
      key.map((one) => ({ ...one, ...entry })),
    );
    await tx.insert(
      "saga_signal",
      key.map((one) => ({ ...one, name: "go", payload: "1", at: 1 })),
    );
    await tx.insert(
      "saga_audit",
      key.map((one) => ({ ...one, action: "retry", who: "kim", why: "so", state_before: "PARKED", at: 1 })),
    );
  });
}

const tables = ["saga_instance", "saga_step", "saga_signal", "saga_audit"] as const;

/** The keys that each table still has. */
async function left(db: Database): Promise<Record<string, string>> {
  const rows = await Promise.all(
    tables.map((table) => db.select<{ k: string }>(`select business_key as k from ${table} order by business_key`)),
  );
  return Object.fromEntries(tables.map((table, at) => [table, (rows[at] ?? []).map(({ k }) => k).join("")]));
}

test("the oldest first, so many at a time, with their trails and signals; what operators did stays", async () => {
  const db = await testDatabase("trips", [hostTables]);
  await write(db, [
    ...[
      { id: "a", at: 30 },
      { id: "b", at: 10, state: "COMPENSATED" as const },
      { id: "c", at: 20 },
      { id: "d", at: 31 },
    ],
    ...(["RUNNING", "WAITING", "COMPENSATING", "PARKED"] as const).map((state, n) => ({ id: "wxyz"[n]!, at: 1, state })),
  ]);
  expect(await removeEnded(db, 30, 2)).toBe(2);
  const some = "adwxyz";
  expect(await left(db)).toEqual({ saga_instance: some, saga_step: some, saga_signal: some, saga_audit: "abcdwxyz" });
  expect(await removeEnded(db, 30, 2)).toBe(1);
  expect(await removeEnded(db, 30, 2)).toBe(0);
  const rest = "dwxyz";
  expect(await left(db)).toEqual({ saga_instance: rest, saga_step: rest, saga_signal: rest, saga_audit: "abcdwxyz" });
});

test("two nodes that clean up at once remove each saga once", async () => {
  const db = await testDatabase("trips", [hostTables]);
  await write(
    db,
    Array.from({ length: 30 }, (_, n) => ({ id: `t${n}`, at: n })),
  );
  const removed = await Promise.all([removeEnded(db, 100, 30), removeEnded(db, 100, 30), removeEnded(db, 100, 30)]);
  expect(removed.reduce((sum, n) => sum + n, 0)).toBe(30);
});

test("they are found without reading the others", async () => {
  const db = await testDatabase("trips", [hostTables]);
  await write(
    db,
    Array.from({ length: 2000 }, (_, n) => ({ id: `t${n}`, at: n, ...(n % 20 === 0 && { state: "PARKED" as const }) })),
  );
  await db.transaction(createSagaRetentionIndex);
  const mysql = db.dialect.name === "mysql";
  if (mysql) await db.select("analyze table saga_instance");
  expect(await planOf(db, selectEnded, [50, 10])).toMatch(
    mysql
      ? /^saga_instance_owner_updated_at Using where; Using index$/
      : /^SEARCH saga_instance USING INDEX saga_instance_owner_updated_at \(owner=\? AND updated_at<\?\)$/,
  );
  const before = mysql ? "show index from saga_instance where key_name = ?" : "select 1 from sqlite_master where name = ?";
  expect(await db.select(before, ["saga_instance_owner"])).toEqual([]);
});

/** The index and what is done with it. */
async function planOf(db: Database, query: string, values: readonly number[]): Promise<string> {
  const explain = db.dialect.name === "mysql" ? "explain" : "explain query plan";
  const [plan, ...more] = await db.select<{ key?: string; Extra?: string; detail?: string }>(`${explain} ${query}`, values);
  expect(more).toEqual([]);
  return plan?.detail ?? `${plan?.key} ${plan?.Extra}`;
}

test("a service that hosts sagas cleans up by itself", async () => {
  const url = await testDatabaseUrl("trips");
  const db = await openDatabase({ name: "trips", url, migrations: [hostTables] });
  await db.migrate();
  await write(db, [
    { id: "a", at: 1 },
    { id: "b", at: 2 },
  ]);
  await db.close();
  const broker = new ServiceBroker({ logger: false });
  atEnd(() => broker.stop());
  const host = broker.createService({
    name: "trips",
    mixins: [
      databaseMixin({ name: "trips", url: () => url, migrations: [hostTables], migrateAtStart: () => true }),
      sagaMixin({ sagas: [], claimAtOnce: () => true, keepEndedMs: 1000, time: { ...wallTime, now: () => 1001 } }),
    ],
  }) as unknown as DatabaseVars;
  await broker.start();
  await waitFor(async () => (await left(host.db)).saga_instance === "b", { what: "the old saga to go" });
});
