import type { ServiceSchema } from "moleculer";

import type { Migration } from "../../mixins/database";
import { type FromOwners, type ReadModel, rebuildMixin } from "../../mixins/rebuild";
import { busOf } from "../bus";
import { callerFor } from "../call";
import { type Config, configOf } from "../config";
import { type Consumer, subscriptions } from "../events";
import type { Call } from "../handlers";

/** For reading those who own what a read model tells, into the tables beside it. */
export interface Owners extends FromOwners {
  call: Call;
  config: Config;
}

/** What a service says of the tables that its consumers fill. */
export interface ReadModelParts extends Pick<ReadModel, "tables"> {
  fromOwners?(owners: Owners): Promise<void>;
}

/** The mixin with which a service's read model can be built anew. */
export function rebuilding(
  name: string,
  { tables, fromOwners }: ReadModelParts,
  { migrations = [], consumes = [] }: { migrations?: readonly Migration[]; consumes?: readonly Consumer[] },
): Partial<ServiceSchema> {
  return rebuildMixin({
    ...{ consumer: name, bus: busOf, tables, migrations, subscriptions: subscriptions(consumes) },
    url: (broker) => configOf(broker).databaseUrl(name),
    consumes: (broker) => configOf(broker).events,
    exclusive: (broker) => configOf(broker).embedded,
    ...(fromOwners && { fromOwners: (host, from) => fromOwners({ ...from, call: callerFor(host), config: configOf(host.broker) }) }),
  });
}
