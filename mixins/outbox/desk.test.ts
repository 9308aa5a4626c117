/** What operators do to parked events, beside a relay that runs. */
import { atEnd } from "../../test/support/cleanup";
import { testDatabase } from "../../test/support/database";
import { waitFor } from "../../test/support/wait";
import type { Database } from "../database";
import { deferred } from "../waiting";
import { Desk } from "./desk";
import { FakeBus } from "./fake-bus.fixture";
import { PARKED_EVENT_NOT_FOUND } from "./operations";
import { Relay } from "./relay";
import { OutboxStore, type Row } from "./store";
import { addOutboxOperations, createOutboxTables } from "./tables";

const table = "test_outbox_event";
const by = { who: "kim", why: "the bus takes larger ones now" };
const quick = {
  ...{ exclusive: true, topics: [], batch: 500, leaseMs: 60_000, heartbeatMs: 10, maxAttempts: 2 },
  ...{ pollMs: { base: 1, cap: 5 }, lingerMs: { base: 1, cap: 1 }, retryMs: { base: 1, cap: 5 } },
};
const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
const at = 1_700_000_000_000;

let db: Database;
let store: OutboxStore;
let desk: Desk;
let bus: FakeBus;
let relay: Relay;

beforeAll(async () => {
  db = await testDatabase("outbox", [
    { name: "0001-outbox", up: (tx) => createOutboxTables(tx, table) },
    { name: "0002-operations", up: (tx) => addOutboxOperations(tx, table) },
  ]);
  store = new OutboxStore(db, table, () => at);
  desk = new Desk({ db, table, clock: () => at, wake: () => relay.wake() });
  db.beforeCommit(async (tx, published) => store.write(tx, published));
  atEnd(() => relay.stop());
});
beforeEach(() => {
  bus = new FakeBus();
  bus.rejects = ({ payload }) => payload.startsWith("poison");
  start(store);
});
afterEach(async () => {
  await relay.stop();
  await db.transaction((tx) => tx.execute(`delete from ${table}`));
  await db.transaction((tx) => tx.execute("delete from outbox_audit"));
});

function start(from: OutboxStore): void {
  relay = new Relay(db, from, bus, quick, log);
  relay.start();
}

/** The payload is the event's id too. */
const publish = (...events: [key: string, payload: string][]) =>
  db.transaction(async (tx) => {
    for (const [key, payload] of events) tx.publish({ topic: "test.v1", key, headers: { ce_id: payload, ce_type: "test.done" }, payload });
  });
const settled = () => waitFor(async () => (await store.lag()).waiting === 0, { what: "an empty outbox" });
const parked = (count: number) => waitFor(async () => (await store.lag()).parked === count, { what: `${count} parked events` });

test("a parked key is listed with its first event, why that was rejected, and since when", async () => {
  await publish(["a", "poison"], ["b", "b1"], ["a", "a2"], ["c", "poison c"]);
  await parked(3);
  const first = { topic: "test.v1", type: "test.done", error: "too large", attempts: 2, parkedAt: at, createdAt: at };
  const all = [
    { ...first, number: expect.any(Number), key: "a", eventId: "poison", events: 2 },
    { ...first, number: expect.any(Number), key: "c", eventId: "poison c", events: 1 },
  ];
  const [a] = await desk.parked({});
  expect(await desk.parked({})).toEqual(all);
  expect(await desk.parked({ limit: 1, after: a!.number })).toEqual([all[1]]);
});

test("I7: a key that is tried again goes on in order; who and why is kept", async () => {
  await publish(["a", "poison"], ["a", "a2"], ["c", "poison c"]);
  await parked(3);
  bus.rejects = () => false;
  expect(await desk.retry("poison", by)).toEqual({ ok: true, result: { keys: 1, events: 2 } });
  await publish(["a", "a3"]);
  await settled();
  expect(bus.byKey()).toEqual(new Map([["a", ["poison", "a2", "a3"]]]));
  await parked(1);
  expect(await desk.audit({})).toEqual([
    { number: expect.any(Number), action: "retry", topic: "test.v1", key: "a", eventId: "poison", events: 2, ...by, at },
  ]);
});

