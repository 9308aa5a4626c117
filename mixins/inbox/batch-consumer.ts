/**
 * What a consumer does with a batch of one partition. I7: when it resolves, each event was applied once or is an acknowledged dead letter,
 * so the offset may be committed. What is wrong with an event goes to the dead letters; what is wrong with the world rejects the batch,
 * and the bus brings it again.
 */
import type { Database } from "../database";
import type { EventBus, ReceivedMessage } from "../event-bus";
import { backOff, pause } from "../waiting";
import { applyOnce, isPassing } from "./apply";
import { type DeadLetter, toBusMessage } from "./dead-letters/message";
import { type Delivery, type EventHandler, handlersOf, type InboxSubscription, readEvent } from "./event";
import { Gathering } from "./gathering";
import type { Applying } from "./spans";

export interface BatchOptions {
  db: Pick<Database, "transaction">;
  /** For dead letters. */
  bus: Pick<EventBus, "publish">;
  /** What becomes of events that can't be applied. Default: they go to the dead letters, with an ALERT. */
  bury?(dead: readonly DeadLetter[]): Promise<void>;
  consumer: string;
  subscriptions: readonly InboxSubscription<EventHandler>[];
  /** How long a batch waits for others to share its transaction: fewer commits, and later ones. */
  lingerMs: number;
  /** How often a batch is tried before its events are tried one by one. */
  tries: number;
  /** Back-off between the tries. */
  retryMs: { base: number; cap: number };
  clock(): number;
  /** Shows what is applied, where somebody looks. */
  applying: Applying;
  logger: { warn(message: string): void; error(message: string): void };
  /** Ends the wait for the next try: the batch is rejected. */
  signal: AbortSignal;
}

/** Events in a transaction that several batches share. */
const mostShared = 800;

export class BatchConsumer {
  readonly #handlerOf: ReturnType<typeof handlersOf>;
  readonly #gathering: Gathering;

  constructor(private readonly options: BatchOptions) {
    const { subscriptions, lingerMs, signal } = options;
    this.#handlerOf = handlersOf(subscriptions);
    this.#gathering = new Gathering({ apply: (deliveries) => this.#apply(deliveries), lingerMs, most: mostShared, signal });
  }

  async consume(messages: readonly ReceivedMessage[]): Promise<void> {
    const { deliveries, dead } = this.#read(messages);
    try {
      await this.#applyWithRetries(deliveries);
    } catch (error) {
      if (isPassing(error) || this.options.signal.aborted) throw error;
      dead.push(...(await this.#applyOneByOne(deliveries)));
    }
    await this.#bury(dead);
  }

  /** Events without a handler are nobody's here and are left out. */
  #read(messages: readonly ReceivedMessage[]): { deliveries: Delivery[]; dead: DeadLetter[] } {
    const deliveries: Delivery[] = [];
    const dead: DeadLetter[] = [];
    for (const message of messages) {
      try {
        const event = readEvent(message);
        const handler = this.#handlerOf(message.topic, event.type);
        if (handler) deliveries.push({ message, event, handler });
      } catch (error) {
        dead.push({ message, error });
      }
    }
    return { deliveries, dead };
  }

  async #applyWithRetries(deliveries: readonly Delivery[]): Promise<void> {
    const { consumer, tries, retryMs, signal, logger } = this.options;
    if (deliveries.length === 0) return;
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#gathering.apply(deliveries);
      } catch (error) {
        if (attempt >= tries) throw error;
        logger.warn(`${consumer} could not apply ${deliveries.length} events (try ${attempt}): ${String(error)}`);
        await pause(backOff(attempt, retryMs.base, retryMs.cap), signal);
        if (signal.aborted) throw error;
      }
    }
  }

  /** Finds the events that can't be applied; the others are. */
  async #applyOneByOne(deliveries: readonly Delivery[]): Promise<DeadLetter[]> {
    const dead: DeadLetter[] = [];
    for (const delivery of deliveries) {
      try {
        await this.#apply([delivery]);
      } catch (error) {
        if (isPassing(error)) throw error;
        dead.push({ message: delivery.message, error });
      }
    }
    return dead;
  }

  #apply(deliveries: readonly Delivery[]): Promise<void> {
    const { db, consumer, clock, applying } = this.options;
    return applying(deliveries, (shown) => applyOnce(db, consumer, clock(), shown));
  }

  /** A dead letter that can't be published makes the batch come again: nothing gets lost between a topic and its dead letters. */
  async #bury(dead: readonly DeadLetter[]): Promise<void> {
    const { bus, consumer, clock, logger } = this.options;
    if (dead.length === 0) return;
    if (this.options.bury) return this.options.bury(dead);
    await bus.publish(dead.map((letter) => toBusMessage(letter, consumer, clock())));
    for (const { message, error } of dead) {
      const name = `${message.headers.ce_type} ${message.headers.ce_id} of ${message.topic}`;
      logger.error(`ALERT: ${consumer} can't apply ${name}, it went to the dead letters: ${String(error)}`);
    }
  }
}
