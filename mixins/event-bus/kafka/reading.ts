import type { Consumer, Kafka } from "kafkajs";
import { v7 } from "uuid";

import { deferred } from "../../waiting";
import type { PartitionRange, ReceivedMessage } from "../types";
import { received } from "./message";
import type { KafkaSettings } from "./options";

/** Reads ranges with a group that lives as long as the reading, as the client knows no other way. Gives its name too, to be struck. */
export async function readRanges(
  kafka: Kafka,
  { prefix, groupPrefix, answerMs }: KafkaSettings,
  ranges: readonly PartitionRange[],
): Promise<{ group: string; messages: ReceivedMessage[] }> {
  const group = `read-${v7()}`;
  const messages: ReceivedMessage[] = [];
  const left = new Map(ranges.map((range) => [nameOf(range.topic, range.partition), range]));
  const consumer = kafka.consumer({ groupId: groupPrefix + group, maxWaitTimeInMs: 100, allowAutoTopicCreation: false });
  const finished = deferred();
  try {
    await consumer.connect();
    await consumer.subscribe({ topics: [...new Set(ranges.map(({ topic }) => prefix + topic))], fromBeginning: true });
    const ended = failureOf(consumer, answerMs);
    await consumer.run({
      autoCommit: false,
      eachBatch: async ({ batch }) => {
        const topic = batch.topic.slice(prefix.length);
        const name = nameOf(topic, batch.partition);
        const range = left.get(name);
        if (!range) return;
        const wanted = batch.messages.filter(({ offset }) => Number(offset) >= range.from && Number(offset) < range.to);
        messages.push(...wanted.map((message) => received(topic, batch.partition, message)));
        if (Number(batch.lastOffset()) >= range.to - 1) left.delete(name);
        if (left.size === 0) finished.resolve();
      },
    });
    for (const { topic, partition, from } of ranges) consumer.seek({ topic: prefix + topic, partition, offset: String(from) });
    await Promise.race([finished.promise, ended]);
    return { group, messages };
  } finally {
    await consumer.stop();
    await consumer.disconnect();
  }
}

/** Rejects when the consumer can't go on, or fetches nothing. */
function failureOf(consumer: Consumer, silentMs: number): Promise<never> {
  const failed = deferred<never>();
  failed.promise.catch(() => undefined); // nobody waits for it any more when all has been read
  const silent = () => setTimeout(() => failed.reject(new Error(`nothing was fetched for ${silentMs} ms`)), silentMs).unref();
  let timer = silent();
  consumer.on(consumer.events.FETCH, () => {
    clearTimeout(timer);
    timer = silent();
  });
  consumer.on(consumer.events.CRASH, ({ payload }) => failed.reject(payload.error));
  return failed.promise;
}

const nameOf = (topic: string, partition: number) => `${topic}/${partition}`;
