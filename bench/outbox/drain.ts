/**
 * How fast relays drain an outbox: it is filled while the bus holds them back, and the time runs from when it takes the first batch until the
 * table is empty. Then the bus is read: every event is there, and those of a key are in the order of their commits once repetitions are gone.
 */
import { randomBytes } from "node:crypto";
import { join } from "node:path";

import { type Database, openDatabase, sqliteUrl } from "../../mixins/database";
import { createEmbeddedBus, createKafkaBus, type EventBus } from "../../mixins/event-bus";
import { addOutboxOperations, createOutboxTables, relayFigures } from "../../mixins/outbox";
import { Relay } from "../../mixins/outbox/relay";
import { OutboxStore } from "../../mixins/outbox/store";
import { deferred, pause } from "../../mixins/waiting";
import { databaseCpu } from "../database-cpu";
import type { Place } from "../experiments";
import { type Figures, mediansOf } from "../figures";
import type { Lifetime } from "../lifetime";
import type { Measurement } from "../run";
import { temporaryFolder } from "../servers/folders";
import { dropSchemas, schemaBeside } from "../servers/schemas";
import type { Extent } from "../workloads/workload";
import { eventOf, topic, wrongOn } from "./events";

const table = "bench_outbox_event";
const together = 500;
const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

/** Numbers of relays, all in this process. */
const levels = [1, 2];

export async function drain(place: Place, { rounds, events = 50_000 }: Extent, lifetime: Lifetime): Promise<Measurement> {
  const cpu = place.database ? await databaseCpu(place.database) : undefined;
  const measured: Measurement["measured"] = [];
  const violations: string[] = [];
  for (const c of levels) {
    const all: Figures[] = [];
    for (let round = 0; round < rounds; round++) {
      lifetime.signal.throwIfAborted();
      const { figures, wrong } = await once(place, { events, relays: c, cpu }, lifetime);
      all.push(figures);
      violations.push(...wrong);
    }
    measured.push({ side: "ours", c, figures: mediansOf(all), rounds: all });
  }
  const recounted = `${events * rounds * levels.length} events read back from the bus`;
  return { measured, verdicts: [{ side: "ours", violations, recounted }], idle: {} };
}

interface Drain {
  events: number;
  relays: number;
  cpu: (() => number) | undefined;
}

async function once(place: Place, { events, relays, cpu }: Drain, lifetime: Lifetime): Promise<{ figures: Figures; wrong: string[] }> {
  const db = await outboxOf(place, lifetime);
  const bus = await busOf(place, lifetime);
  await bus.ensureTopics([topic]);
  const store = new OutboxStore(db, table, Date.now);
  const gate = deferred();
  const held = {
    ensureTopics: () => Promise.resolve(),
    publish: async (messages: Parameters<EventBus["publish"]>[0]) => {
      await gate.promise;
      await bus.publish(messages);
    },
  };
  const options = { ...relayFigures, heartbeatMs: 300, exclusive: relays === 1, topics: [] };
  const running = Array.from({ length: relays }, () => new Relay(db, store, held, options, silent));
  for (const relay of running) relay.start();
  await shared(db, relays);
  for (let from = 0; from < events; from += together) await fill(db, store, from, Math.min(events, from + together));
  const [start, own, databases] = [performance.now(), process.cpuUsage(), cpu?.()];
  gate.resolve();
  while (await store.hasMoreThan(0)) await pause(5, lifetime.signal);
  const seconds = (performance.now() - start) / 1_000;
  const { user, system } = process.cpuUsage(own);
  const server = (user + system) / 1_000 / events;
  const database = cpu && databases !== undefined ? (cpu() - databases) / events : undefined;
  await Promise.all(running.map((relay) => relay.stop()));
  const wrong = await wrongOn(bus, events);
  await bus.stop();
  await db.close();
  const none = { p50: NaN, p95: NaN, p99: NaN, client: 0 };
  const rate = events / seconds;
  return { figures: { ...none, rate, sustained: rate, servers: { relays: server }, server, database }, wrong };
}

const fill = (db: Database, store: OutboxStore, from: number, to: number) =>
  db.transaction(async (tx) =>
    store.write(
      tx,
      Array.from({ length: to - from }, (_, n) => eventOf(from + n)),
    ),
  );

/** Waits until every relay has its share of the buckets. */
async function shared(db: Database, relays: number): Promise<void> {
  for (;;) {
    const owners = await db.select<{ owner: string | null }>("select distinct owner from outbox_bucket");
    if (owners.length === relays && owners.every(({ owner }) => owner !== null)) return;
    await pause(20);
  }
}

async function outboxOf({ database }: Place, lifetime: Lifetime): Promise<Database> {
  const url = database ? schemaBeside(database) : sqliteUrl(join(await temporaryFolder(lifetime), "outbox.sqlite"));
  if (database) lifetime.atEnd(() => dropSchemas([url]));
  const migrations = [
    { name: "0001-outbox", up: (tx: Parameters<typeof createOutboxTables>[0]) => createOutboxTables(tx, table) },
    { name: "0002-operations", up: (tx: Parameters<typeof createOutboxTables>[0]) => addOutboxOperations(tx, table) },
  ];
  const db = await openDatabase({ name: "outbox", url, migrations });
  await db.migrate();
  return db;
}

async function busOf({ brokers }: Place, lifetime: Lifetime): Promise<EventBus> {
  const hour = 3_600_000;
  const bus = brokers
    ? createKafkaBus({ brokers, prefix: `bench-${randomBytes(4).toString("hex")}.`, partitions: 8, retentionMs: hour, logger: silent })
    : createEmbeddedBus({ file: join(await temporaryFolder(lifetime), "bus.sqlite"), partitions: 8, retentionMs: hour, logger: silent });
  await bus.start();
  return bus;
}
