import { setImmediate } from "node:timers/promises";

import { isUnavailable } from "../database";
import { deferred, pause } from "../waiting";
import type { Delivery } from "./event";

export interface GatheringOptions {
  /** Applies deliveries in one transaction. */
  apply(deliveries: readonly Delivery[]): Promise<void>;
  /** How long more is waited for. */
  lingerMs: number;
  /** Deliveries that share a transaction, unless one batch alone has more. */
  most: number;
  /** Ends the waiting, not the applying. */
  signal: AbortSignal;
}

interface Batch {
  deliveries: readonly Delivery[];
  resolve(): void;
  reject(error: unknown): void;
}

/**
 * Lets batches of several partitions share a transaction: an outbox that is emptied wakes the readers of all partitions at once, and each of
 * their commits would wait for the disk. One transaction is in flight; what comes meanwhile is in the next. A batch that makes its
 * transaction fail doesn't take the others along: each of them is applied alone then. (Group commit counts calls and never waits for more;
 * here batches differ in size by two orders of magnitude, and nobody waits for an answer.)
 */
export class Gathering {
  #waiting: Batch[] = [];
  #busy = false;

  constructor(private readonly options: GatheringOptions) {}

  /** Resolves when the batch has been applied. */
  apply(deliveries: readonly Delivery[]): Promise<void> {
    const { promise, resolve, reject } = deferred();
    this.#waiting.push({ deliveries, resolve, reject });
    if (!this.#busy) void this.#run();
    return promise;
  }

  /** Never rejects: what goes wrong is told to the batches. */
  async #run(): Promise<void> {
    this.#busy = true;
    for (let left = false; this.#waiting.length > 0; left = this.#waiting.length > 0) {
      if (!left) await this.#linger();
      await this.#settle(this.#take());
    }
    this.#busy = false;
  }

  async #linger(): Promise<void> {
    const { lingerMs, signal } = this.options;
    if (lingerMs > 0) await pause(lingerMs, signal);
    else await setImmediate();
  }

  #take(): Batch[] {
    let size = 0;
    const beyond = this.#waiting.findIndex(({ deliveries }, at) => (size += deliveries.length) > this.options.most && at > 0);
    return this.#waiting.splice(0, beyond < 0 ? this.#waiting.length : beyond);
  }

  async #settle(batches: readonly Batch[]): Promise<void> {
    try {
      await this.options.apply(batches.flatMap(({ deliveries }) => deliveries));
      for (const { resolve } of batches) resolve();
    } catch (error) {
      if (batches.length === 1 || isUnavailable(error)) for (const { reject } of batches) reject(error);
      else for (const batch of batches) await this.#settle([batch]);
    }
  }
}
