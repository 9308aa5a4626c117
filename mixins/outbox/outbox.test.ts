import { type Service, ServiceBroker, type ServiceSchema } from "moleculer";

import { atEnd } from "../../test/support/cleanup";
import { testDatabase, testDatabaseUrl } from "../../test/support/database";
import { waitFor } from "../../test/support/wait";
import { type Database, databaseMixin, type Migration } from "../database";
import { Wakeup } from "../waiting";
import { addOutboxOperations, createOutboxTables, type Outbox, outboxMixin, type OutboxStatus, outboxStatus } from ".";
import { FakeBus } from "./fake-bus.fixture";

const table = "test_outbox_event";
const migrations: Migration[] = [
  {
    name: "0001-outbox",
    async up(tx) {
      await createOutboxTables(tx, table);
      await addOutboxOperations(tx, table);
    },
  },
];
const anHour = { base: 3_600_000, cap: 3_600_000 };

type Publisher = Service & { db?: Database; outbox?: Outbox };

async function startService(bus: FakeBus, url: string, more: Partial<ServiceSchema> = {}, relays = true) {
  const broker = new ServiceBroker({ logger: false });
  const service: Publisher = broker.createService({
    name: "publisher",
    mixins: [
      databaseMixin({ name: "publisher", url: () => url, migrations, migrateAtStart: () => true }),
      outboxMixin({
        ...{ table, bus: () => bus, topics: ["test.v1"], relays: () => relays, exclusive: () => true },
        ...{ pollMs: anHour, retryMs: { base: 1, cap: 1 } },
      }),
      more,
    ],
  });
  atEnd(() => broker.stop()); // also one whose start is refused
  await broker.start();
  const { db, outbox } = service;
  if (!db || !outbox) throw new Error("the mixins set nothing");
  return { broker, db, outbox };
}

const publish = (db: Database, id: string) =>
  db.transaction(async (tx) => tx.publish({ topic: "test.v1", key: "k", headers: { ce_id: id }, payload: "{}" }));
const takenIds = (bus: FakeBus) => bus.taken.map(({ headers }) => headers.ce_id);

test("an event is sent at its commit: no poll has to run out", async () => {
  const bus = new FakeBus();
  const waits = jest.spyOn(Wakeup.prototype, "wait");
  const { db } = await startService(bus, await testDatabaseUrl("outbox"));
  await waitFor(() => waits.mock.calls.length === 1, { what: "the relay to wait for a commit" });
  expect(waits.mock.calls[0]?.[1]).toBe(anHour.base);
  await publish(db, "e1");
  await waitFor(() => takenIds(bus).length === 1, { what: "the event" });
  waits.mockRestore();
});

test("I7: a node that doesn't relay keeps its events for one that does", async () => {
  const bus = new FakeBus();
  const url = await testDatabaseUrl("outbox");
  const silent = await startService(bus, url, {}, false);
  await publish(silent.db, "e1");
  await publish(silent.db, "e2");
  expect(await silent.outbox.lag()).toMatchObject({ waiting: 2, parked: 0 });
  await silent.broker.stop();
  expect(bus.taken).toEqual([]);
  const { outbox } = await startService(bus, url);
  await outbox.drained();
  expect(takenIds(bus)).toEqual(["e1", "e2"]);
});

test("drained() waits until every committed event is on the bus; lag() counts them until then", async () => {
  const bus = new FakeBus();
  bus.away = true;
  const { db, outbox } = await startService(bus, await testDatabaseUrl("outbox"));
  await publish(db, "e1");
  expect(await outbox.lag()).toMatchObject({ waiting: 1, parked: 0 });
  bus.away = false;
  await outbox.drained();
  expect(takenIds(bus)).toEqual(["e1"]);
  expect(await outbox.lag()).toEqual({ waiting: 0, oldestMs: 0, parked: 0 });
});

test("topics are seen to at start, by who relays", async () => {
  const [bus, other] = [new FakeBus(), new FakeBus()];
  await startService(bus, await testDatabaseUrl("outbox"));
  expect(bus.topics).toEqual(["test.v1"]);
  await startService(other, await testDatabaseUrl("outbox"), {}, false);
  expect(other.topics).toEqual([]);
});

test("topics that can't be used refuse the start, with what is wrong with them", async () => {
  const bus = new FakeBus();
  bus.unusable = ["the topic test.v1 has 1 partitions, 8 are needed"];
  await expect(startService(bus, await testDatabaseUrl("outbox"))).rejects.toThrow(bus.unusable[0]);
});

test("I7: a service starts without its bus; when it is back its topics are seen to before anything is sent", async () => {
  const bus = new FakeBus();
  bus.away = true;
  const { db, outbox } = await startService(bus, await testDatabaseUrl("outbox"));
  await publish(db, "e1");
  let topicsThen: string[] | undefined;
  bus.before = () => (topicsThen ??= [...bus.topics]);
  bus.away = false;
  await outbox.drained();
  expect([topicsThen, takenIds(bus)]).toEqual([["test.v1"], ["e1"]]);
});

test("operators ask any node how the events are going out", async () => {
  const bus = new FakeBus();
  bus.rejects = ({ headers }) => headers.ce_id === "bad";
  const { broker, db } = await startService(bus, await testDatabaseUrl("outbox"));
  const status = () => broker.call<OutboxStatus>(outboxStatus("publisher").name);
  await publish(db, "bad");
  await publish(db, "behind it");
  await waitFor(async () => (await status()).parked === 2, { what: "the key to be parked" });
  expect(await status()).toEqual({ waiting: 0, oldestMs: 0, parked: 2, parkedKeys: 1, sentPerSecond: 0 });
  bus.away = true;
  await db.transaction(async (tx) => tx.publish({ topic: "test.v1", key: "other", headers: { ce_id: "e1" }, payload: "{}" }));
  expect(await status()).toEqual({ waiting: 1, oldestMs: expect.any(Number), parked: 2, parkedKeys: 1, sentPerSecond: 0 });
});

test("I7: what other mixins publish at their start and at their stop is kept, and sent after the next start at the latest", async () => {
  const bus = new FakeBus();
  const url = await testDatabaseUrl("outbox");
  const { broker } = await startService(bus, url, {
    async started(this: Publisher) {
      if (this.db) await publish(this.db, "at the start");
    },
    async stopped(this: Publisher) {
      if (this.db) await publish(this.db, "at the stop");
    },
  });
  await broker.stop();
  const again = await startService(bus, url);
  await again.outbox.drained();
  expect(takenIds(bus)).toEqual(["at the start", "at the stop"]);
});

test("without a database before it the mixin says what is missing", async () => {
  const broker = new ServiceBroker({ logger: false });
  broker.createService({ name: "publisher", mixins: [outboxMixin({ table, bus: () => new FakeBus() })] });
  await expect(broker.start()).rejects.toThrow("list outboxMixin after databaseMixin");
});

test("the tables can be created again after a migration that was cut off", async () => {
  const db = await testDatabase("outbox", migrations);
  for (const make of [createOutboxTables, addOutboxOperations]) await db.transaction((tx) => make(tx, table));
  expect(await db.select("select bucket from outbox_bucket")).toHaveLength(16);
});
