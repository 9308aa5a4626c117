import { atEnd } from "../../test/support/cleanup";
import { testDatabase, testDialect } from "../../test/support/database";
import { waitFor } from "../../test/support/wait";
import type { Database, OutgoingMessage, Tx } from "../database";
import { deferred } from "../waiting";
import { FakeBus } from "./fake-bus.fixture";
import { Relay, type RelayOptions } from "./relay";
import { OutboxStore } from "./store";
import { addOutboxOperations, buckets, createOutboxTables } from "./tables";

const table = "test_outbox_event";
const quick = {
  batch: 500,
  leaseMs: 60_000,
  heartbeatMs: 10,
  pollMs: { base: 1, cap: 5 },
  lingerMs: { base: 1, cap: 1 },
  retryMs: { base: 1, cap: 5 },
  maxAttempts: 3,
};

let db: Database;
let store: OutboxStore;
let relays: Relay[];
let alerts: string[];
let number = 0;

beforeAll(async () => {
  db = await testDatabase("outbox", [
    { name: "0001-outbox", up: (tx) => createOutboxTables(tx, table) },
    { name: "0002-operations", up: (tx) => addOutboxOperations(tx, table) },
  ]);
  store = new OutboxStore(db, table, Date.now);
  db.beforeCommit(async (tx, published) => store.write(tx, published));
  atEnd(() => stopAll());
});
beforeEach(() => {
  relays = [];
  alerts = [];
});
afterEach(async () => {
  await stopAll();
  await db.transaction((tx) => tx.execute(`delete from ${table}`));
});

const stopAll = () => Promise.all(relays.splice(0).map((relay) => relay.stop()));

function startRelay(bus: FakeBus, options: Partial<RelayOptions> = {}): Relay {
  const log = { info: () => undefined, warn: () => undefined, error: (message: string) => void alerts.push(message) };
  const relay = new Relay(db, store, bus, { ...quick, exclusive: true, topics: [], ...options }, log);
  relays.push(relay);
  relay.start();
  return relay;
}

const event = (key: string, payload: string | number): OutgoingMessage => ({
  topic: "test.v1",
  key,
  headers: { ce_id: `e${number++}` },
  payload: String(payload),
});
const publish = (...events: OutgoingMessage[]) => db.transaction(async (tx) => events.forEach((one) => tx.publish(one)));
const sentAll = () => waitFor(async () => (await store.lag()).waiting === 0, { what: "an empty outbox" });
const owners = async () => {
  const rows = await db.select<{ owner: string | null; n: number }>("select owner, count(*) as n from outbox_bucket group by owner");
  return new Map(rows.map(({ owner, n }) => [owner, n]));
};

test("I7: what is committed is sent and then leaves the table; what is rolled back is not", async () => {
  const bus = new FakeBus();
  startRelay(bus);
  const undone = db.transaction(async (tx) => {
    tx.publish(event("k", "undone"));
    throw new Error("rolled back");
  });
  await expect(undone).rejects.toThrow("rolled back");
  const sent = event("k", "done 東京 ?");
  await publish(sent);
  await sentAll();
  expect(bus.taken).toEqual([sent]);
  expect(await store.lag()).toEqual({ waiting: 0, oldestMs: 0, parked: 0 });
});

test("an event without an id is refused with its transaction", async () => {
  await expect(publish({ ...event("k", 1), headers: {} })).rejects.toThrow("ce_id");
  expect((await store.lag()).waiting).toBe(0);
});

test("I7: a backlog larger than a batch is sent once and in the order of the keys", async () => {
  const bus = new FakeBus();
  for (let n = 0; n < 26; n++) await publish(...Array.from({ length: 50 }, (_, key) => event(`k${key}`, n)));
  startRelay(bus, { batch: 100 });
  await sentAll();
  expect(bus.taken).toHaveLength(1300);
  for (const payloads of bus.byKey().values()) expect(payloads).toEqual(Array.from({ length: 26 }, (_, n) => String(n)));
});

test("lag tells the age of the oldest event that waits", async () => {
  let now = 1_000;
  const timed = new OutboxStore(db, table, () => now);
  await db.transaction(async (tx) => timed.write(tx, [event("k", 1)]));
  now = 3_500;
  expect(await timed.lag()).toEqual({ waiting: 1, oldestMs: 2_500, parked: 0 });
});

