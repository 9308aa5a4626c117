/**
 * The event bus of one process: a durable log in a SQLite file that keeps Kafka's promises (at least once, order for a key, kept until
 * retention, across restarts and kill -9), with nothing to install. Only one process may use the file.
 */
import { pause } from "../waiting";
import { Consumers } from "./consumers";
import { MessageRejectedError } from "./errors";
import { EventLog } from "./log";
import type { BusMessage, EventBus, PartitionProgress, PartitionRange, ReceivedMessage, SubscribeOptions, Subscription } from "./types";

export interface EmbeddedBusOptions {
  /** Absolute path of the SQLite file. */
  file: string;
  /** Of a topic that is created; topics that exist keep theirs. */
  partitions?: number;
  /** What a known consumer has not committed is kept longer. */
  retentionMs?: number;
  /** Between two clean-ups. */
  cleanUpMs?: number;
  /** Payload and headers, in bytes. */
  maxMessageBytes?: number;
  /** Back-off of a batch that was rejected. */
  retryMs?: { base: number; cap: number };
  clock?: () => number;
  logger?: { warn(message: string): void };
}

export interface EmbeddedBus extends EventBus {
  /** Removes what retention no longer keeps; gives the number of messages. Runs by itself every `cleanUpMs`. */
  cleanUp(): Promise<number>;
}

export function createEmbeddedBus(options: EmbeddedBusOptions): EmbeddedBus {
  return new SqliteBus(options);
}

class SqliteBus implements EmbeddedBus {
  readonly #options: Required<EmbeddedBusOptions>;
  readonly #consumers: Consumers;
  readonly #stopping = new AbortController();
  #starting: Promise<void> | undefined;
  #log: EventLog | undefined;
  #cleaning: Promise<void> | undefined;

  constructor(options: EmbeddedBusOptions) {
    this.#options = {
      partitions: 8,
      retentionMs: 7 * 24 * 3_600_000,
      cleanUpMs: 600_000,
      maxMessageBytes: 1024 * 1024,
      retryMs: { base: 50, cap: 5_000 },
      clock: Date.now,
      logger: { warn: () => undefined },
      ...options,
    };
    this.#consumers = new Consumers(this.#options.retryMs, (message) => this.#options.logger.warn(message));
  }

  start(): Promise<void> {
    this.#starting ??= this.#open();
    return this.#starting;
  }

  async publish(messages: readonly BusMessage[]): Promise<void> {
    const log = this.#opened();
    if (messages.length === 0) return;
    messages.forEach((message, index) => this.#mustFit(message, index));
    this.#consumers.wake(await log.append(messages));
  }

  async subscribe(options: SubscribeOptions): Promise<Subscription> {
    return this.#consumers.subscribe(this.#opened(), options);
  }

  /** A topic that is there keeps its partitions, whatever their number: this process reads them all. */
  async ensureTopics(topics: readonly string[]): Promise<void> {
    await this.#opened().createTopics(topics);
  }

  async progress(group: string, topics: readonly string[]): Promise<PartitionProgress[]> {
    return this.#opened().progress(group, topics);
  }

  async cleanUp(): Promise<number> {
    const log = this.#opened();
    const before = this.#options.clock() - this.#options.retentionMs;
    let total = 0;
    for (;;) {
      const removed = await log.removeExpired(before);
      total += removed;
      if (removed === 0 || this.#stopping.signal.aborted) return total;
    }
  }

  async read(ranges: readonly PartitionRange[]): Promise<ReceivedMessage[]> {
    const log = this.#opened();
    const parts: ReceivedMessage[][] = [];
    for (const { topic, partition, from, to } of ranges)
      parts.push(await log.read({ topic, part: partition }, from, Math.max(0, to - from)));
    return parts.flatMap((part, at) => part.filter(({ offset }) => Number(offset) < ranges[at]!.to));
  }

  /** Nothing is kept for it any longer. */
  async forget(group: string): Promise<void> {
    await this.#opened().forget(group);
  }

  async stop(): Promise<void> {
    // A start that failed was told to whoever started; there is nothing to stop then.
    await this.#starting?.catch(() => undefined);
    const log = this.#log;
    if (!log) return;
    this.#stopping.abort();
    await this.#consumers.stop();
    await this.#cleaning;
    this.#log = undefined;
    await log.close();
  }

  async #open(): Promise<void> {
    this.#log = await EventLog.open(this.#options.file, this.#options.partitions, this.#options.clock);
    this.#cleaning = this.#cleanUpForEver();
  }

  #opened(): EventLog {
    if (!this.#log) throw new Error("the event bus is not running");
    return this.#log;
  }

  async #cleanUpForEver(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      await this.cleanUp().catch((error: unknown) => this.#options.logger.warn(`clean-up of the event bus failed: ${String(error)}`));
      await pause(this.#options.cleanUpMs, signal);
    }
  }

  #mustFit({ headers, payload }: BusMessage, index: number): void {
    const bytes = Buffer.byteLength(payload) + Buffer.byteLength(JSON.stringify(headers));
    if (bytes > this.#options.maxMessageBytes) {
      throw new MessageRejectedError(index, `a message of ${bytes} bytes, ${this.#options.maxMessageBytes} are allowed`);
    }
  }
}
