import type { Service, ServiceBroker, ServiceSchema } from "moleculer";

import type { Database } from "../database";
import type { EventBus } from "../event-bus";
import { pause } from "../waiting";
import { Relay, type RelayOptions } from "./relay";
import { OutboxStore, type OutboxLag } from "./store";

export { createOutboxTables } from "./tables";
export type { OutboxLag } from "./store";

export interface OutboxOptions extends Partial<Omit<RelayOptions, "exclusive">> {
  /** The events' table, e.g. `wallet_outbox_event`. */
  table: string;
  bus(broker: ServiceBroker): EventBus;
  /** True when this process alone uses the database: the relay then waits for no lease. */
  exclusive?(broker: ServiceBroker): boolean;
  clock?: () => number;
}

/** What a service can ask of its outbox (`this.outbox`). */
export interface Outbox {
  lag(): Promise<OutboxLag>;
  /** Resolves when every event that was committed so far, parked ones apart, is on the bus. */
  drained(): Promise<void>;
  /** Finishes the batch in hand; what is left is sent after the next start. May be called twice. */
  stop(): Promise<void>;
}

type Host = Service & { db?: Database; outbox?: Outbox };

const figures = {
  batch: 500,
  leaseMs: 10_000,
  heartbeatMs: 3_000,
  pollMs: { base: 5, cap: 500 },
  lingerMs: 5,
  retryMs: { base: 100, cap: 5_000 },
  maxAttempts: 5,
};

/**
 * Publishes the events of a service (`tx.publish`) with the transactions that they tell of, and relays them to the bus. To be listed
 * after `databaseMixin`. It starts right after the database and stops right before it, wherever others stand (Moleculer alone would
 * start the last of the mixins first), because what they do at their start and stop may publish.
 */
export function outboxMixin(options: OutboxOptions): Partial<ServiceSchema> {
  const { table, bus, exclusive = () => false, clock = Date.now, ...given } = options;

  async function start(this: Host): Promise<void> {
    const { db, broker } = this;
    if (!db) throw new Error(`${this.name}: list outboxMixin after databaseMixin, it needs the open database`);
    const store = new OutboxStore(db, table, clock);
    const relay = new Relay(db, store, bus(broker), { ...figures, ...given, exclusive: exclusive(broker) }, this.logger);
    db.beforeCommit(async (tx, published) => {
      if (published.length === 0) return;
      await store.write(tx, published);
      tx.afterCommit(() => relay.wake());
    });
    this.outbox = { lag: () => store.lag(), drained: () => drained(store), stop: () => relay.stop() };
    relay.start();
  }

  async function stop(this: Host): Promise<void> {
    await this.outbox?.stop();
  }

  const schema = {
    merged(whole: ServiceSchema) {
      whole.started = [start, whole.started ?? []].flat();
      whole.stopped = [stop, whole.stopped ?? []].flat();
    },
  };
  return schema as Partial<ServiceSchema>;
}

async function drained(store: OutboxStore): Promise<void> {
  while ((await store.lag()).waiting > 0) await pause(10);
}
