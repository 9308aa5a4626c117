import type { Database } from "../database";
import { type EventBus, isTopicsError, lagOf, type Subscription, topicsAtStart } from "../event-bus";
import { backOff, pause } from "../waiting";
import { BatchConsumer, type BatchOptions } from "./batch-consumer";
import { cleanUp } from "./clean-up";
import { collectorOf, deadLetterTopic, probeOf } from "./dead-letters/message";
import { collect, countOpen } from "./dead-letters/rows";

export interface ConsumerOptions extends Omit<BatchOptions, "signal" | "bury"> {
  db: Database;
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
    /** Messages that it could not apply and nobody has seen to: those on their way into the table too, and for a moment at start a probe. */
    deadLetters: number;
  }[];
}

/**
 * One consumer's subscription to its topics, from start to stop, what it could not apply of them collected into its table, and the clean-up
 * of the other one. Nothing is consumed before its dead letters were seen to be writable: what could not be applied has to go somewhere.
 */
export class Consumer {
  readonly #stopping = new AbortController();
  readonly #bus: EventBus;
  readonly #topics: readonly string[];
  /** In the order of the topics. */
  readonly #deadLetterTopics: readonly string[];
  readonly #subscriptions: Subscription[] = [];
  #ensured = false;
  #running: Promise<unknown> | undefined;

  constructor(private readonly options: ConsumerOptions) {
    const { bus, consumer, subscriptions } = options;
    this.#bus = bus;
    this.#topics = subscriptions.map(({ topic }) => topic);
    this.#deadLetterTopics = this.#topics.map((topic) => deadLetterTopic(topic, consumer));
  }

  /** Sees to it that there are all topics. A bus that is away is asked again later; topics that can't be used are for people to mend. */
  async check(): Promise<void> {
    const { consumer, logger } = this.options;
    try {
      this.#ensured = await topicsAtStart(this.#bus, this.#allTopics(), logger);
    } catch (error) {
      throw new Error(`${consumer} can't consume, its topics can't be used: ${(error as Error).message}`, { cause: error });
    }
  }

  start(): void {
    this.#running ??= Promise.all([this.#consume(), this.#cleanUpForEver()]);
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
    await Promise.all(this.#subscriptions.map((subscription) => subscription.stop()));
  }

  lag(): Promise<Record<string, number>> {
    return lagOf(this.#bus, this.options.consumer, this.#topics);
  }

  async status(): Promise<InboxStatus> {
    const { consumer, db } = this.options;
    // The topic before the table: what is collected meanwhile is counted twice rather than not at all.
    const [lag, uncollected] = [await this.lag(), await this.#uncollected()];
    const open = await countOpen(db, consumer);
    const topics = this.#topics.map((topic) => ({
      ...{ topic, lag: lag[topic] ?? 0 },
      deadLetters: (open.get(topic) ?? 0) + (uncollected[deadLetterTopic(topic, consumer)] ?? 0),
    }));
    return { consumer, consumes: true, topics };
  }

  async settled(): Promise<void> {
    const behind = async () => [await this.lag(), await this.#uncollected()].flatMap((lags) => Object.values(lags));
    while ((await behind()).some((lag) => lag > 0)) await pause(10);
  }

  #uncollected(): Promise<Record<string, number>> {
    return lagOf(this.#bus, collectorOf(this.options.consumer), this.#deadLetterTopics);
  }

  async #ensure(): Promise<void> {
    if (!this.#ensured) await this.#bus.ensureTopics(this.#allTopics());
    this.#ensured = true;
  }

  #allTopics(): string[] {
    return [...this.#topics, ...this.#deadLetterTopics];
  }

  async #consume(): Promise<void> {
    const { db, consumer, batch: maxBatch, clock } = this.options;
    const batches = new BatchConsumer({ ...this.options, signal: this.#stopping.signal });
    await this.#untilDone("look at its topics", () => this.#ensure());
    await this.#untilDone("write its dead letters, so it consumes nothing", () => this.#probe(), true);
    await this.#subscribe({
      ...{ group: collectorOf(consumer), topics: this.#deadLetterTopics, maxBatch },
      onBatch: (messages) => collect(db, consumer, messages, clock()),
    });
    await this.#subscribe({ group: consumer, topics: this.#topics, maxBatch, onBatch: (messages) => batches.consume(messages) });
  }

  #probe(): Promise<void> {
    const { consumer, clock } = this.options;
    return this.#bus.publish(this.#deadLetterTopics.map((topic) => probeOf(topic, consumer, clock())));
  }

  #subscribe(subscription: Parameters<EventBus["subscribe"]>[0]): Promise<void> {
    return this.#untilDone("subscribe", async () => {
      this.#subscriptions.push(await this.#bus.subscribe(subscription));
    });
  }

  async #untilDone(what: string, work: () => Promise<void>, urgent = false): Promise<void> {
    const { consumer, retryMs, logger } = this.options;
    const { signal } = this.#stopping;
    for (let failures = 1; !signal.aborted; failures++) {
      try {
        return await work();
      } catch (error) {
        const told = `${consumer} can't ${what}, trying again: ${String(error)}`;
        if (urgent || isTopicsError(error)) logger.error(`ALERT: ${told}`);
        else logger.warn(told);
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
