import { ServiceBroker } from "moleculer";

import { brokerOptions } from "../moleculer.config";
import type { Config } from "./config";

/** A broker for one node, without services yet. */
export function createBroker(config: Config): ServiceBroker {
  return new ServiceBroker(brokerOptions(config));
}
