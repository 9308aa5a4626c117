import type { Consumer, EachBatchPayload, Kafka } from "kafkajs";

import { backOff, deferred, pause } from "../../waiting";
import type { SubscribeOptions, Subscription } from "../types";
import { received } from "./message";
import type { KafkaSettings } from "./options";

/** Partitions that are worked on at a time. Each waits for its own transaction, so more than enough is right. */
const concurrency = 64;
/** How long the brokers hold back the answer that there is nothing: what a stop may have to wait for. */
const emptyFetchMs = 250;

/**
 * One consumer of a group, from start to stop. A consumer that has crashed, or that fetches no more, is replaced by a new one: the client
 * gives up after some tries, and at times goes on without a word.
 */
export class KafkaSubscription implements Subscription {
  readonly #stopping = new AbortController();
  readonly #joined = deferred();
  readonly #failures = new Map<string, number>();
  readonly #resuming = new Set<AbortController>();
  #running: Promise<void> | undefined;
  #inHand = 0;
  #lastSign = 0;
  #joins = 0;

  constructor(
    private readonly kafka: Kafka,
    private readonly settings: KafkaSettings,
    private readonly options: SubscribeOptions,
  ) {}

  /** Resolves when it is a member of the group, or when it is to stop before. */
  async start(): Promise<void> {
    this.#running = this.#run();
    await Promise.race([this.#joined.promise, this.#running]);
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    const { retryMs, logger } = this.settings;
    for (let failures = 0; !signal.aborted;) {
      const joinsBefore = this.#joins;
      const reason = await this.#runOne();
      if (!reason) return;
      failures = this.#joins > joinsBefore ? 1 : failures + 1;
      // Once for an outage. A group that is new to the brokers has no coordinator for a moment.
      const tell = failures === (this.#joins > 0 ? 1 : 2) ? "warn" : "debug";
      logger[tell](`the consumer ${this.options.group} is replaced: ${String(reason)}`);
      await pause(backOff(failures, retryMs.base, retryMs.cap), signal);
    }
  }

  /** From its start to its end; gives why it is to be replaced, nothing when all is to stop. */
  async #runOne(): Promise<Error | undefined> {
    const consumer = this.#consumer();
    const end = this.#endOf(consumer);
    try {
      await consumer.connect();
      await consumer.subscribe({ topics: this.options.topics.map((topic) => this.settings.prefix + topic), fromBeginning: true });
      await consumer.run({
        autoCommit: false,
        eachBatchAutoResolve: false,
        partitionsConsumedConcurrently: concurrency,
        eachBatch: (payload) => this.#eachBatch(payload),
      });
      return await end.promise;
    } catch (error) {
      return this.#stopping.signal.aborted ? undefined : (error as Error);
    } finally {
      end.stop();
      await close(consumer);
    }
  }

  #consumer(): Consumer {
    return this.kafka.consumer({
      groupId: this.settings.groupPrefix + this.options.group,
      sessionTimeout: this.settings.sessionMs,
      heartbeatInterval: this.settings.sessionMs / 5,
      maxWaitTimeInMs: emptyFetchMs,
      metadataMaxAge: 30_000,
      allowAutoTopicCreation: false,
      retry: { initialRetryTime: 100, retries: 5, restartOnFailure: async () => false },
    });
  }

  /** Resolves when the consumer has crashed or stalled, with the reason, or when it is to stop. */
  #endOf(consumer: Consumer): { promise: Promise<Error | undefined>; stop(): void } {
    const { promise, resolve } = deferred<Error | undefined>();
    const { signal } = this.#stopping;
    const { CRASH, FETCH, GROUP_JOIN } = consumer.events;
    const sign = () => (this.#lastSign = performance.now());
    sign();
    const removals = [
      consumer.on(CRASH, ({ payload }) => resolve(payload.error)),
      consumer.on(FETCH, sign),
      consumer.on(GROUP_JOIN, () => {
        this.#joins++;
        this.#joined.resolve();
        sign();
      }),
    ];
    const { stallMs } = this.settings;
    const watch = setInterval(() => {
      const silentMs = performance.now() - this.#lastSign;
      if (this.#inHand === 0 && silentMs > stallMs) resolve(new Error(`it has fetched nothing for ${Math.round(silentMs)} ms`));
    }, stallMs / 4);
    const stopped = () => resolve(undefined);
    signal.addEventListener("abort", stopped, { once: true });
    if (signal.aborted) stopped();
    return {
      promise,
      stop: () => {
        clearInterval(watch);
        signal.removeEventListener("abort", stopped);
        for (const remove of removals) remove();
        for (const resuming of this.#resuming) resuming.abort();
      },
    };
  }

  async #eachBatch(payload: EachBatchPayload): Promise<void> {
    this.#inHand++;
    // A batch may take longer than the session lasts. What a heartbeat finds out, that of the next fetch finds out too.
    const beat = setInterval(() => void payload.heartbeat().catch(() => undefined), this.settings.sessionMs / 5);
    try {
      await this.#consume(payload);
    } finally {
      clearInterval(beat);
      this.#inHand--;
      this.#lastSign = performance.now();
    }
  }

  /** A batch that is rejected stays unresolved, so it is fetched again; its partition alone waits. */
  async #consume({
    batch,
    resolveOffset,
    heartbeat,
    commitOffsetsIfNecessary: commit,
    isRunning,
    isStale,
    pause: pauseIt,
  }: EachBatchPayload) {
    const topic = batch.topic.slice(this.settings.prefix.length);
    const name = `${topic}/${batch.partition}`;
    const { maxBatch, onBatch, group } = this.options;
    for (let from = 0; from < batch.messages.length; from += maxBatch) {
      if (!isRunning() || isStale() || this.#stopping.signal.aborted) return;
      const messages = batch.messages.slice(from, from + maxBatch);
      const last = messages.at(-1)!.offset;
      try {
        await onBatch(messages.map((message) => received(topic, batch.partition, message)));
      } catch (error) {
        const failures = (this.#failures.get(name) ?? 0) + 1;
        this.#failures.set(name, failures);
        if (!this.#stopping.signal.aborted)
          this.settings.logger.warn(
            `${name} for ${group}, from ${messages[0]!.offset}: failure ${failures} in a row, will try again: ${String(error)}`,
          );
        this.#resumeLater(pauseIt(), failures);
        return;
      }
      this.#failures.delete(name);
      // The brokers' word first: what they don't know must be fetched again.
      await commit({ topics: [{ topic: batch.topic, partitions: [{ partition: batch.partition, offset: String(BigInt(last) + 1n) }] }] });
      resolveOffset(last);
      await heartbeat();
    }
  }

  #resumeLater(resume: () => void, failures: number): void {
    const { base, cap } = this.settings.retryMs;
    const resuming = new AbortController();
    this.#resuming.add(resuming);
    void pause(backOff(failures, base, cap), resuming.signal).then(() => {
      this.#resuming.delete(resuming);
      if (!resuming.signal.aborted) resume();
    });
  }
}

/** Leaves the group. That it can't be told to brokers that are away doesn't matter: they find out. */
async function close(consumer: Consumer): Promise<void> {
  await Promise.resolve(consumer.stop()).catch(() => undefined);
  await Promise.resolve(consumer.disconnect()).catch(() => undefined);
}
