import { join } from "node:path";

import type { ServiceBroker } from "moleculer";

import { createEmbeddedBus, createKafkaBus, type EventBus, type KafkaBusOptions } from "../mixins/event-bus";
import { type Config, configOf } from "./config";
import { oncePer } from "./once-per";
import { processWide } from "./process-wide";

type BusLogger = NonNullable<KafkaBusOptions["logger"]>;

/** The event bus of a configuration, not yet started. */
export function openBus(config: Config, clientId: string, logger: BusLogger): EventBus {
  const { dataDir, kafka, namespace, eventPartitions: partitions, eventRetentionMs: retentionMs } = config;
  if (!kafka) return createEmbeddedBus({ file: join(dataDir, "bus.sqlite"), partitions, retentionMs, logger });
  return createKafkaBus({
    ...kafka,
    ...{ partitions, retentionMs, logger },
    clientId,
    // Topics have the shop's own name already; those of another shop on the same brokers must not be the same.
    prefix: namespace === "commerce" ? "" : `${namespace}.`,
    groupPrefix: `${namespace}.`,
  });
}

const open = (broker: ServiceBroker) => openBus(configOf(broker), broker.nodeID, broker.getLogger("bus"));

/** The node's event bus, one for all its services. */
export const busOf = oncePer(open, processWide("bus"));