test("no transaction is open during a send", async () => {
  const bus = new FakeBus();
  let wrote = 0;
  bus.before = async () => {
    wrote += await db.transaction((tx: Tx) => tx.execute("update outbox_relay set lease_until = lease_until + 1"));
  };
  startRelay(bus, { exclusive: false });
  await publish(event("k", 1));
  await sentAll();
  expect(wrote).toBe(1);
});

test("I7: a bus that is away parks nothing, loses nothing and gets all in order when it is back", async () => {
  const bus = new FakeBus();
  bus.away = true;
  startRelay(bus);
  await publish(event("a", 1), event("b", 1));
  await waitFor(() => bus.refusals > quick.maxAttempts * 2, { what: "several tries" });
  await publish(event("a", 2));
  expect(await store.lag()).toMatchObject({ waiting: 3, parked: 0 });
  bus.away = false;
  await sentAll();
  expect(bus.taken.map(({ key, payload }) => key + payload)).toEqual(["a1", "b1", "a2"]);
  expect(alerts).toEqual([]);
});

describe("an event that the bus rejects", () => {
  const poison = ({ payload }: { payload: string }) => payload === "poison";

  test("I6, I7: parks its key after some attempts, with an alert; before it and beside it events go on", async () => {
    const bus = new FakeBus();
    bus.rejects = poison;
    startRelay(bus);
    await publish(event("bad", 1), event("bad", "poison"), event("good", 1), event("bad", 2), event("good", 2));
    await waitFor(async () => (await store.lag()).parked === 2, { what: "the key to be parked" });
    await publish(event("bad", 3), event("good", 3));
    await waitFor(async () => (await store.lag()).parked === 3, { what: "the follower to be parked" });
    await sentAll();
    expect(bus.byKey()).toEqual(
      new Map([
        ["bad", ["1"]],
        ["good", ["1", "2", "3"]],
      ]),
    );
    expect(bus.taken).toHaveLength(4);
    expect(alerts).toHaveLength(1);
    expect(alerts[0]).toContain("ALERT");
  });

  test("I7: holds back its followers while it is tried again, also those in the next batch", async () => {
    const bus = new FakeBus();
    bus.rejects = poison;
    await publish(event("other", 0), event("bad", "poison"), event("bad", 1), event("bad", 2), event("other", 1), event("bad", 3));
    let tries = 0;
    bus.before = (messages) => {
      if (messages.some(poison) && ++tries === 2) bus.rejects = () => false;
    };
    startRelay(bus, { batch: 2 });
    await sentAll();
    expect(bus.byKey()).toEqual(
      new Map([
        ["other", ["0", "1"]],
        ["bad", ["poison", "1", "2", "3"]],
      ]),
    );
    expect(alerts).toEqual([]);
  });

  test("I7: stays parked for the next relay; freed by an operator its key goes on in order", async () => {
    const bus = new FakeBus();
    bus.rejects = poison;
    startRelay(bus);
    await publish(event("bad", "poison"), event("bad", 1));
    await waitFor(async () => (await store.lag()).parked === 2, { what: "the key to be parked" });
    await stopAll();
    startRelay(bus);
    await publish(event("bad", 2));
    await waitFor(async () => (await store.lag()).parked === 3, { what: "the follower to be parked" });
    bus.rejects = () => false;
    await db.transaction((tx) =>
      tx.execute(`update ${table} set status = 0, attempts = 0 where topic = ? and msg_key = ?`, ["test.v1", "bad"]),
    );
    await publish(event("bad", 3));
    await sentAll();
    expect((await store.lag()).parked).toBe(0);
    expect(bus.byKey().get("bad")).toEqual(["poison", "1", "2", "3"]);
  });
});

