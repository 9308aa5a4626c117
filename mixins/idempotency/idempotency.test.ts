import { ServiceBroker } from "moleculer";

import { atEnd } from "../../test/support/cleanup";
import { testDatabase, testDatabaseUrl, testDialect } from "../../test/support/database";
import { waitFor } from "../../test/support/wait";
import { databaseMixin, openDatabase, type Database, type DatabaseVars, type Migration, type Tx } from "../database";
import { createGroupCommit, type GroupHandler } from "../group-commit";
import { done, refused, type Outcome } from "../outcome";
import {
  createIdempotencyTable,
  IDEMPOTENCY_KEY_REUSED,
  idempotencyMixin,
  idempotent,
  type IdempotencyKey,
  type IdempotentOptions,
} from ".";

const tables: Migration = {
  name: "0001-tables",
  async up(tx) {
    await tx.execute(`create table if not exists account (id varchar(64) primary key, balance bigint not null) ${tx.dialect.tableOptions}`);
    await createIdempotencyTable(tx);
  },
};

interface Deposit {
  account: string;
  amount: number;
  key?: IdempotencyKey;
}

/** Adds to an account; more than 100 at once is refused. `ran` tells what the handler was given. */
function deposits(ran: number[] = []): GroupHandler<Deposit, number> {
  return {
    name: "deposit",
    async run(calls: readonly Deposit[], tx: Tx): Promise<Outcome<number>[]> {
      const outcomes: Outcome<number>[] = [];
      for (const { account, amount } of calls) {
        ran.push(amount);
        if (amount < 0) throw new Error("negative");
        if (amount > 100) outcomes.push(refused("TOO_MUCH", "more than 100", { amount }));
        else {
          await tx.execute("update account set balance = balance + ? where id = ?", [amount, account]);
          outcomes.push(done(amount));
        }
      }
      return outcomes;
    },
  };
}

const keyed = (key: string, more: Partial<IdempotencyKey> = {}): IdempotencyKey => ({
  userId: "u",
  route: "POST /x",
  key,
  bodyHash: "h",
  ...more,
});
const deposit = (amount: number, key?: IdempotencyKey): Deposit => ({ account: "a", amount, key });
const balance = async (db: Database) => (await db.select<{ balance: number }>("select balance from account where id = 'a'"))[0]?.balance;
const keysOf = async (db: Database) => (await db.select<{ n: number }>("select count(*) as n from idempotency_key"))[0]?.n;

async function set(options: Partial<IdempotentOptions<Deposit>> = {}) {
  const ran: number[] = [];
  const statements: string[] = [];
  const url = await testDatabaseUrl("keys");
  const db = await openDatabase({ name: "keys", url, migrations: [tables], logger: (sql) => statements.push(sql) });
  atEnd(() => db.close());
  await db.migrate();
  await db.transaction((tx) => tx.insert("account", [{ id: "a", balance: 0 }]));
  const group = createGroupCommit(db);
  const handler = idempotent(deposits(ran), { keyOf: (call) => call.key, ...options });
  const submit = (call: Deposit) => group.submit(handler, call);
  return { db, url, ran, statements, submit };
}

test("a repeated call gets the first answer, marked, and has no second effect (I1)", async () => {
  const { db, ran, submit } = await set();
  expect(await submit(deposit(5, keyed("k")))).toEqual(done(5));
  expect(await submit(deposit(5, keyed("k")))).toEqual({ ...done(5), replayed: true });
  expect(await submit(deposit(7))).toEqual(done(7));
  expect(await balance(db)).toBe(12);
  expect(ran).toEqual([5, 7]);
});

test("a refusal is remembered like a result", async () => {
  const { ran, submit } = await set();
  const first = await submit(deposit(500, keyed("k")));
  expect(await submit(deposit(500, keyed("k")))).toEqual({ ...first, replayed: true });
  expect(ran).toEqual([500]);
});

