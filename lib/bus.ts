import { join } from "node:path";

import type { ServiceBroker } from "moleculer";

import { createEmbeddedBus, type EventBus } from "../mixins/event-bus";
import { configOf } from "./config";

const buses = new WeakMap<ServiceBroker, EventBus>();

/** The node's event bus, one for all its services. */
export function busOf(broker: ServiceBroker): EventBus {
  let bus = buses.get(broker);
  if (!bus) {
    bus = createEmbeddedBus({ file: join(configOf(broker).dataDir, "bus.sqlite"), logger: broker.getLogger("bus") });
    buses.set(broker, bus);
  }
  return bus;
}
