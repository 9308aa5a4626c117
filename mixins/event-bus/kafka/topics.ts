import type { Admin, Kafka } from "kafkajs";

import { backOff, pause } from "../../waiting";
import { TopicsError } from "../errors";
import type { PartitionProgress } from "../types";
import { protocolTypesOf } from "./client";
import type { KafkaSettings } from "./options";

/** Answers that no repetition changes. */
const isFinal = (type: string) => type.startsWith("INVALID_") || type.endsWith("_AUTHORIZATION_FAILED") || type === "POLICY_VIOLATION";

/** A topic or group that is new, or whose broker has just started, takes a moment to be known. */
const notKnownYet: readonly string[] = [
  ...["UNKNOWN_TOPIC_OR_PARTITION", "LEADER_NOT_AVAILABLE"],
  ...["GROUP_LOAD_IN_PROGRESS", "GROUP_COORDINATOR_NOT_AVAILABLE", "NOT_COORDINATOR_FOR_GROUP"],
];

/** What is asked of the brokers about topics and groups, by their names at the brokers. */
export class Topics {
  #admin: Promise<Admin> | undefined;
  readonly #partitions = new Map<string, number>();

  constructor(
    private readonly kafka: Kafka,
    private readonly settings: KafkaSettings,
  ) {}

  /** @throws TopicsError */
  ensure(names: readonly string[]): Promise<void> {
    return this.#ask(async (admin) => {
      const there = new Set(await admin.listTopics());
      const missing = names.filter((name) => !there.has(name));
      const problems = this.settings.createTopics
        ? await this.#create(admin, missing)
        : missing.map((name) => `the topic ${name} is missing, and is not to be created`);
      if (problems.length) throw new TopicsError(problems);
      const few = (await admin.fetchTopicMetadata({ topics: [...names] })).topics.filter(
        ({ partitions }) => partitions.length < this.settings.partitions,
      );
      if (few.length === 0) return;
      throw new TopicsError(
        few.map(({ name, partitions }) => `the topic ${name} has ${partitions.length} partitions, ${this.settings.partitions} are needed`),
      );
    });
  }

  /** How many partitions a topic has. Remembered until `doubt`. */
  async partitionsOf(name: string): Promise<number> {
    const known = this.#partitions.get(name);
    if (known !== undefined) return known;
    const { topics } = await this.#ask((admin) => admin.fetchTopicMetadata({ topics: [name] }));
    const count = topics.find((topic) => topic.name === name)?.partitions.length ?? 0;
    if (count === 0) throw new Error(`the topic ${name} has no partitions`);
    this.#partitions.set(name, count);
    return count;
  }

  /** Something went wrong: what is known of topics is to be asked for again. */
  doubt(): void {
    this.#partitions.clear();
  }

  /** By topic and partition. Topics that don't exist are left out. */
  progress(group: string, names: readonly string[]): Promise<PartitionProgress[]> {
    return this.#ask(async (admin) => {
      const all = new Set(await admin.listTopics());
      const there = names.filter((name) => all.has(name)).toSorted();
      if (there.length === 0) return [];
      const [committed, ...ends] = await Promise.all([
        admin.fetchOffsets({ groupId: group, topics: there }),
        ...there.map((name) => admin.fetchTopicOffsets(name)),
      ]);
      return there.flatMap((topic, at) => {
        const positions = new Map(
          committed.find((one) => one.topic === topic)?.partitions.map(({ partition, offset }) => [partition, Number(offset)]),
        );
        return ends[at]!.map(({ partition, low, high }): PartitionProgress => {
          const first = Number(low);
          // -1: nothing committed. A position that retention has passed is worth no more.
          return { topic, partition, first, position: Math.max(first, positions.get(partition) ?? -1), next: Number(high) };
        }).toSorted((a, b) => a.partition - b.partition);
      });
    });
  }

  async forget(group: string): Promise<void> {
    await this.#ask(async (admin) => {
      try {
        await admin.deleteGroups([group]);
      } catch (error) {
        if (!protocolTypesOf(error).includes("GROUP_ID_NOT_FOUND")) throw error;
      }
    });
  }

  async stop(): Promise<void> {
    const admin = this.#admin;
    this.#admin = undefined;
    await admin?.then(
      (one) => one.disconnect(),
      () => undefined, // it was never there
    );
  }

  /** Gives why topics could not be created; throws what may pass. */
  async #create(admin: Admin, names: readonly string[]): Promise<string[]> {
    if (names.length === 0) return [];
    const { partitions, replicas, retentionMs } = this.settings;
    try {
      await admin.createTopics({
        topics: names.map((topic) => ({
          topic,
          numPartitions: partitions,
          replicationFactor: replicas,
          configEntries: [{ name: "retention.ms", value: String(retentionMs) }],
        })),
      });
      return [];
    } catch (error) {
      const types = protocolTypesOf(error);
      if (types.length > 0 && types.every((type) => type === "TOPIC_ALREADY_EXISTS")) return []; // by another node, meanwhile
      const final = types.find(isFinal);
      if (!final) throw error;
      return [`topics (${names.join(", ")}) can't be created: ${final}`];
    }
  }

  async #ask<T>(question: (admin: Admin) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#askOnce(question);
      } catch (error) {
        if (attempt === 5 || !protocolTypesOf(error).some((type) => notKnownYet.includes(type))) throw error;
        await pause(backOff(attempt, 100, 1_000));
      }
    }
  }

  /** Asks over the one connection there is. One that broke is broken for all who ask, and the next gets another; what brokers refuse breaks none. */
  async #askOnce<T>(question: (admin: Admin) => Promise<T>): Promise<T> {
    const connecting = (this.#admin ??= this.#connect());
    try {
      return await question(await connecting);
    } catch (error) {
      if (this.#admin === connecting && protocolTypesOf(error).length === 0) await this.stop();
      throw error;
    }
  }

  async #connect(): Promise<Admin> {
    const admin = this.kafka.admin();
    try {
      await admin.connect();
      return admin;
    } catch (error) {
      await admin.disconnect();
      throw error;
    }
  }
}