describe("several relays", () => {
  const shared = { exclusive: false, heartbeatMs: 5 };

  test("I7: share the buckets and keep the order of the keys, also while one comes and one goes", async () => {
    const bus = new FakeBus();
    const first = startRelay(bus, { ...shared, batch: 20 });
    const write = async (from: number, to: number) => {
      for (let n = from; n < to; n++) await publish(...Array.from({ length: 20 }, (_, key) => event(`k${key}`, n)));
    };
    await write(0, 10);
    startRelay(bus, { ...shared, batch: 20 });
    await write(10, 20);
    await waitFor(async () => [...(await owners()).values()].join() === `${buckets / 2},${buckets / 2}`, { what: "equal shares" });
    await write(20, 30);
    relays = relays.filter((relay) => relay !== first);
    await Promise.all([first.stop(), write(30, 40)]);
    await sentAll();
    expect(bus.byKey().size).toBe(20);
    for (const payloads of bus.byKey().values()) expect(payloads).toEqual(Array.from({ length: 40 }, (_, n) => String(n)));
    await waitFor(async () => [...(await owners()).values()].join() === String(buckets), { what: "the other to own all" });
  });

  test("I5, I7: a relay that hangs past its lease loses its buckets; what it does afterwards repeats and changes nothing", async () => {
    const slow = new FakeBus();
    const reached = deferred();
    const release = deferred();
    slow.before = () => (reached.resolve(), release.promise);
    startRelay(slow, { ...shared, leaseMs: 100 });
    await publish(event("k", 1));
    await reached.promise;
    const bus = new FakeBus();
    bus.away = true;
    startRelay(bus, shared);
    await waitFor(() => bus.refusals > 0, { what: "the second relay to take over" });
    slow.rejects = () => true;
    release.resolve();
    await stopped(relays.shift());
    const [row] = await db.select<{ attempts: number }>(`select attempts from ${table}`);
    expect(row?.attempts).toBe(0);
    bus.away = false;
    await publish(event("k", 2));
    await sentAll();
    expect(bus.byKey().get("k")).toEqual(["1", "2"]);
  });

  test("I5: only the owner of a bucket deletes its events", async () => {
    const relay = startRelay(new FakeBus(), { exclusive: true });
    await waitFor(async () => !(await owners()).has(null), { what: "the buckets to be owned" });
    await stopped(relay);
    await publish(event("k", 1));
    const rows = await store.fetch([...Array(buckets).keys()], 10);
    expect(rows).toHaveLength(1);
    expect(await store.settle("somebody else", { sent: rows, rejected: rows, spent: [], held: rows })).toBe(false);
    expect(await store.lag()).toMatchObject({ waiting: 1, parked: 0 });
  });

  test("exclusive: a restarted process takes the buckets at once, though its killed self still holds a lease", async () => {
    await db.transaction(async (tx) => {
      await tx.execute("update outbox_bucket set owner = 'killed'");
      await tx.execute("insert into outbox_relay (id, lease_until) values ('killed', ?)", [Date.now() + 3_600_000]);
    });
    const bus = new FakeBus();
    startRelay(bus, { exclusive: true });
    await publish(event("k", 1));
    await sentAll();
    expect(bus.taken).toHaveLength(1);
  });
});

test("stop finishes the batch in hand", async () => {
  const bus = new FakeBus();
  const reached = deferred();
  const release = deferred();
  bus.before = () => (reached.resolve(), release.promise);
  const relay = startRelay(bus);
  await publish(event("k", 1));
  await reached.promise;
  const stopping = stopped(relay);
  release.resolve();
  await stopping;
  expect(bus.taken).toHaveLength(1);
  expect((await store.lag()).waiting).toBe(0);
  expect(await owners()).toEqual(new Map([[null, buckets]]));
});

(testDialect === "mysql" ? test : test.skip)("I7: an event whose transaction commits late, behind higher ids, is sent", async () => {
  const bus = new FakeBus();
  startRelay(bus);
  const written = deferred();
  const commit = deferred();
  const late = db.transaction(async (tx) => {
    await store.write(tx, [event("late", 1)]);
    written.resolve();
    await commit.promise;
  });
  await written.promise;
  await publish(event("early", 1));
  await waitFor(() => bus.taken.length === 1, { what: "the early event" });
  commit.resolve();
  await late;
  await waitFor(() => bus.taken.length === 2, { what: "the late event" });
  expect(bus.taken.map(({ key }) => key)).toEqual(["early", "late"]);
});

async function stopped(relay: Relay | undefined): Promise<void> {
  relays = relays.filter((one) => one !== relay);
  await relay?.stop();
}
