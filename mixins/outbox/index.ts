import type { Service, ServiceBroker, ServiceSchema } from "moleculer";

import type { ActionRef } from "../action-ref";
import type { Database } from "../database";
import { topicsAtStart } from "../event-bus";
import { type Looks, openOutbox, type OpenOptions } from "./open";
import { Relay, type RelayBus, type RelayOptions } from "./relay";
import type { OutboxStatus } from "./store";
import type { Outbox } from "./types";

export { addOutboxOperations, createOutboxTables } from "./tables";
export type { DiscardedEvent, Freed, OutboxAuditEntry, OutboxPage, ParkedEvents, ParkedKey } from "./operations";
export type { OutboxLag, OutboxStatus } from "./store";
export type { Outbox } from "./types";

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
  /**
   * How many events may wait before `this.outbox.full` tells who begins new work not to. Default 0: as many as there are. Every node looks at
   * the table now and then (`looksMs.gate`), so somewhat more may be there before it shows.
   */
  mostWaiting?(broker: ServiceBroker): number;
  /** How often the table is looked at, in ms. Default: 2 s for the gate, 10 s for the metrics. */
  looksMs?: Partial<Looks>;
  clock?: () => number;
}

type Host = Service & { db?: Database; outbox?: Outbox };

/** Figures of the relay that hold when nothing else is said. */
export const relayFigures = {
  batch: 500,
  leaseMs: 10_000,
  heartbeatMs: 3_000,
  pollMs: { base: 5, cap: 500 },
  lingerMs: { base: 5, cap: 250 },
  retryMs: { base: 100, cap: 5_000 },
  maxAttempts: 5,
};
const looks = { gate: 2_000, metrics: 10_000 };

/**
 * Publishes the events of a service (`tx.publish`) with the transactions that they tell of, and relays them to the bus. To be listed
 * after `databaseMixin`. It starts right after the database and stops right before it, wherever others stand (Moleculer alone would
 * start the last of the mixins first), because what they do at their start and stop may publish.
 */
export function outboxMixin(options: OutboxOptions): Partial<ServiceSchema> {
  const {
    table,
    bus,
    topics = [],
    relays = () => true,
    exclusive = () => false,
    clock = Date.now,
    mostWaiting,
    looksMs,
    ...given
  } = options;

  const relayOf =
    ({ broker, logger }: Host, db: Database): OpenOptions["relay"] =>
    async (store, sent) => {
      const seen = topics.length === 0 || (await topicsAtStart(bus(broker), topics, logger));
      const figuresOfBoth = { ...relayFigures, ...given, exclusive: exclusive(broker), topics: seen ? [] : topics };
      return new Relay(db, store, bus(broker), figuresOfBoth, logger, sent);
    };

  async function start(this: Host): Promise<void> {
    const { db, broker, logger, name } = this;
    if (!db) throw new Error(`${this.name}: list outboxMixin after databaseMixin, it needs the open database`);
    this.outbox = await openOutbox({
      ...{ broker, db, logger, service: name, table, clock },
      mostWaiting: mostWaiting?.(broker) ?? 0,
      looksMs: { ...looks, ...looksMs },
      ...(relays(broker) && { relay: relayOf(this, db) }),
    });
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
