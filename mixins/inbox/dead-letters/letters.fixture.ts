/** A consumer whose handler fails on what it is told to fail on, and its dead letters. */
import { type Database, type Migration, openDatabase } from "../../database";
import type { ReceivedMessage } from "../../event-bus";
import type { EventHandler } from "../event";
import { createInboxTable } from "../table";
import { Desk } from "./desk";
import { deadLetterTopic, toBusMessage } from "./message";
import { collect } from "./rows";
import { createDeadLetterTables } from "./tables";

export const topic = "test.v1";
export const consumer = "tester";
export const by = { who: "kim", why: "the handler was mended" };

export const tables: Migration = {
  name: "0001-letters",
  async up(tx) {
    await createInboxTable(tx);
    await createDeadLetterTables(tx);
    await tx.execute(
      `create table if not exists effect (seq ${tx.dialect.autoIncrement}, event_id varchar(64) not null) ${tx.dialect.tableOptions}`,
    );
  },
};

/** Ids of events that can't be applied. */
export type Broken = Set<string>;

/** Not guarded against repetition: an event that is applied twice leaves two rows. */
export const effect =
  (broken: Broken): EventHandler =>
  async (events, tx) => {
    tx.insertLater(
      "effect",
      events.map(({ id }) => ({ event_id: id })),
    );
    const bad = events.find(({ id }) => broken.has(id));
    if (bad) throw new TypeError(`no such thing as ${bad.id}`);
  };

export function deskOf(db: Database, broken: Broken, options: Partial<ConstructorParameters<typeof Desk>[0]> = {}): Desk {
  const handler = effect(broken);
  const handlerOf = (of: string, type: string) => (of === topic && type === "thing.happened" ? handler : undefined);
  return new Desk({ db, consumer, handlerOf, clock: Date.now, ...options });
}

/** What could not be applied, as it comes out of the dead-letter topic: events of one number have one key. */
export function letter(id: string, { key = "k", offset = 0, error = "Error: no", headers = {}, payload = "{}" } = {}): ReceivedMessage {
  const message = { topic, partition: 0, offset: String(offset), key, payload };
  const attributes = { ce_id: id, ce_type: "thing.happened", ce_time: "2026-01-02T03:04:05.678Z", ...headers };
  const died = toBusMessage({ message: { ...message, headers: attributes }, error }, consumer, 1_000 + offset);
  return { ...died, topic: deadLetterTopic(topic, consumer), partition: 3, offset: "77" };
}

/** So many letters of keys that take turns, with offsets from 0 on. */
export function letters(count: number, keys = 3): ReceivedMessage[] {
  return Array.from({ length: count }, (_, n) => letter(`e${n}`, { key: `k${n % keys}`, offset: n }));
}

export const keep = (db: Database, ...received: ReceivedMessage[]) => collect(db, consumer, received, 5_000);

export async function effects(db: Database): Promise<string[]> {
  return (await db.select<{ event_id: string }>("select event_id from effect order by seq")).map(({ event_id }) => event_id);
}

export const openLetters = (url: string) => openDatabase({ name: "letters", url, migrations: [tables] });
