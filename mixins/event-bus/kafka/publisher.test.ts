/** What kafkajs does at times, and the brokers: a client that is put in its place is held to the same. */
import type { Kafka, ProducerBatch } from "kafkajs";

import { deferred } from "../../waiting";
import { MessageRejectedError } from "../errors";
import { settingsOf } from "./options";
import { Publisher } from "./publisher";
import type { Topics } from "./topics";

const message = (key: string, payload = "{}") => ({ topic: "test.v1", key, headers: { ce_id: key }, payload });
const keys = ["a", "b", "c", "d", "e", "f", "g", "h"].map((key) => message(key));

/** Brokers with four partitions for each topic; `answer` may leave out what it likes, or throw. */
function publisher(answer: (sent: { topic: string; partition: number }[], all: ProducerBatch) => unknown = (sent) => sent) {
  const seen = { producers: 0, disconnected: 0, doubts: 0, batches: [] as string[][] };
  const producer = () => {
    seen.producers++;
    return {
      connect: async () => undefined,
      disconnect: async () => void seen.disconnected++,
      async sendBatch(batch: ProducerBatch) {
        const messages = batch.topicMessages!.flatMap(({ topic, messages: of }) => of.map((one) => ({ topic, ...one })));
        seen.batches.push(messages.map(({ key }) => String(key)));
        const sent = messages.map(({ topic, partition }) => ({ topic, partition: partition! }));
        const answered = (await answer(sent, batch)) as typeof sent;
        return answered.map(({ topic, partition }) => ({ topicName: topic, partition, errorCode: 0 }));
      },
    };
  };
  const topics = { partitionsOf: async () => 4, doubt: () => void seen.doubts++ } as unknown as Topics;
  return { seen, publisher: new Publisher({ producer } as unknown as Kafka, topics, settingsOf({ brokers: [], maxMessageBytes: 1_000 })) };
}

const refusal = (type: string) => Object.assign(new Error(type), { cause: Object.assign(new Error(type), { type }) });

test("I7: a partition that is missing in the answer was not sent: the client leaves out one without a leader", async () => {
  const { seen, publisher: one } = publisher((sent) => sent.filter(({ partition }) => partition !== sent[0]!.partition));
  await expect(one.publish(keys)).rejects.toThrow(/acknowledged nothing for test.v1\/\d/);
  expect(seen).toMatchObject({ producers: 1, disconnected: 1, doubts: 1 });
});

test("after an error the next send has a new producer, and asks for the partitions anew", async () => {
  let leaderMoved = true;
  const { seen, publisher: one } = publisher((sent) => {
    if (leaderMoved) throw refusal("NOT_LEADER_FOR_PARTITION");
    return sent;
  });
  await expect(one.publish(keys)).rejects.toThrow("NOT_LEADER_FOR_PARTITION");
  leaderMoved = false;
  await one.publish(keys);
  expect(seen).toMatchObject({ producers: 2, disconnected: 1, doubts: 1 });
});

test("a send that is under way over a producer that failed for another is not cut off", async () => {
  const [first, second] = [deferred<never>(), deferred()];
  const { seen, publisher: one } = publisher(async (sent, { topicMessages }) => {
    await (String(topicMessages![0]!.messages[0]!.key) === "first" ? first : second).promise;
    return sent;
  });
  const failing = one.publish([message("first")]);
  const going = one.publish([message("second")]);
  first.reject(new Error("the connection broke"));
  await expect(failing).rejects.toThrow("the connection broke");
  expect(seen.disconnected).toBe(0);
  second.resolve();
  await going;
  expect(seen).toMatchObject({ producers: 1, disconnected: 1 });
});

test("a message that the brokers refuse for itself is found among the others", async () => {
  const { publisher: one } = publisher((sent, { topicMessages }) => {
    if (topicMessages!.some(({ messages }) => messages.some(({ key }) => key === "c"))) throw refusal("MESSAGE_TOO_LARGE");
    return sent;
  });
  const publishing = one.publish(keys);
  await expect(publishing).rejects.toThrow(MessageRejectedError);
  await expect(publishing).rejects.toMatchObject({ index: 2, message: "the broker answers MESSAGE_TOO_LARGE" });
});

test("requests stay below what a broker takes for one partition, in the order of the messages", async () => {
  const { seen, publisher: one } = publisher();
  await one.publish(keys.map(({ key }) => message(key, "x".repeat(300))));
  expect(seen.batches).toEqual([
    ["a", "b"],
    ["c", "d"],
    ["e", "f"],
    ["g", "h"],
  ]);
});

test("a key has the partition that Java's client gives it", async () => {
  const partitions: number[] = [];
  const { publisher: one } = publisher((sent) => {
    partitions.push(...sent.map(({ partition }) => partition));
    return sent;
  });
  // murmur2 of the key's UTF-8, positive, modulo 4.
  await one.publish([message("21"), message("foobar"), message("a-little-bit-long-string")]);
  const murmur2 = [-973932308, -790332482, -985981536].map((hash) => (hash & 0x7fffffff) % 4);
  expect(partitions).toEqual(murmur2);
});