test("an outcome that isn't to be remembered is decided anew", async () => {
  const { ran, submit } = await set({ remembers: (outcome) => outcome.ok });
  await submit(deposit(500, keyed("k")));
  expect(await submit(deposit(500, keyed("k")))).toEqual(refused("TOO_MUCH", "more than 100", { amount: 500 }));
  expect(ran).toEqual([500, 500]);
});

// To be mended: of calls in one group that share a key the later ones get an answer that nobody remembers.
test("an outcome that isn't to be remembered is decided anew, in the same group too", async () => {
  const { db, submit } = await set({ remembers: (outcome) => outcome.ok });
  const calls = [deposit(500, keyed("k")), deposit(500, keyed("k")), deposit(5, keyed("k", { bodyHash: "other" }))];
  const tooMuch = refused("TOO_MUCH", "more than 100", { amount: 500 });
  expect(await Promise.all(calls.map(submit))).toEqual([tooMuch, tooMuch, done(5)]);
  expect(await balance(db)).toBe(5);
});

test("a key that comes with another body is refused, in the same group too", async () => {
  const { db, submit } = await set();
  const outcomes = await Promise.all([submit(deposit(5, keyed("k"))), submit(deposit(6, keyed("k", { bodyHash: "other" })))]);
  expect(outcomes).toEqual([done(5), refused(IDEMPOTENCY_KEY_REUSED)]);
  expect(await submit(deposit(6, keyed("k", { bodyHash: "other" })))).toEqual(refused(IDEMPOTENCY_KEY_REUSED));
  expect(await balance(db)).toBe(5);
});

test("of calls in one group with one key the first works and the others get its answer (I1)", async () => {
  const { db, ran, submit } = await set();
  const outcomes = await Promise.all([5, 5, 5].map((amount) => submit(deposit(amount, keyed("k")))));
  expect(outcomes).toEqual([done(5), { ...done(5), replayed: true }, { ...done(5), replayed: true }]);
  expect([await balance(db), ran]).toEqual([5, [5]]);
});

test.each([
  ["case", keyed("Key"), keyed("key")],
  ["a trailing space", keyed("key"), keyed("key ")],
  ["the user", keyed("key", { userId: "u1" }), keyed("key", { userId: "u2" })],
  ["the route", keyed("key", { route: "POST /a" }), keyed("key", { route: "POST /b" })],
  ["where one part ends and the next begins", keyed("c", { route: "ab" }), keyed("bc", { route: "a" })],
])("keys that differ in %s are different", async (_what, one, other) => {
  const { db, submit } = await set();
  await submit(deposit(1, one));
  expect(await submit(deposit(2, other))).toEqual(done(2));
  expect(await balance(db)).toBe(3);
});

test("a call that fails leaves no key behind and can be made again; its neighbours are remembered", async () => {
  const { db, submit } = await set();
  const results = await Promise.allSettled([
    submit(deposit(5, keyed("a"))),
    submit(deposit(-1, keyed("b"))),
    submit(deposit(7, keyed("c"))),
  ]);
  expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
  expect(await keysOf(db)).toBe(2);
  expect(await submit(deposit(3, keyed("b")))).toEqual(done(3));
  expect(await submit(deposit(7, keyed("c")))).toMatchObject({ replayed: true });
  expect(await balance(db)).toBe(15);
});

test("a group costs one look-up and one insert, whatever its size; one of duplicates alone only the look-up", async () => {
  const { statements, submit } = await set();
  const calls = Array.from({ length: 20 }, (_, n) => deposit(500, keyed(`k${n}`)));
  statements.length = 0;
  await Promise.all(calls.map(submit));
  await Promise.all(calls.map(submit));
  const about = statements.filter((sql) => sql.includes("idempotency_key")).map((sql) => sql.split(" ", 1)[0]);
  expect(about).toEqual(["select", "insert", "select"]);
});

