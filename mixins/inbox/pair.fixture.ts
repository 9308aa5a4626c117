/** Two services of one node: `writer` writes rows and publishes an event for each, `reader` notes the events that it consumes. */
import { type Service, ServiceBroker, type ServiceSchema } from "moleculer";
import { v7 } from "uuid";

import { createDeadLetterTables, createInboxTable, inboxMixin, type Inbox } from ".";
import { type Database, databaseMixin, type Migration } from "../database";
import type { EventBus } from "../event-bus";
import { createOutboxTables, outboxMixin, type Outbox } from "../outbox";
import { pause } from "../waiting";

export interface PairOptions {
  writerUrl: string;
  readerUrl: string;
  bus: EventBus;
  /** The reader's name on the bus; `reader` without it. */
  consumer?: string;
  /** Runs in the reader's transaction, behind its effects. */
  applied?(): void;
  /** The last that runs when the reader starts. */
  starting?(): Promise<void>;
}

export interface Pair {
  broker: ServiceBroker;
  /** Writes rows in one transaction, each with its event; the events of one number have one key. */
  write(numbers: readonly number[]): Promise<string[]>;
  /** Resolves when the reader has consumed all that was written. */
  settled(): Promise<void>;
  /** Takes the reader down and brings it up again in the running node, as a hot reload does. */
  reloadReader(): Promise<void>;
  /** What was written, in the order of writing. */
  written(): Promise<string[]>;
  /** What the reader noted, in the order of noting. */
  noted(): Promise<string[]>;
  /** The payloads of the reader's dead letters, once there are so many. */
  deadLetters(count: number): Promise<string[]>;
}

const topic = "pair.v1";

const writerTables: Migration = {
  name: "0001-writer",
  async up(tx) {
    await createOutboxTables(tx, "writer_outbox_event");
    await tx.execute(
      `create table if not exists fact (seq ${tx.dialect.autoIncrement}, id varchar(64) not null) ${tx.dialect.tableOptions}`,
    );
  },
};
const readerTables: Migration = {
  name: "0001-reader",
  async up(tx) {
    await createInboxTable(tx);
    await createDeadLetterTables(tx);
    await tx.execute(
      `create table if not exists fact (seq ${tx.dialect.autoIncrement}, id varchar(64) not null) ${tx.dialect.tableOptions}`,
    );
  },
};

export async function startPair({ writerUrl, readerUrl, bus, consumer = "reader", applied, starting }: PairOptions): Promise<Pair> {
  const broker = new ServiceBroker({ logger: false });
  await bus.start();
  const writer: Service & { db?: Database; outbox?: Outbox } = broker.createService({
    name: "writer",
    mixins: [
      databaseMixin({ name: "writer", url: () => writerUrl, migrations: [writerTables], migrateAtStart: () => true }),
      outboxMixin({ table: "writer_outbox_event", bus: () => bus, topics: [topic], exclusive: () => true }),
    ],
  });
  const readerSchema: ServiceSchema = {
    name: "reader",
    mixins: [
      databaseMixin({ name: "reader", url: () => readerUrl, migrations: [readerTables], migrateAtStart: () => true }),
      inboxMixin({
        consumer,
        bus: () => bus,
        retryMs: { base: 1, cap: 10 },
        subscriptions: [
          {
            topic,
            handlers: {
              "fact.written": async (events, tx) => {
                await tx.insert(
                  "fact",
                  events.map(({ data }) => ({ id: (data as { id: string }).id })),
                );
                applied?.();
              },
            },
          },
        ],
      }),
    ],
    started: starting,
  };
  let reader: Service & { db?: Database; inbox?: Inbox } = broker.createService(readerSchema);
  await broker.start();
  return {
    broker,
    write: (numbers) => write(running(writer.db), numbers),
    async settled() {
      await running(writer.outbox).drained();
      await running(reader.inbox).settled();
    },
    async reloadReader() {
      await broker.destroyService(reader);
      reader = broker.createService(readerSchema);
      await broker.waitForServices("reader");
    },
    written: () => factsOf(running(writer.db)),
    noted: () => factsOf(running(reader.db)),
    async deadLetters(count) {
      for (;;) {
        const rows = await running(reader.db).select<{ payload: string }>("select payload from dead_letter");
        if (rows.length >= count) return rows.map(({ payload }) => payload);
        await pause(10);
      }
    },
  };
}

function write(db: Database, numbers: readonly number[]): Promise<string[]> {
  const ids = numbers.map((n) => `${v7()}/${n}`);
  return db.transaction(async (tx) => {
    await tx.insert(
      "fact",
      ids.map((id) => ({ id })),
    );
    for (const id of ids) {
      const headers = { ce_id: v7(), ce_type: "fact.written", ce_time: new Date().toISOString() };
      tx.publish({ topic, key: keyOf(id), headers, payload: JSON.stringify({ id }) });
    }
    return ids;
  });
}

export function keyOf(id: string): string {
  return id.split("/")[1] ?? "";
}

async function factsOf(db: Database): Promise<string[]> {
  const rows = await db.select<{ id: string }>("select id from fact order by seq");
  return rows.map(({ id }) => id);
}

function running<T>(part: T | undefined): T {
  if (part === undefined) throw new Error("the service is not running");
  return part;
}
