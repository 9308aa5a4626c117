import type { SASLOptions } from "kafkajs";

/** Where Kafka is, and how its topics and consumers are to be. Only `brokers` must be given. */
export interface KafkaBusOptions {
  /** `host:port` of some of the brokers; the others are found through them. */
  brokers: readonly string[];
  /** Shown in the brokers' logs. */
  clientId?: string;
  /** Set before the names of topics, so that several can share the brokers, e.g. `staging.`. */
  prefix?: string;
  /** Set before the names of groups; without it that of topics. */
  groupPrefix?: string;
  /** What is said for TLS and SASL; without them the connection is plain. */
  ssl?: boolean;
  sasl?: SASLOptions;
  /** Whether missing topics are created; otherwise they are reported. */
  createTopics?: boolean;
  /** Of a topic that is created, and the least that one may have that is there. */
  partitions?: number;
  /** Of a topic that is created; -1 is what the brokers give. */
  replicas?: number;
  retentionMs?: number;
  /** Of a message, key and headers included, in bytes: what `message.max.bytes` of the brokers leaves, which is for a whole request's partition. */
  maxMessageBytes?: number;
  /** A consumer that isn't heard of for so long loses its partitions to others. */
  sessionMs?: number;
  /** A consumer that fetches nothing for so long, not even nothing new, is replaced. */
  stallMs?: number;
  /** How long the brokers may take to accept a connection, and to answer. */
  connectMs?: number;
  answerMs?: number;
  /** Back-off of a batch that was rejected, and of a consumer that crashed. */
  retryMs?: { base: number; cap: number };
  logger?: KafkaLogger;
}

/** `debug` gets what the client says of itself. */
export interface KafkaLogger {
  debug(message: string): void;
  warn(message: string): void;
}

export type KafkaSettings = Required<Omit<KafkaBusOptions, "ssl" | "sasl">> & Pick<KafkaBusOptions, "ssl" | "sasl">;

export function settingsOf(options: KafkaBusOptions): KafkaSettings {
  return {
    clientId: "event-bus",
    prefix: "",
    groupPrefix: options.prefix ?? "",
    createTopics: true,
    partitions: 8,
    replicas: -1,
    retentionMs: 7 * 24 * 3_600_000,
    maxMessageBytes: 1_000_000,
    sessionMs: 10_000,
    stallMs: 60_000,
    connectMs: 3_000,
    answerMs: 10_000,
    retryMs: { base: 50, cap: 5_000 },
    logger: { debug: () => undefined, warn: () => undefined },
    ...options,
  };
}
