import { MessageRejectedError, TopicsError, type BusMessage } from "../event-bus";
import type { RelayBus } from "./relay";

/** A bus for the relay's tests: notes what it takes, can be away, and rejects what it is told to. */
export class FakeBus implements RelayBus {
  readonly taken: BusMessage[] = [];
  away = false;
  /** Tries while it was away. */
  refusals = 0;
  rejects: (message: BusMessage) => boolean = () => false;
  /** Runs ahead of each send. */
  before: (messages: readonly BusMessage[]) => unknown = () => undefined;
  /** Topics that it was asked for while it was there. */
  readonly topics: string[] = [];
  /** Why topics can't be used. */
  unusable: string[] = [];

  async ensureTopics(topics: readonly string[]): Promise<void> {
    if (this.away) throw new Error("the bus is away");
    if (this.unusable.length > 0) throw new TopicsError(this.unusable);
    this.topics.push(...topics);
  }

  async publish(messages: readonly BusMessage[]): Promise<void> {
    await this.before(messages);
    if (this.away) {
      this.refusals++;
      throw new Error("the bus is away");
    }
    const index = messages.findIndex((message) => this.rejects(message));
    if (index >= 0) throw new MessageRejectedError(index, "too large");
    this.taken.push(...messages);
  }

  /** Payloads as they were taken, without repetitions (what an inbox would apply), by key. */
  byKey(): Map<string, string[]> {
    const keys = new Map<string, string[]>();
    for (const { key, payload } of this.taken) {
      const payloads = keys.get(key) ?? [];
      keys.set(key, payloads);
      if (!payloads.includes(payload)) payloads.push(payload);
    }
    return keys;
  }
}
