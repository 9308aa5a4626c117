import { join } from "node:path";

import type { ServiceBroker } from "moleculer";

import { createEmbeddedBus, createKafkaBus, type EventBus } from "../mixins/event-bus";
import { configOf } from "./config";
import { oncePer } from "./once-per";
import { processWide } from "./process-wide";

const open = (broker: ServiceBroker): EventBus => {
  const { dataDir, kafka, namespace, eventPartitions: partitions, eventRetentionMs: retentionMs } = configOf(broker);
  const logger = broker.getLogger("bus");
  if (!kafka) return createEmbeddedBus({ file: join(dataDir, "bus.sqlite"), partitions, retentionMs, logger });
  return createKafkaBus({
    ...kafka,
    ...{ partitions, retentionMs, logger },
    clientId: broker.nodeID,
    // Topics have the shop's own name already; those of another shop on the same brokers must not be the same.
    prefix: namespace === "commerce" ? "" : `${namespace}.`,
    groupPrefix: `${namespace}.`,
  });
};

/** The node's event bus, one for all its services. */
export const busOf = oncePer(open, processWide("bus"));
