import { Wakeup } from "../waiting";
import type { EventLog } from "./log";
import type { Part } from "./log-statements";
import { readPartition } from "./partition-reader";
import type { SubscribeOptions, Subscription } from "./types";

/** The consumers of this process: one reader for each partition that one of them subscribed to. */
export class Consumers {
  readonly #growing = new Map<string, Set<Wakeup>>();
  readonly #running = new Map<string, Subscription>();

  constructor(
    private readonly retryMs: { base: number; cap: number },
    private readonly warn: (message: string) => void,
  ) {}

  /** Wakes the readers of partitions that grew. */
  wake(parts: readonly Part[]): void {
    for (const part of parts) this.#growing.get(nameOf(part))?.forEach((grown) => grown.call());
  }

  async subscribe(log: EventLog, options: SubscribeOptions): Promise<Subscription> {
    const names = options.topics.map((topic) => `${options.group} ${topic}`);
    const taken = names.find((name) => this.#running.has(name));
    if (taken) throw new Error(`subscribed already: ${taken}`);
    const stopping = new AbortController();
    const readers = log.join(options.group, options.topics).then(async (places) => {
      return { ended: Promise.all(places.map((place) => this.#read(log, options, place, stopping.signal))) };
    });
    const subscription: Subscription = {
      stop: async () => {
        stopping.abort();
        await (
          await readers
        ).ended;
        for (const name of names) this.#running.delete(name);
      },
    };
    for (const name of names) this.#running.set(name, subscription);
    try {
      await readers;
    } catch (error) {
      for (const name of names) this.#running.delete(name);
      throw error;
    }
    return subscription;
  }

  async stop(): Promise<void> {
    await Promise.all([...new Set(this.#running.values())].map((subscription) => subscription.stop()));
  }

  async #read(log: EventLog, { group, maxBatch, onBatch }: SubscribeOptions, place: Part & { position: number }, signal: AbortSignal) {
    const { topic, part } = place;
    const grown = new Wakeup();
    const growing = this.#growing.get(nameOf(place)) ?? new Set();
    this.#growing.set(nameOf(place), growing.add(grown));
    await readPartition({
      name: `${nameOf(place)} for ${group}`,
      position: place.position,
      grown,
      signal,
      retryMs: this.retryMs,
      read: (from) => log.read(place, from, maxBatch),
      onBatch,
      commit: (position) => log.commit({ consumer: group, topic, part, position }),
      warn: this.warn,
    });
    growing.delete(grown);
  }
}

function nameOf({ topic, part }: Part): string {
  return `${topic}/${part}`;
}
