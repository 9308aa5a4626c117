/** The bus on a Kafka of its own: what every bus does, and what one on servers does while these die. */
import { v7 as uuid } from "uuid";

import type { KafkaServer } from "../../scripts/kafka/server";
import { createKafkaBus, type KafkaBusOptions } from "../../mixins/event-bus";
import { eventBusConformance } from "../../mixins/event-bus/event-bus.conformance";
import { busThroughOutages } from "../../mixins/event-bus/outages.conformance";
import { deferred, pause } from "../../mixins/waiting";
import { ownKafka, ownKafkas } from "./own-kafka";

const retryMs = { base: 1, cap: 100 };
let kafka: KafkaServer;

beforeAll(async () => {
  kafka = await ownKafka();
}, 120_000);

const bus = (options: Partial<KafkaBusOptions> = {}) => createKafkaBus({ brokers: [kafka.brokers], retryMs, ...options });

eventBusConformance("Kafka", async () => {
  const prefix = `${uuid()}.`;
  return { bus: () => bus({ prefix }), tooLarge: JSON.stringify({ n: 1, text: "x".repeat(1_000_000) }) };
});

describe("topics", () => {
  test("one that is missing where none are created is named; so is one with too few partitions", async () => {
    const few = bus({ partitions: 2 });
    await few.start();
    await few.ensureTopics(["few.v1"]);
    const many = bus({ partitions: 3, createTopics: false });
    await many.start();
    await expect(many.ensureTopics(["few.v1"])).rejects.toThrow("the topic few.v1 has 2 partitions, 3 are needed");
    await expect(many.ensureTopics(["few.v1", "none.v1"])).rejects.toThrow("the topic none.v1 is missing, and is not to be created");
    await Promise.all([few.stop(), many.stop()]);
  });

  test("all services of a node may see to theirs at once, also to the same one", async () => {
    const one = bus();
    await one.start();
    const asked = Array.from({ length: 12 }, (_, n) => one.ensureTopics([`together-${n}.v1`, "together.v1"]));
    await expect(Promise.all(asked)).resolves.toHaveLength(12);
    await one.stop();
  });

  test("more replicas than there are brokers is told as a topic that can't be created", async () => {
    const one = bus({ replicas: 3 });
    await one.start();
    await expect(one.ensureTopics(["wide.v1"])).rejects.toMatchObject({
      type: "BUS_TOPICS_UNUSABLE",
      message: expect.stringContaining("INVALID_REPLICATION_FACTOR"),
    });
    await one.stop();
  });
});

test("a consumer waits for brokers that are away, and stops all the same", async () => {
  const tried = deferred();
  const logger = { debug: () => undefined, warn: () => tried.resolve() };
  const one = createKafkaBus({ brokers: ["127.0.0.1:1"], connectMs: 200, retryMs, logger });
  await one.start();
  await expect(one.ensureTopics(["t.v1"])).rejects.toThrow();
  const subscribing = one.subscribe({ group: "g", topics: ["t.v1"], maxBatch: 1, onBatch: async () => undefined });
  await tried.promise;
  await one.stop();
  await subscribing;
});

busThroughOutages("a cluster of three", async () => {
  const servers = await ownKafkas(3);
  const brokers = servers.map((server) => server.brokers);
  let next = 0;
  return {
    bus: () => createKafkaBus({ brokers, retryMs, answerMs: 3_000, connectMs: 1_000, sessionMs: 6_000 }),
    outages: 4,
    /** Each of them leads partitions. */
    async outage() {
      const server = servers[next++ % servers.length]!;
      if (next % 2) await server.kill();
      else server.freeze();
      await pause(1_500);
      if (next % 2) await server.run();
      else server.wake();
      await pause(1_500);
    },
  };
});