test("an answer is repeated until it is too old, then the key is free", async () => {
  let now = 1_000_000;
  const { db, submit } = await set({ clock: () => now, keepMs: 1000 });
  await submit(deposit(5, keyed("k")));
  now += 999;
  expect(await submit(deposit(5, keyed("k")))).toMatchObject({ replayed: true });
  now += 1;
  expect(await submit(deposit(6, keyed("k", { bodyHash: "new" })))).toEqual(done(6));
  expect(await submit(deposit(6, keyed("k", { bodyHash: "new" })))).toMatchObject({ replayed: true });
  expect([await balance(db), await keysOf(db)]).toEqual([11, 1]);
});

test("a service with the mixin removes its old keys when it starts", async () => {
  const url = await testDatabaseUrl("cleanup");
  const broker = new ServiceBroker({ logger: false });
  const database = databaseMixin({ name: "k", url: () => url, migrations: [tables], migrateAtStart: () => true });
  const before = await openDatabase({ name: "k", url, migrations: [tables] });
  await before.migrate();
  const row = (id: string, at: number) => ({ id, user_id: "u", body_hash: "h", answer: "{}", created_at: at });
  await before.transaction((tx) =>
    tx.insert("idempotency_key", [...Array(5).keys()].map((n) => row(`old${n}`, n)).concat(row("new", 5000))),
  );
  await before.close();
  const mixin = idempotencyMixin({ keepMs: 1000, clock: () => 5500, batch: 2 });
  const service = broker.createService({ name: "k", mixins: [database, mixin] }) as unknown as DatabaseVars;
  atEnd(() => broker.stop());
  await broker.start();
  await waitFor(async () => (await keysOf(service.db)) === 1, { what: "the old keys to go" });
  expect(await service.db.select("select id from idempotency_key")).toEqual([{ id: "new" }]);
});

test("two nodes that get the same keys at once have one effect for each (I1)", async () => {
  const { db, url, submit } = await set();
  const other = await openDatabase({ name: "keys", url, migrations: [tables] });
  atEnd(() => other.close());
  const otherGroup = createGroupCommit(other);
  const otherHandler = idempotent(deposits(), { keyOf: (call: Deposit) => call.key });
  for (let round = 0; round < 10; round++) {
    const calls = Array.from({ length: 12 }, (_, n) => deposit(1, keyed(`r${round}-${n}`)));
    const reversed = calls.toReversed();
    const [here, there] = await Promise.all([
      Promise.all(calls.map(submit)),
      Promise.all(reversed.map((call) => otherGroup.submit(otherHandler, call))),
    ]);
    const fresh = [...here, ...there].filter((outcome) => !outcome.replayed);
    expect(fresh).toHaveLength(12);
  }
  expect([await balance(db), await keysOf(db)]).toEqual([120, 120]);
});

(testDialect === "mysql" ? test : test.skip)("a key that another node answers during the work makes the group decide again", async () => {
  const { db, url, ran, submit } = await set();
  const other = await openDatabase({ name: "keys", url, migrations: [tables] });
  atEnd(() => other.close());
  const key = keyed("k");
  const elsewhere = idempotent(deposits(), { keyOf: (call: Deposit) => call.key });
  let raced = false;
  const racing: GroupHandler<Deposit, number> = {
    name: "racing",
    async run(calls) {
      ran.push(...calls.map(({ amount }) => amount));
      if (!raced) {
        raced = true;
        await createGroupCommit(other).submit(elsewhere, deposit(5, key));
      }
      return calls.map(({ amount }) => done(amount));
    },
  };
  const outcome = await createGroupCommit(db).submit(idempotent(racing, { keyOf: (call: Deposit) => call.key }), deposit(5, key));
  expect(outcome).toEqual({ ...done(5), replayed: true });
  expect(ran).toEqual([5]);
  expect(await submit(deposit(5, key))).toMatchObject({ replayed: true });
});

test("without keys nothing is looked up", async () => {
  const db = await testDatabase("nokeys", [
    { name: "1", up: async (tx) => void (await tx.execute("create table account (id varchar(64), balance bigint)")) },
  ]);
  const handler = idempotent(deposits(), { keyOf: (call: Deposit) => call.key });
  expect(await createGroupCommit(db).submit(handler, deposit(5))).toEqual(done(5));
});
