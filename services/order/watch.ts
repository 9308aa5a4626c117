/** Who waits for news of orders on this node. One look at all of these orders serves everybody, and nobody looks while nobody waits. */
import type { Service, ServiceSchema } from "moleculer";

import type { Database } from "../../mixins/database";
import { pause } from "../../mixins/waiting";
import type { Order } from "./order";
import { readTracks } from "./orders";

type History = Order["history"];

interface Waiting {
  orderId: string;
  /** How many entries of the history are known. */
  known: number;
  tell(grown?: History): void;
  fail(error: unknown): void;
}

export interface WatchOptions {
  /** Histories by order; unknown orders are left out. */
  read(orderIds: readonly string[]): Promise<ReadonlyMap<string, { history: History }>>;
  /** From one look to the next, in ms. */
  everyMs: number;
}

export class Watch {
  readonly #waiting = new Set<Waiting>();
  readonly #stopping = new AbortController();
  #looking: Promise<void> | undefined;

  constructor(private readonly options: WatchOptions) {}

  /**
   * The order's history once it has more than `known` entries; undefined when it still hasn't after `ms`, or the watch stops. Rejects when
   * the orders can't be read.
   */
  grown(orderId: string, known: number, ms: number): Promise<History | undefined> {
    if (this.#stopping.signal.aborted) return Promise.resolve(undefined);
    return new Promise((resolve, reject) => {
      const end = (settle: () => void) => {
        clearTimeout(timer);
        this.#waiting.delete(waiting);
        settle();
      };
      const waiting: Waiting = {
        orderId,
        known,
        tell: (grown) => end(() => resolve(grown)),
        fail: (error) => end(() => reject(error as Error)),
      };
      const timer = setTimeout(waiting.tell, ms);
      this.#waiting.add(waiting);
      this.#looking ??= this.#look();
    });
  }

  /** Nobody waits any longer. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    for (const one of this.#waiting) one.tell();
    await this.#looking;
  }

  async #look(): Promise<void> {
    const { signal } = this.#stopping;
    for (;;) {
      await pause(this.options.everyMs, signal);
      if (signal.aborted || this.#waiting.size === 0) break;
      await this.#lookOnce([...this.#waiting]);
    }
    this.#looking = undefined;
  }

  async #lookOnce(waiting: readonly Waiting[]): Promise<void> {
    try {
      const found = await this.options.read([...new Set(waiting.map(({ orderId }) => orderId))]);
      for (const one of waiting) {
        const history = found.get(one.orderId)?.history ?? [];
        if (history.length > one.known) one.tell(history);
      }
    } catch (error) {
      for (const one of waiting) one.fail(error);
    }
  }
}

const watches = new WeakMap<Service, Watch>();

/** The watch of an order service that runs. */
export function watchOf(host: Service): Watch {
  const watch = watches.get(host);
  if (!watch) throw new Error(`${host.name} watches no orders: it isn't started`);
  return watch;
}

/** Gives the order service its watch. */
export const orderWatch: Partial<ServiceSchema> = {
  async started(this: Service & { db?: Database }) {
    const { db } = this;
    if (!db) throw new Error(`${this.name} has no database`);
    watches.set(this, new Watch({ read: (orderIds) => readTracks(db, orderIds), everyMs: 200 }));
  },
  async stopped(this: Service) {
    await watches.get(this)?.stop();
  },
};
