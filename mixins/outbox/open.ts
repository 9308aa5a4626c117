import type { ServiceBroker } from "moleculer";

import type { Database } from "../database";
import { pause } from "../waiting";
import { Desk } from "./desk";
import { Gate } from "./gate";
import { OutboxMetrics } from "./metrics";
import type { OutboxPage } from "./operations";
import type { Relay, RelayLogger } from "./relay";
import { SentLately } from "./sent-lately";
import { OutboxStore } from "./store";
import type { Outbox } from "./types";

/** How often the outbox is measured, in ms. */
export interface Looks {
  gate: number;
  metrics: number;
}

export interface OpenOptions {
  broker: ServiceBroker;
  db: Database;
  logger: RelayLogger;
  service: string;
  table: string;
  clock: () => number;
  /** 0 for as many as there are. */
  mostWaiting: number;
  looksMs: Looks;
  /** Undefined where this node only writes its events. */
  relay?(store: OutboxStore, sent: SentLately): Promise<Relay>;
}

/** The outbox of one service on one node, with all its parts running. */
export async function openOutbox(options: OpenOptions): Promise<Outbox> {
  const { broker, db, logger, service, table, clock, mostWaiting, looksMs } = options;
  const store = new OutboxStore(db, table, clock);
  const metrics = new OutboxMetrics(broker, service, store, looksMs.metrics, logger);
  const gate = new Gate(store, mostWaiting, looksMs.gate, logger);
  const relay = await options.relay?.(store, new SentLately((count) => metrics.sent(count)));
  const desk = new Desk({ db, table, clock, wake: () => relay?.wake() });
  db.beforeCommit(async (tx, published) => {
    if (published.length === 0) return;
    store.write(tx, published);
    if (relay) tx.afterCommit(() => relay.wake());
  });
  await gate.start();
  relay?.start();
  metrics.start();
  return {
    get full() {
      return gate.full;
    },
    lag: () => store.lag(),
    status: () => store.status(relay?.progress),
    drained: () => drained(store),
    stop: async () => {
      await Promise.all([relay?.stop(), gate.stop(), metrics.stop()]);
    },
    parked: (page: OutboxPage) => desk.parked(page),
    retry: (eventId, by) => desk.retry(eventId, by),
    retryAll: (by) => desk.retryAll(by),
    discard: (eventId, by) => desk.discard(eventId, by),
    audit: (page: OutboxPage) => desk.audit(page),
  };
}

async function drained(store: OutboxStore): Promise<void> {
  while ((await store.lag()).waiting > 0) await pause(10);
}