test("I7: all keys are tried again, each in order", async () => {
  await publish(["a", "poison"], ["b", "poison b"], ["a", "a2"], ["b", "b2"]);
  await parked(4);
  bus.rejects = () => false;
  expect(await desk.retryAll(by)).toEqual({ keys: 2, events: 4 });
  await settled();
  expect(bus.byKey()).toEqual(
    new Map([
      ["a", ["poison", "a2"]],
      ["b", ["poison b", "b2"]],
    ]),
  );
  expect(await desk.retryAll(by)).toEqual({ keys: 0, events: 0 });
  expect(await desk.audit({})).toEqual([{ number: expect.any(Number), action: "retry", events: 4, ...by, at }]);
});

test("an event that is still rejected is parked again", async () => {
  await publish(["a", "poison"], ["a", "a2"]);
  await parked(2);
  await desk.retry("poison", by);
  await parked(2);
  expect(await desk.parked({})).toMatchObject([{ eventId: "poison", error: "too large", attempts: 2 }]);
  expect(bus.taken).toEqual([]);
});

test("a discarded event is never sent and kept in the audit; what stands behind it goes on", async () => {
  await publish(["a", "poison"], ["a", "a2"], ["a", "a3"]);
  await parked(3);
  expect(await desk.discard("poison", by)).toEqual({ ok: true, result: { keys: 1, events: 2 } });
  await settled();
  expect(bus.byKey()).toEqual(new Map([["a", ["a2", "a3"]]]));
  const detail = { headers: { ce_id: "poison", ce_type: "test.done" }, payload: "poison", error: "too large" };
  expect(await desk.audit({})).toEqual([
    { number: expect.any(Number), action: "discard", topic: "test.v1", key: "a", eventId: "poison", events: 2, ...by, detail, at },
  ]);
});

test("only the first event of a parked key is acted on, and once", async () => {
  await publish(["a", "poison"], ["a", "a2"], ["b", "b1"]);
  await parked(2);
  for (const id of ["a2", "b1", "nobody"]) expect(await desk.discard(id, by)).toMatchObject({ ok: false, type: PARKED_EVENT_NOT_FOUND });
  expect(await desk.retry("a2", by)).toMatchObject({ detail: "The event poison of its key stands before it" });
  const twice = await Promise.all([desk.discard("poison", by), desk.discard("poison", by)]);
  expect(twice.map(({ ok }) => ok).sort()).toEqual([false, true]);
  await settled();
  expect(await desk.audit({})).toHaveLength(1);
});

describe("a key that is freed while a relay has its followers in hand", () => {
  /** Does something with the table after a fetch that has this event and before the relay gets it. */
  class Slow extends OutboxStore {
    meanwhile: (() => Promise<unknown>) | undefined;
    override async fetch(...of: Parameters<OutboxStore["fetch"]>): Promise<Row[]> {
      const rows = await super.fetch(...of);
      if (!rows.some(({ message }) => message.payload === "a2")) return rows;
      const { meanwhile } = this;
      this.meanwhile = undefined;
      await meanwhile?.();
      return rows;
    }
  }

  test("I7: they are not sent before what stood in front of them", async () => {
    await relay.stop();
    const slow = new Slow(db, table, () => at);
    start(slow);
    await publish(["a", "poison"]);
    await parked(1);
    slow.meanwhile = async () => {
      bus.rejects = () => false;
      await desk.retry("poison", by);
    };
    await publish(["a", "a2"]);
    await settled();
    await parked(0);
    expect(bus.byKey()).toEqual(new Map([["a", ["poison", "a2"]]]));
  });

  test("I7: it is not parked again", async () => {
    const looked = deferred();
    const freed = deferred();
    const parkedKeys = jest.spyOn(store, "parkedKeys");
    await publish(["a", "poison"]);
    await parked(1);
    const real = OutboxStore.prototype.parkedKeys.bind(store);
    parkedKeys.mockImplementationOnce(async (owned) => {
      const keys = await real(owned);
      looked.resolve();
      await freed.promise;
      return keys;
    });
    await publish(["a", "a2"]);
    await looked.promise;
    bus.rejects = () => false;
    await desk.retry("poison", by);
    freed.resolve();
    await waitFor(async () => bus.taken.length === 2, { what: "both events" });
    expect(bus.byKey()).toEqual(new Map([["a", ["poison", "a2"]]]));
    parkedKeys.mockRestore();
  });
});
