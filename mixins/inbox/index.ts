import type { Service, ServiceBroker, ServiceSchema } from "moleculer";

import type { ActionRef } from "../action-ref";
import { cleanUpMixin } from "../clean-up";
import type { Database } from "../database";
import type { EventBus } from "../event-bus";
import { Consumer, type ConsumerOptions, type InboxStatus } from "./consumer";
import { Desk } from "./dead-letters/desk";
import type { DeadLetters } from "./dead-letters/operations";
import { handlersOf, hostedBy, type InboxSubscription } from "./event";
import { inSpans } from "./spans";

export { createInboxTable } from "./table";
export { createDeadLetterTables } from "./dead-letters/tables";
export { deadLetterTopic } from "./dead-letters/message";
export type { InboxStatus } from "./consumer";
export type {
  DeadLetterAuditEntry,
  DeadLetterDetails,
  DeadLetters,
  DeadLetterStatus,
  Replay,
  ReplayStep,
  Within,
} from "./dead-letters/operations";
export type { EventHandler, HostedHandler, InboxEvent, InboxSubscription } from "./event";

/** The action that the mixin adds to a service, e.g. `mail.inboxStatus`. It takes no parameters. */
export const inboxStatus = <N extends string>(service: N): ActionRef<object, InboxStatus, `${N}.inboxStatus`, object> => ({
  name: `${service}.inboxStatus`,
  kind: "action",
});

export interface InboxOptions extends Partial<Pick<ConsumerOptions, "batch" | "lingerMs" | "tries" | "retryMs" | "cleanUpMs" | "clock">> {
  /** The consumer's name on the bus and in the table. It never changes: offsets and applied events are kept under it. */
  consumer: string;
  bus(broker: ServiceBroker): EventBus;
  /** False when this node consumes nothing; it then has no `this.inbox`, and `this.deadLetters` all the same. By default it does. */
  consumes?(broker: ServiceBroker): boolean;
  subscriptions: readonly InboxSubscription[];
  /** How long the bus may deliver a message again; that it was applied is known a day longer. Default: 7 days. */
  retentionMs?(broker: ServiceBroker): number;
  /** How long a dead letter that was seen to is kept. Default: 30 days. */
  keepClosedMs?: number;
}

/** What a service can ask of its inbox (`this.inbox`). */
export interface Inbox {
  /** Messages that are still to be consumed, by topic. */
  lag(): Promise<Record<string, number>>;
  /** The same, with its dead letters. */
  status(): Promise<InboxStatus>;
  /** Resolves when nothing is left to consume right now. */
  settled(): Promise<void>;
  /** Finishes the batch in hand, unless it waits for its next try; that one comes again after a restart. May be called twice. */
  stop(): Promise<void>;
}

type Host = Service & { db?: Database; inbox?: Consumer; deadLetters?: DeadLetters };

const day = 24 * 3_600_000;
const figures = {
  batch: 200,
  lingerMs: 0,
  tries: 5,
  retryMs: { base: 100, cap: 5_000 },
  cleanUpMs: 3_600_000,
  clock: Date.now,
};

/** Letters are as large as what they hold. */
const removedTogether = 200;

/**
 * Consumes events, each once, from when all services of the node are up (`this.inbox`), and collects what can't be applied for operators
 * (`this.deadLetters`). Needs `databaseMixin` before it, and in a migration `createInboxTable` and `createDeadLetterTables`. A service whose
 * topics can't be used doesn't start.
 */
export function inboxMixin(options: InboxOptions): Partial<ServiceSchema> {
  const { bus, consumes = () => true, subscriptions, retentionMs = () => 7 * day, keepClosedMs = 30 * day, ...given } = options;
  const { cleanUpMs, clock } = { ...figures, ...given };
  const closed = { table: "dead_letter", key: "id", time: "closed_at", keepMs: keepClosedMs };
  return {
    mixins: [cleanUpMixin({ ...closed, everyMs: cleanUpMs, batch: removedTogether, clock })],
    actions: {
      inboxStatus: {
        visibility: "public",
        async handler(this: Host): Promise<InboxStatus> {
          return this.inbox ? this.inbox.status() : { consumer: options.consumer, consumes: false, topics: [] };
        },
      },
    },
    async started(this: Host) {
      const { db, broker, logger } = this;
      if (!db) throw new Error(`${this.name}: inboxMixin needs the open database of databaseMixin`);
      const hosted = hostedBy(this, subscriptions);
      this.deadLetters = new Desk({ db, consumer: options.consumer, handlerOf: handlersOf(hosted), clock });
      if (!consumes(broker)) return;
      this.inbox = new Consumer({
        ...{ ...figures, ...given, keepMs: retentionMs(broker) + day, subscriptions: hosted, db, bus: bus(broker), logger },
        applying: inSpans(broker, this.name, given.consumer),
      });
      await this.inbox.check();
      // A service that is loaded later, by a hot reload, doesn't hear of the broker's start.
      if (broker.started) this.inbox.start();
    },
    events: {
      "$broker.started"(this: Host) {
        this.inbox?.start();
      },
    },
    async stopped(this: Host) {
      await this.inbox?.stop();
    },
  };
}
