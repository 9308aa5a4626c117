/** The event bus as it is at one moment: the embedded one from its file, Kafka from its positions at that moment. */
import { existsSync } from "node:fs";
import { join } from "node:path";

import { v7 } from "uuid";

import { openBus } from "../../lib/bus";
import type { Config } from "../../lib/config";
import { sqliteUrl } from "../../mixins/database";
import type { EventBus, PartitionProgress, ReceivedMessage } from "../../mixins/event-bus";
import { consumed } from "./codes";
import { openSnapshot, type Snapshot } from "./snapshots/snapshot";

export interface Unread {
  consumer: string;
  topic: string;
  part: number;
  behind: number;
  oldest: number | null;
}

export interface DeadLetter {
  topic: string;
  k: string;
  part: number;
  position: number;
  type: string | null;
  error: string | null;
}

export interface BusReading {
  /** Keys of messages that the follower has not committed; one that the bus doesn't know yet begins with the oldest message. */
  unreadKeys(follower: string, topic: string): Promise<readonly string[]>;
  /** How far each consumer is behind in each partition; the oldest message that it hasn't consumed is from `oldest`, ms since the epoch. */
  unread(): Promise<readonly Unread[]>;
  /** Partitions with events of which the follower has no position: it has one from its first start on, when there is no event yet. */
  lost(follower: string, topic: string): Promise<readonly { part: number; events: number }[]>;
  /** Dead letters that no consumer has taken over into its table yet. What each of them writes at its start, to see whether it can, is none. */
  uncollected(): AsyncIterable<readonly DeadLetter[]>;
  /** When the newest message of the topic was written, ms since the epoch; 0 when there is none. */
  newestAt(topic: string): Promise<number>;
  close(): Promise<void>;
}

/** Undefined when there was never a bus on the folder. `followed`: the topics of each follower that will be asked for. */
export async function openBusReading(
  config: Config,
  followed: Readonly<Record<string, readonly string[]>>,
): Promise<BusReading | undefined> {
  if (config.kafka) return KafkaReading.open(config, followed);
  const path = join(config.dataDir, "bus.sqlite");
  return existsSync(path) ? new FileReading(await openSnapshot(sqliteUrl(path))) : undefined;
}

class FileReading implements BusReading {
  constructor(private readonly bus: Snapshot) {}

  async unreadKeys(follower: string, topic: string): Promise<string[]> {
    const rows = await this.bus.all<{ k: string }>(
      `select distinct m.msg_key as k from bus_part p
       left join bus_consumer c on c.consumer = ? and c.topic = p.topic and c.part = p.part
       join bus_message m on m.topic = p.topic and m.part = p.part and m.position >= coalesce(c.position, p.first_position)
       where p.topic = ?`,
      [follower, topic],
    );
    return rows.map(({ k }) => k);
  }

  unread(): Promise<Unread[]> {
    return this.bus.all<Unread>(
      `select c.consumer, c.topic, c.part, p.next_position - c.position as behind, m.at as oldest
       from bus_consumer c join bus_part p on p.topic = c.topic and p.part = c.part
       left join bus_message m on m.topic = c.topic and m.part = c.part and m.position = c.position
       order by c.consumer, c.topic, c.part`,
    );
  }

  lost(follower: string, topic: string): Promise<{ part: number; events: number }[]> {
    return this.bus.all(
      `select p.part, p.next_position - p.first_position as events from bus_part p
       where p.topic = ? and p.next_position > p.first_position
         and not exists (select 1 from bus_consumer c where c.consumer = ? and c.topic = p.topic and c.part = p.part)
       order by p.part`,
      [topic, follower],
    );
  }

  uncollected(): AsyncIterable<DeadLetter[]> {
    return this.bus.batches<DeadLetter>(
      `select m.topic, m.msg_key as k, m.part, m.position, json_extract(m.headers, '$.ce_type') as type,
         json_extract(m.headers, '$.dlq_error') as error
       from bus_message m left join bus_consumer c on c.topic = m.topic and c.part = m.part and c.consumer like '%.dlq'
       where m.topic like '%.dlq' and m.position >= coalesce(c.position, 0) and json_extract(m.headers, '$.dlq_probe') is null
       order by m.topic, m.part, m.position`,
    );
  }

