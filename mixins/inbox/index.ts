import type { Service, ServiceBroker, ServiceSchema } from "moleculer";

import type { ActionRef } from "../action-ref";
import type { Database } from "../database";
import type { EventBus } from "../event-bus";
import { Consumer, type ConsumerOptions, type InboxStatus } from "./consumer";
import { hostedBy, type InboxSubscription } from "./event";
import { inSpans } from "./spans";

export { createInboxTable } from "./table";
export { deadLetterTopic } from "./dead-letter";
export type { InboxStatus } from "./consumer";
export type { EventHandler, HostedHandler, InboxEvent, InboxSubscription } from "./event";

/** The action that the mixin adds to a service, e.g. `mail.inboxStatus`. It takes no parameters. */
export const inboxStatus = <N extends string>(service: N): ActionRef<object, InboxStatus, `${N}.inboxStatus`, object> => ({
  name: `${service}.inboxStatus`,
  kind: "action",
});

export interface InboxOptions extends Partial<
  Pick<ConsumerOptions, "batch" | "lingerMs" | "tries" | "retryMs" | "keepMs" | "cleanUpMs" | "clock">
> {
  /** The consumer's name on the bus and in the table. It never changes: offsets and applied events are kept under it. */
  consumer: string;
  bus(broker: ServiceBroker): EventBus;
  /** False when this node consumes nothing; it then has no `this.inbox`. By default it does. */
  consumes?(broker: ServiceBroker): boolean;
  subscriptions: readonly InboxSubscription[];
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

type Host = Service & { db?: Database; inbox?: Consumer };

const day = 24 * 3_600_000;
const figures = {
  batch: 200,
  lingerMs: 0,
  tries: 5,
  retryMs: { base: 100, cap: 5_000 },
  // A day more than the bus keeps a message.
  keepMs: 8 * day,
  cleanUpMs: 3_600_000,
  clock: Date.now,
};

/** Consumes events, each once, from when all services of the node are up. Needs `databaseMixin`. */
export function inboxMixin(options: InboxOptions): Partial<ServiceSchema> {
  const { bus, consumes = () => true, subscriptions, ...given } = options;
  return {
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
      if (!consumes(broker)) return;
      const hosted = hostedBy(this, subscriptions);
      this.inbox = new Consumer({
        ...{ ...figures, ...given, subscriptions: hosted, db, bus: bus(broker), logger },
        applying: inSpans(broker, this.name, given.consumer),
      });
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
