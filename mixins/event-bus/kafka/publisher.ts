import { type Kafka, type Message, type PartitionMetadata, Partitioners, type Producer, type TopicMessages } from "kafkajs";

import { MessageRejectedError } from "../errors";
import type { BusMessage } from "../types";
import { protocolTypesOf } from "./client";
import type { KafkaSettings } from "./options";
import type { Topics } from "./topics";

/** One message on its way, and where it stood in the list that was published. */
interface Outgoing {
  index: number;
  topic: string;
  partition: number;
  message: Message;
  bytes: number;
}

interface Connection {
  producer: Promise<Producer>;
  sends: number;
}

/** What a record's frame and its headers' may take beside their text, in bytes. */
const frame = 64;

/** Of the brokers: the message itself can't be taken. */
const unacceptable: readonly string[] = ["MESSAGE_TOO_LARGE", "RECORD_LIST_TOO_LARGE", "INVALID_RECORD"];

/**
 * Sends messages, acknowledged by all replicas in sync. What isn't certain is an error: nothing is repeated here, because who repeats must
 * begin with the oldest message of a key. After an error the next send has a new producer, which knows nothing of old leaders.
 */
export class Publisher {
  /** As Java's client does, so that a key is found in the same partition by whatever else reads the topics. */
  readonly #partitioner = Partitioners.DefaultPartitioner();
  #connection: Connection | undefined;

  constructor(
    private readonly kafka: Kafka,
    private readonly topics: Topics,
    private readonly settings: KafkaSettings,
  ) {}

  async publish(messages: readonly BusMessage[]): Promise<void> {
    try {
      for (const request of requestsOf(await this.#addressed(messages), this.settings.maxMessageBytes)) await this.#send(request);
    } catch (error) {
      if (!(error instanceof MessageRejectedError)) this.topics.doubt();
      throw error;
    }
  }

  /** Waits for what is being sent. */
  async stop(): Promise<void> {
    await this.#retire(this.#connection);
  }

  async #addressed(messages: readonly BusMessage[]): Promise<Outgoing[]> {
    const outgoing: Outgoing[] = [];
    const partitions = new Map<string, PartitionMetadata[]>();
    for (const topic of new Set(messages.map((message) => message.topic))) partitions.set(topic, await this.#partitions(topic));
    for (const [index, { topic, key, headers, payload }] of messages.entries()) {
      const bytes = sizeOf(key, headers, payload);
      if (bytes > this.settings.maxMessageBytes)
        throw new MessageRejectedError(index, `a message of ${bytes} bytes, ${this.settings.maxMessageBytes} are allowed`);
      const name = this.settings.prefix + topic;
      const partitionMetadata = partitions.get(topic)!;
      const message: Message = { key, headers, value: payload };
      const partition = this.#partitioner({ topic: name, partitionMetadata, message });
      outgoing.push({ index, topic: name, partition, message: { ...message, partition }, bytes });
    }
    return outgoing;
  }

  /** The partitioner looks at their number alone. */
  async #partitions(topic: string): Promise<PartitionMetadata[]> {
    const count = await this.topics.partitionsOf(this.settings.prefix + topic);
    return Array.from({ length: count }, (_, partitionId) => ({ partitionId, leader: 0, partitionErrorCode: 0, replicas: [], isr: [] }));
  }

  async #send(request: readonly Outgoing[]): Promise<void> {
    try {
      await this.#sendOnce(request);
    } catch (error) {
      const reason = protocolTypesOf(error).find((type) => unacceptable.includes(type));
      if (!reason) throw error;
      // The brokers don't say which of them it was.
      if (request.length === 1) throw new MessageRejectedError(request[0]!.index, `the broker answers ${reason}`);
      for (const one of request) await this.#send([one]);
    }
  }

  async #sendOnce(request: readonly Outgoing[]): Promise<void> {
    const connection = (this.#connection ??= { producer: this.#connect(), sends: 0 });
    connection.sends++;
    try {
      const producer = await connection.producer;
      const answered = await producer.sendBatch({ acks: -1, timeout: this.settings.answerMs, topicMessages: byTopic(request) });
      const taken = new Set(answered.map(({ topicName, partition }) => `${topicName}/${partition}`));
      const left = request.find(({ topic, partition }) => !taken.has(`${topic}/${partition}`));
      if (left) throw new Error(`the brokers acknowledged nothing for ${left.topic}/${left.partition}`);
    } catch (error) {
      if (this.#connection === connection) this.#connection = undefined;
      throw error;
    } finally {
      connection.sends--;
      // Others may still be sending over one that has failed for us.
      if (connection.sends === 0 && this.#connection !== connection) await this.#retire(connection);
    }
  }

  async #connect(): Promise<Producer> {
    const producer = this.kafka.producer({
      createPartitioner: Partitioners.DefaultPartitioner,
      allowAutoTopicCreation: false,
      idempotent: false,
      retry: { retries: 0 },
    });
    await producer.connect();
    return producer;
  }

  async #retire(connection: Connection | undefined): Promise<void> {
    if (this.#connection === connection) this.#connection = undefined;
    const producer = await connection?.producer.catch(() => undefined); // told to whoever wanted to send
    await producer?.disconnect();
  }
}

function sizeOf(key: string, headers: Record<string, string>, payload: string): number {
  const texts = [key, payload, ...Object.entries(headers).flat()];
  return texts.reduce((sum, text) => sum + Buffer.byteLength(text) + 8, frame);
}

/** In their order, each request not larger than a single message may be: it may all be for one partition. */
function requestsOf(messages: readonly Outgoing[], most: number): Outgoing[][] {
  const requests: Outgoing[][] = [];
  let left = 0;
  for (const message of messages) {
    if (message.bytes > left) {
      requests.push([]);
      left = most;
    }
    requests.at(-1)!.push(message);
    left -= message.bytes;
  }
  return requests;
}

function byTopic(request: readonly Outgoing[]): TopicMessages[] {
  const topics = new Map<string, Message[]>();
  for (const { topic, message } of request) {
    const of = topics.get(topic) ?? [];
    of.push(message);
    topics.set(topic, of);
  }
  return [...topics].map(([topic, messages]) => ({ topic, messages }));
}
