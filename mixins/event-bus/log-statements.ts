import type { Database, Tx } from "../database";
import type { GroupHandler } from "../group-commit";
import { done, type Outcome } from "../outcome";
import { partitionOf } from "./partition";
import type { BusMessage, PartitionProgress, ReceivedMessage } from "./types";

/** One partition of a topic. */
export interface Part {
  topic: string;
  part: number;
}

/** How far a consumer has come: everything before `position` is done. */
export interface Progress extends Part {
  consumer: string;
  position: number;
}

interface PartRow extends Part {
  firstPosition: number;
  nextPosition: number;
}

/**
 * Appends messages; gives the parts that grew. Appends that wait together are one transaction, in the order in which they came.
 * `partitions` is for topics that don't exist yet: a topic keeps the number it was created with, else its keys would change place.
 */
export function appends(partitions: number, clock: () => number): GroupHandler<readonly BusMessage[], Part[]> {
  return {
    name: "append",
    async run(lists, tx) {
      const parts = await partsOf(tx, [...new Set(lists.flat().map(({ topic }) => topic))], partitions);
      const at = clock();
      const rows: Record<string, string | number>[] = [];
      const outcomes = lists.map((messages): Outcome<Part[]> => {
        const grown = new Set<PartRow>();
        for (const { topic, key, headers, payload } of messages) {
          const ofTopic = parts.get(topic) ?? [];
          const part = ofTopic[partitionOf(key, ofTopic.length)];
          if (!part) throw new Error(`the log of ${topic} lacks a partition`);
          const position = part.nextPosition++;
          rows.push({ topic, part: part.part, position, msg_key: key, headers: JSON.stringify(headers), payload, at });
          grown.add(part);
        }
        return done([...grown]);
      });
      await tx.insert("bus_message", rows);
      await saveParts(tx, [...parts.values()].flat());
      return outcomes;
    },
  };
}

/** Notes how far consumers have come. All that an emptied outbox has woken are done at about the same time. */
export const commits: GroupHandler<Progress, void> = {
  name: "commit",
  conflictKey: ({ consumer, topic, part }) => `${consumer}\n${topic}\n${part}`,
  async run(all, tx) {
    await tx.execute(
      `insert into bus_consumer (consumer, topic, part, position) values ?
        ${tx.dialect.upsert(["consumer", "topic", "part"], `position = ${tx.dialect.excluded("position")}`)}`,
      [all.map(({ consumer, topic, part, position }) => [consumer, topic, part, position])],
    );
    return all.map(() => done(undefined));
  },
};

/** Makes a consumer known, which begins with the oldest message that is there, and gives where it stands in every part of the topics. */
export async function join(tx: Tx, consumer: string, topics: readonly string[], partitions: number): Promise<Progress[]> {
  const parts = await partsOf(tx, topics, partitions);
  await saveParts(tx, [...parts.values()].flat());
  const known = await tx.select<Progress>("select consumer, topic, part, position from bus_consumer where consumer = ? and topic in (?)", [
    consumer,
    topics,
  ]);
  const missing = [...parts.values()]
    .flat()
    .filter((part) => !known.some((one) => one.topic === part.topic && one.part === part.part))
    .map(({ topic, part, firstPosition }): Progress => ({ consumer, topic, part, position: firstPosition }));
  await tx.insert(
    "bus_consumer",
    missing.map((progress) => ({ ...progress })),
  );
  return [...known, ...missing];
}

export async function read(db: Database, { topic, part }: Part, from: number, limit: number): Promise<ReceivedMessage[]> {
  const rows = await db.select<{ position: number; msg_key: string; headers: string; payload: string }>(
    "select position, msg_key, headers, payload from bus_message where topic = ? and part = ? and position >= ? order by position limit ?",
    [topic, part, from, limit],
  );
  return rows.map(({ position, msg_key, headers, payload }) => ({
    topic,
    partition: part,
    offset: String(position),
    key: msg_key,
    headers: JSON.parse(headers) as Record<string, string>,
    payload,
  }));
}

/** How far the consumer has come in each part of the topics. */
export function progress(db: Database, consumer: string, topics: readonly string[]): Promise<PartitionProgress[]> {
  return db.select<PartitionProgress>(
    `select p.topic, p.part as "partition", p.first_position as first, coalesce(c.position, p.first_position) as position, p.next_position as next
     from bus_part p left join bus_consumer c on c.consumer = ? and c.topic = p.topic and c.part = p.part
     where p.topic in (?) order by p.topic, p.part`,
    [consumer, topics],
  );
}

/** Creates the topics that are not there yet. */
export async function createTopics(tx: Tx, topics: readonly string[], partitions: number): Promise<void> {
  await saveParts(tx, [...(await partsOf(tx, topics, partitions)).values()].flat());
}

/** Strikes a consumer: it is known no longer. */
export async function forget(tx: Tx, consumer: string): Promise<void> {
  await tx.execute("delete from bus_consumer where consumer = ?", [consumer]);
}

/** The parts of each topic in order; those of a topic that is not there yet as they are to be created. */
async function partsOf(tx: Tx, topics: readonly string[], partitions: number): Promise<Map<string, PartRow[]>> {
  const rows = await tx.select<PartRow>(
    `select topic, part, first_position as firstPosition, next_position as nextPosition
     from bus_part where topic in (?) order by topic, part ${tx.dialect.forUpdate}`,
    [topics],
  );
  return new Map(
    topics.map((topic) => {
      const there = rows.filter((row) => row.topic === topic);
      const created = Array.from({ length: partitions }, (_, part): PartRow => ({ topic, part, firstPosition: 0, nextPosition: 0 }));
      return [topic, there.length > 0 ? there : created];
    }),
  );
}

async function saveParts(tx: Tx, parts: readonly PartRow[]): Promise<void> {
  await tx.execute(
    `insert into bus_part (topic, part, first_position, next_position) values ?
     ${tx.dialect.upsert(["topic", "part"], `next_position = ${tx.dialect.excluded("next_position")}`)}`,
    [parts.map(({ topic, part, firstPosition, nextPosition }) => [topic, part, firstPosition, nextPosition])],
  );
}
