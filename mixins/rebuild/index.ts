import { randomUUID } from "node:crypto";
import type { Service, ServiceBroker, ServiceSchema } from "moleculer";

import type { Database, Migration } from "../database";
import type { EventBus } from "../event-bus";
import type { InboxSubscription } from "../inbox";
import { hostedBy } from "../inbox/event";
import { ReadModelRebuilds } from "./rebuilds";
import type { ReadModel } from "./types";

export { createRebuildTable } from "./table";
export type { FromOwners, ReadModel, Rebuilds, RebuildState, RebuildStatus } from "./types";

export interface RebuildOptions {
  /** As `inboxMixin` has it. */
  consumer: string;
  bus(broker: ServiceBroker): EventBus;
  /** As `inboxMixin` has it: such a node can't rebuild, and has no `this.rebuilds`. */
  consumes?(broker: ServiceBroker): boolean;
  subscriptions: readonly InboxSubscription[];
  /** As `databaseMixin` has them. */
  url(broker: ServiceBroker): string;
  migrations: readonly Migration[];
  /** Nobody else has this database: what is found at the start was left behind. */
  exclusive?(broker: ServiceBroker): boolean;
  /** How long a node that says nothing keeps its rebuild. Default: 15 s. */
  leaseMs?: number;
  clock?(): number;
}

type Host = Service & { db?: Database; rebuilds?: ReadModelRebuilds };

/**
 * `this.rebuilds`: builds the tables that a service's consumer fills anew, from the beginning of its topics, while they are in use. Needs
 * `databaseMixin` before it and `inboxMixin`, and `createRebuildTable` in a migration.
 */
export function rebuildMixin(options: RebuildOptions & ReadModel): Partial<ServiceSchema> {
  const { consumer, bus, url, consumes = () => true, exclusive = () => false, fromOwners, subscriptions, ...given } = options;
  return {
    async started(this: Host) {
      const { db, broker, logger } = this;
      if (!db) throw new Error(`${this.name}: rebuildMixin needs the open database of databaseMixin`);
      if (!consumes(broker)) return;
      this.rebuilds = new ReadModelRebuilds({
        ...{ leaseMs: 15_000, clock: Date.now, ...given },
        ...{ consumer, db, logger, url: url(broker), bus: bus(broker), exclusive: exclusive(broker), owner: randomUUID() },
        subscriptions: hostedBy(this, subscriptions),
        ...(fromOwners && { fromOwners: (from) => fromOwners(this, from) }),
      });
      if (broker.started) this.rebuilds.start();
    },
    events: {
      "$broker.started"(this: Host) {
        this.rebuilds?.start();
      },
    },
    async stopped(this: Host) {
      await this.rebuilds?.stop();
    },
  };
}
