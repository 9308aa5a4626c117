import { lagOf, type EventBus, type Subscription } from "../event-bus";
import { backOff, pause } from "../waiting";
import { BatchConsumer, type BatchOptions } from "./batch-consumer";
import { cleanUp } from "./clean-up";
import { deadLetterTopic } from "./dead-letter";

export interface ConsumerOptions extends Omit<BatchOptions, "signal"> {
  bus: EventBus;
  /** Messages of one partition that share a transaction, at most. */
  batch: number;
  /** How long it is known that an event was applied: longer than the bus may deliver it again. */
  keepMs: number;
  /** Between two clean-ups. */
  cleanUpMs: number;
}

/** How far a consumer has come, as operators see it. */
export interface InboxStatus {
  consumer: string;
  /** False on a node that consumes nothing: it can't tell more. */
  consumes: boolean;
  topics: {
    topic: string;
    /** Messages that are still to be consumed. */
    lag: number;
    /** Messages that it could not apply and nobody has seen to. */
    deadLetters: number;
  }[];
}

/** The group under whose name dead letters of a consumer are seen to. */
const seenTo = (consumer: string): string => `${consumer}.dlq`;

/** One consumer's subscription to its topics, from start to stop, and the clean-up of its table. */
export class Consumer {
  readonly #stopping = new AbortController();
  readonly #bus: EventBus;
  readonly #topics: readonly string[];
  #running: Promise<unknown> | undefined;
  #subscription: Subscription | undefined;

  constructor(private readonly options: ConsumerOptions) {
    this.#bus = options.bus;
    this.#topics = options.subscriptions.map(({ topic }) => topic);
  }

  start(): void {
    this.#running ??= Promise.all([this.#subscribe(), this.#cleanUpForEver()]);
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
    await this.#subscription?.stop();
  }

  lag(): Promise<Record<string, number>> {
    return lagOf(this.#bus, this.options.consumer, this.#topics);
  }

  async status(): Promise<InboxStatus> {
    const { consumer } = this.options;
    const lag = await this.lag();
    const dead = await lagOf(
      this.#bus,
      seenTo(consumer),
      this.#topics.map((topic) => deadLetterTopic(topic, consumer)),
    );
    const topics = this.#topics.map((topic) => ({
      ...{ topic, lag: lag[topic] ?? 0 },
      deadLetters: dead[deadLetterTopic(topic, consumer)] ?? 0,
    }));
    return { consumer, consumes: true, topics };
  }

  async settled(): Promise<void> {
    while (Object.values(await this.lag()).some((behind) => behind > 0)) await pause(10);
  }

  async #subscribe(): Promise<void> {
    const { consumer, batch, retryMs, logger } = this.options;
    const { signal } = this.#stopping;
    const batches = new BatchConsumer({ ...this.options, signal });
    for (let failures = 0; !signal.aborted && !this.#subscription;) {
      try {
        this.#subscription = await this.#bus.subscribe({
          group: consumer,
          topics: this.#topics,
          maxBatch: batch,
          onBatch: (messages) => batches.consume(messages),
        });
      } catch (error) {
        failures++;
        logger.warn(`${consumer} can't subscribe, trying again: ${String(error)}`);
        await pause(backOff(failures, retryMs.base, retryMs.cap), signal);
      }
    }
  }

  async #cleanUpForEver(): Promise<void> {
    const { db, cleanUpMs, keepMs, clock, logger } = this.options;
    const { signal } = this.#stopping;
    for (;;) {
      await pause(cleanUpMs, signal);
      if (signal.aborted) return;
      await cleanUp(db, clock() - keepMs, signal).catch((error: unknown) => logger.warn(`clean-up of the inbox failed: ${String(error)}`));
    }
  }
}
