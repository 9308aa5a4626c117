import { join } from "node:path";

import type { ServiceBroker } from "moleculer";

import { createEmbeddedBus, type EventBus } from "../mixins/event-bus";
import { configOf } from "./config";
import { oncePer } from "./once-per";
import { processWide } from "./process-wide";

const open = (broker: ServiceBroker): EventBus =>
  createEmbeddedBus({ file: join(configOf(broker).dataDir, "bus.sqlite"), logger: broker.getLogger("bus") });

/** The node's event bus, one for all its services. */
export const busOf = oncePer(open, processWide("bus"));
