/** A consumer of kafkajs may crash, or go on without fetching anything: it is replaced. */
import type { EachBatchPayload, Kafka } from "kafkajs";

import { atEnd } from "../../../test/support/cleanup";
import { waitFor } from "../../../test/support/wait";
import { deferred } from "../../waiting";
import { type KafkaBusOptions, settingsOf } from "./options";
import { KafkaSubscription } from "./subscription";

type Listener = (event: { payload: { error: Error } }) => void;

/** Consumers as the client would make them; `joins` is asked whether one becomes a member. */
class FakeKafka {
  readonly made: FakeConsumer[] = [];
  joins: (n: number) => boolean = () => true;

  consumer() {
    const consumer = new FakeConsumer(() => this.joins(this.made.length));
    this.made.push(consumer);
    return consumer;
  }
}

class FakeConsumer {
  readonly events = { CRASH: "crash", FETCH: "fetch", GROUP_JOIN: "join" };
  readonly #listeners = new Map<string, Set<Listener>>();
  closed = false;
  eachBatch: (payload: EachBatchPayload) => Promise<void> = async () => undefined;

  constructor(private readonly joins: () => boolean) {}

  on(event: string, listener: Listener) {
    const all = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, all.add(listener));
    return () => all.delete(listener);
  }
  tell(event: string, error = new Error(event)) {
    for (const listener of this.#listeners.get(event) ?? []) listener({ payload: { error } });
  }
  async run({ eachBatch }: { eachBatch: FakeConsumer["eachBatch"] }) {
    this.eachBatch = eachBatch;
    this.tell(this.joins() ? "join" : "crash");
  }
  async connect() {}
  async subscribe() {}
  async stop() {}
  async disconnect() {
    this.closed = true;
  }
}

function subscription(
  kafka: FakeKafka,
  warnings: string[],
  options: Partial<KafkaBusOptions> = {},
  onBatch = async () => undefined as void,
) {
  const logger = { debug: () => undefined, warn: (message: string) => void warnings.push(message) };
  const settings = settingsOf({ brokers: [], retryMs: { base: 1, cap: 2 }, logger, ...options });
  const one = new KafkaSubscription(kafka as unknown as Kafka, settings, { group: "g", topics: ["t"], maxBatch: 10, onBatch });
  atEnd(() => one.stop());
  return one;
}

test("one that crashes is replaced, and that is told once for an outage", async () => {
  const kafka = new FakeKafka();
  const warnings: string[] = [];
  const one = subscription(kafka, warnings);
  await one.start();
  kafka.joins = (n) => n > 5;
  kafka.made[0]!.tell("crash", new Error("the connection broke"));
  await waitFor(() => kafka.made.length === 6, { what: "tries until one joins" });
  await one.stop();
  expect(kafka.made.every(({ closed }) => closed)).toBe(true);
  expect(warnings).toEqual(["the consumer g is replaced: Error: the connection broke"]);
});

test("one that fetches nothing any more is replaced, but not while it works on a batch", async () => {
  const kafka = new FakeKafka();
  const warnings: string[] = [];
  const work = deferred();
  const one = subscription(kafka, warnings, { stallMs: 20, sessionMs: 60_000 }, () => work.promise);
  await one.start();
  const batch = { topic: "t", partition: 0, messages: [{ key: null, value: Buffer.from("{}"), offset: "7", headers: {} }] };
  const committed: unknown[] = [];
  const working = kafka.made[0]!.eachBatch({
    ...{ batch, isRunning: () => true, isStale: () => false, heartbeat: async () => undefined, resolveOffset: () => undefined },
    commitOffsetsIfNecessary: async (offsets: unknown) => void committed.push(offsets),
  } as unknown as EachBatchPayload);
  let looks = 0;
  const watching = setInterval(() => looks++, 5);
  await waitFor(() => looks > 20, { what: "the watch to look several times" });
  clearInterval(watching);
  expect(kafka.made).toHaveLength(1);
  work.resolve();
  await working;
  expect(committed).toEqual([{ topics: [{ topic: "t", partitions: [{ partition: 0, offset: "8" }] }] }]);
  await waitFor(() => kafka.made.length > 1, { what: "another consumer" });
  expect(warnings[0]).toMatch(/^the consumer g is replaced: Error: it has fetched nothing for \d+ ms$/);
});
