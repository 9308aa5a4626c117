/** The event bus on Kafka, by kafkajs. What its client can't be trusted with stands in `publisher.ts` and `subscription.ts`. */
import type { Kafka } from "kafkajs";

import type { BusMessage, EventBus, PartitionProgress, PartitionRange, ReceivedMessage, SubscribeOptions, Subscription } from "../types";
import { kafkaClient } from "./client";
import { type KafkaBusOptions, type KafkaSettings, settingsOf } from "./options";
import { Publisher } from "./publisher";
import { readRanges } from "./reading";
import { KafkaSubscription } from "./subscription";
import { Topics } from "./topics";

/** A message that a group hasn't consumed goes when retention passes, unlike in the embedded bus. */
export function createKafkaBus(options: KafkaBusOptions): EventBus {
  return new KafkaBus(settingsOf(options));
}

class KafkaBus implements EventBus {
  readonly #kafka: Kafka;
  readonly #topics: Topics;
  readonly #publisher: Publisher;
  readonly #subscriptions = new Set<KafkaSubscription>();
  #runs = false;

  constructor(private readonly settings: KafkaSettings) {
    this.#kafka = kafkaClient(settings);
    this.#topics = new Topics(this.#kafka, settings);
    this.#publisher = new Publisher(this.#kafka, this.#topics, settings);
  }

  /** Connections are made when they are needed. */
  async start(): Promise<void> {
    this.#runs = true;
  }

  async ensureTopics(topics: readonly string[]): Promise<void> {
    this.#mustRun();
    await this.#topics.ensure(this.#named(topics));
  }

  async publish(messages: readonly BusMessage[]): Promise<void> {
    this.#mustRun();
    await this.#publisher.publish(messages);
  }

  async subscribe(options: SubscribeOptions): Promise<Subscription> {
    this.#mustRun();
    const subscription = new KafkaSubscription(this.#kafka, this.settings, options);
    this.#subscriptions.add(subscription);
    const stop = async () => {
      await subscription.stop();
      this.#subscriptions.delete(subscription);
    };
    await subscription.start();
    return { stop };
  }

  async progress(group: string, topics: readonly string[]): Promise<PartitionProgress[]> {
    this.#mustRun();
    const { prefix, groupPrefix } = this.settings;
    const found = await this.#topics.progress(groupPrefix + group, this.#named(topics));
    return found.map((one) => ({ ...one, topic: one.topic.slice(prefix.length) }));
  }

  async read(ranges: readonly PartitionRange[]): Promise<ReceivedMessage[]> {
    this.#mustRun();
    const some = ranges.filter(({ from, to }) => to > from);
    if (some.length === 0) return [];
    const { group, messages } = await readRanges(this.#kafka, this.settings, some);
    await this.forget(group);
    return messages;
  }

  async forget(group: string): Promise<void> {
    this.#mustRun();
    await this.#topics.forget(this.settings.groupPrefix + group);
  }

  async stop(): Promise<void> {
    this.#runs = false;
    await Promise.all([...this.#subscriptions].map((subscription) => subscription.stop()));
    await Promise.all([this.#publisher.stop(), this.#topics.stop()]);
  }

  #named(topics: readonly string[]): string[] {
    return topics.map((topic) => this.settings.prefix + topic);
  }

  #mustRun(): void {
    if (!this.#runs) throw new Error("the event bus is not running");
  }
}