  /** The last of each part, by the primary key. */
  async newestAt(topic: string): Promise<number> {
    const [row] = await this.bus.all<{ at: number | null }>(
      `select max(m.at) as at from bus_part p
       join bus_message m on m.topic = p.topic and m.part = p.part and m.position = p.next_position - 1 where p.topic = ?`,
      [topic],
    );
    return row?.at ?? 0;
  }

  close(): Promise<void> {
    return this.bus.close();
  }
}

class KafkaReading implements BusReading {
  private constructor(
    private readonly bus: EventBus,
    private readonly progress: ReadonlyMap<string, readonly PartitionProgress[]>,
    /** How far dead letters are taken over. */
    private readonly letters: readonly PartitionProgress[],
  ) {}

  static async open(config: Config, followed: Readonly<Record<string, readonly string[]>>): Promise<KafkaReading> {
    const quiet = { debug: () => undefined, warn: (message: string) => console.error(message) };
    const bus = openBus(config, `reconcile-${v7()}`, quiet);
    await bus.start();
    try {
      const each = Object.entries(followed).map(async ([follower, topics]) => [follower, await bus.progress(follower, topics)] as const);
      const letters = Object.entries(consumed).map(([consumer, topics]) => {
        const deadLetters = topics.map((topic) => `${topic}.${consumer}.dlq`);
        return bus.progress(`${consumer}.dlq`, deadLetters);
      });
      return new KafkaReading(bus, new Map(await Promise.all(each)), (await Promise.all(letters)).flat());
    } catch (error) {
      await bus.stop();
      throw error;
    }
  }

  async unreadKeys(follower: string, topic: string): Promise<string[]> {
    const unread = await this.bus.read(
      this.#partsOf(follower, topic).map(({ position, next, ...part }) => ({ ...part, from: position, to: next })),
    );
    return unread.map(({ key }) => key);
  }

  async unread(): Promise<Unread[]> {
    const all = [...this.progress].flatMap(([consumer, parts]) => parts.map((part) => ({ consumer, ...part })));
    const behind = all.filter(({ position, next }) => next > position);
    const oldest = new Map<string, number>();
    for (const { topic, partition, position } of behind) {
      const [message] = await this.bus.read([{ topic, partition, from: position, to: position + 1 }]);
      oldest.set(`${topic}/${partition}/${position}`, timeOf(message));
    }
    return all.map(({ consumer, topic, partition: part, position, next }) => {
      return { consumer, topic, part, behind: next - position, oldest: oldest.get(`${topic}/${part}/${position}`) ?? null };
    });
  }

  /** Kafka forgets positions by itself, of consumers that were away for long; they begin with the oldest message then. */
  async lost(): Promise<[]> {
    return [];
  }

  async *uncollected(): AsyncIterable<DeadLetter[]> {
    for (const { position, next, ...part } of this.letters) {
      const messages = await this.bus.read([{ ...part, from: position, to: next }]);
      yield messages
        .filter(({ headers }) => headers.dlq_probe === undefined)
        .map(({ topic, key: k, partition, offset, headers: { ce_type: type = null, dlq_error: error = null } }) => {
          return { topic, k, part: partition, position: Number(offset), type, error };
        });
    }
  }

  async newestAt(topic: string): Promise<number> {
    const [follower] = [...this.progress].find(([, parts]) => parts.some((part) => part.topic === topic)) ?? [""];
    const last = this.#partsOf(follower, topic).filter(({ first, next }) => next > first);
    const messages = await this.bus.read(last.map(({ next, ...part }) => ({ ...part, from: next - 1, to: next })));
    return Math.max(0, ...messages.map(timeOf));
  }

  close(): Promise<void> {
    return this.bus.stop();
  }

  #partsOf(follower: string, topic: string): PartitionProgress[] {
    return (this.progress.get(follower) ?? []).filter((part) => part.topic === topic);
  }
}

const timeOf = (message: ReceivedMessage | undefined): number => Date.parse(message?.headers.ce_time ?? "") || 0;
