/** A service that notes events, with a read model of its own: in this process, or in one that dies at a chosen moment. */
import { createDeadLetterTables, createInboxTable } from "../inbox";
import { Consumer, type ConsumerOptions } from "../inbox/consumer";
import type { EventHandler } from "../inbox/event";
import { type Database, type Migration, openDatabase } from "../database";
import type { EventBus } from "../event-bus";
import { pause } from "../waiting";
import { createRebuildTable, type FromOwners, type RebuildStatus } from ".";
import { ReadModelRebuilds } from "./rebuilds";

export const topic = "facts.v1";

const tables: Migration = {
  name: "0001-reader",
  async up(tx) {
    await createInboxTable(tx);
    await createDeadLetterTables(tx);
    await createRebuildTable(tx);
    await tx.execute(
      `create table if not exists fact (seq ${tx.dialect.autoIncrement}, id varchar(64) not null) ${tx.dialect.tableOptions}`,
    );
  },
};

/** An event that is applied twice stands there twice; `poison` can't be applied. */
const note: EventHandler = async (events, tx) => {
  if (events.some(({ id }) => id === "poison")) throw new TypeError("no fact");
  tx.insertLater(
    "fact",
    events.map(({ id }) => ({ id })),
  );
};

export interface Reader {
  db: Database;
  consumer: Consumer;
  rebuilds: ReadModelRebuilds;
  publish(ids: readonly string[]): Promise<void>;
  /** What it has noted, sorted. */
  facts(): Promise<string[]>;
  /** Resolves with the rebuild that has ended; begins another one when it has failed, if so told. */
  ended(again?: boolean): Promise<RebuildStatus>;
  stop(): Promise<void>;
}

export interface ReaderOptions {
  url: string;
  /** Has started. */
  bus: EventBus;
  exclusive?: boolean;
  leaseMs?: number;
  fromOwners?(from: FromOwners): Promise<void>;
  /** Puts faults around the database. */
  around?(db: Database): Database;
}

const applying: ConsumerOptions["applying"] = (deliveries, apply) => apply(deliveries);
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };

export async function startReader({ url, bus, exclusive = true, leaseMs = 1_000, fromOwners, around }: ReaderOptions): Promise<Reader> {
  const db = await openDatabase({ name: "reader", url, migrations: [tables] });
  await db.migrate();
  const subscriptions = [{ topic, handlers: { fact: note } }];
  const shared = { bus, consumer: "reader", subscriptions, clock: Date.now, logger: quiet };
  const times = { keepMs: 60_000, cleanUpMs: 60_000, lingerMs: 0, applying, tries: 2, retryMs: { base: 1, cap: 5 }, batch: 10 };
  const consumer = new Consumer({ ...shared, ...times, db });
  const owner = `${process.pid}-${Math.random()}`;
  const rebuilds = new ReadModelRebuilds({
    ...{ ...shared, url, migrations: [tables], tables: ["fact"], owner, leaseMs, exclusive },
    db: around?.(db) ?? db,
    ...(fromOwners && { fromOwners }),
  });
  const ended = async (again = false): Promise<RebuildStatus> => {
    for (; ; await pause(10)) {
      const status = await rebuilds.status();
      if (status?.state === "DONE" || (status?.state === "FAILED" && !again)) return status;
      if (status?.state === "FAILED") await rebuilds.begin();
    }
  };
  return {
    ...{ db, consumer, rebuilds, ended },
    publish: (ids) => bus.publish(ids.map(messageOf)),
    facts: async () => (await db.select<{ id: string }>("select id from fact order by id")).map(({ id }) => id),
    async stop() {
      await rebuilds.stop();
      await consumer.stop();
      await db.close();
    },
  };
}

const messageOf = (id: string, n: number) => ({
  ...{ topic, key: String(n % 5), payload: "{}" },
  headers: { ce_id: id, ce_type: "fact", ce_time: new Date().toISOString() },
});
