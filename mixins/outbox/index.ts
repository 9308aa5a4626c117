import type { Service, ServiceBroker, ServiceSchema } from "moleculer";

import type { ActionRef } from "../action-ref";
import type { Database } from "../database";
import { topicsAtStart } from "../event-bus";
import { pause } from "../waiting";
import { Relay, type RelayBus, type RelayOptions } from "./relay";
import { OutboxStore, type OutboxLag, type OutboxStatus } from "./store";

export { createOutboxTables } from "./tables";
export type { OutboxLag, OutboxStatus } from "./store";

/** The action that the mixin adds to a service, e.g. `wallet.outboxStatus`. It takes no parameters. */
export const outboxStatus = <N extends string>(service: N): ActionRef<object, OutboxStatus, `${N}.outboxStatus`, object> => ({
  name: `${service}.outboxStatus`,
  kind: "action",
});

export interface OutboxOptions extends Partial<Omit<RelayOptions, "exclusive" | "topics">> {
  /** The events' table, e.g. `wallet_outbox_event`. */
  table: string;
  bus(broker: ServiceBroker): RelayBus;
  /** Where the service publishes: they are created, and whoever can't use them hears of it at start. */
  topics?: readonly string[];
  /** False when this node only writes its events: they wait in the table for a node that relays them. By default it does. */
  relays?(broker: ServiceBroker): boolean;
  /** True when this process alone uses the database: the relay then waits for no lease. */
  exclusive?(broker: ServiceBroker): boolean;
  clock?: () => number;
}

/** What a service can ask of its outbox (`this.outbox`). */
export interface Outbox {
  lag(): Promise<OutboxLag>;
  /** The same, and how many keys are parked. */
  status(): Promise<OutboxStatus>;
  /** Resolves when every event that was committed so far, parked ones apart, is on the bus; whichever node has put it there. */
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
  lingerMs: { base: 5, cap: 250 },
  retryMs: { base: 100, cap: 5_000 },
  maxAttempts: 5,
};

/**
 * Publishes the events of a service (`tx.publish`) with the transactions that they tell of, and relays them to the bus. To be listed
 * after `databaseMixin`. It starts right after the database and stops right before it, wherever others stand (Moleculer alone would
 * start the last of the mixins first), because what they do at their start and stop may publish.
 */
export function outboxMixin(options: OutboxOptions): Partial<ServiceSchema> {
  const { table, bus, topics = [], relays = () => true, exclusive = () => false, clock = Date.now, ...given } = options;

  async function makeRelay({ broker, logger }: Host, db: Database, store: OutboxStore): Promise<Relay> {
    const seen = topics.length === 0 || (await topicsAtStart(bus(broker), topics, logger));
    const figuresOfBoth = { ...figures, ...given, exclusive: exclusive(broker), topics: seen ? [] : topics };
    return new Relay(db, store, bus(broker), figuresOfBoth, logger);
  }

  async function start(this: Host): Promise<void> {
    const { db, broker } = this;
    if (!db) throw new Error(`${this.name}: list outboxMixin after databaseMixin, it needs the open database`);
    const store = new OutboxStore(db, table, clock);
    const relay = relays(broker) ? await makeRelay(this, db, store) : undefined;
    db.beforeCommit(async (tx, published) => {
      if (published.length === 0) return;
      store.write(tx, published);
      if (relay) tx.afterCommit(() => relay.wake());
    });
    this.outbox = { lag: () => store.lag(), status: () => store.status(), drained: () => drained(store), stop: async () => relay?.stop() };
    relay?.start();
  }

  async function stop(this: Host): Promise<void> {
    await this.outbox?.stop();
  }

  const schema = {
    actions: {
      outboxStatus: {
        visibility: "public",
        async handler(this: Host): Promise<OutboxStatus> {
          if (!this.outbox) throw new Error(`${this.name} has not started`);
          return this.outbox.status();
        },
      },
    },
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
