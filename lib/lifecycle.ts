import type { Middleware, Service, ServiceBroker } from "moleculer";

import { busOf } from "./bus";
import { configOf } from "./config";
import { redisOf } from "./redis";

/** What a part of a service offers so that a node can be drained in order. `stop` may be called twice. */
interface Stoppable {
  stop(): Promise<void>;
}

type Drainable = Service & Partial<Record<(typeof drainOrder)[number], Stoppable>>;

/** From the door inwards: what comes first still needs what comes later. */
const drainOrder = ["door", "sagas", "inbox", "outbox"] as const;

/**
 * Starts the event bus before the services, and drains a node that stops: no new requests, answers to those in flight, sagas to a safe
 * point, events out; only then do the services close their databases. Moleculer alone stops all services at once.
 */
export const lifecycle: Middleware = {
  name: "lifecycle",
  async starting(broker: ServiceBroker) {
    if (configOf(broker).events) return busOf(broker).start();
    broker.logger.warn(
      "EVENTS=off: events wait in the outboxes, so lists of orders, sales, ranking and messages to customers stay as they are",
    );
  },
  async stopping(broker: ServiceBroker) {
    for (const part of drainOrder) {
      const stops = await Promise.allSettled(broker.services.map((service) => (service as Drainable)[part]?.stop()));
      // The others still have something to finish, and the next start goes on where this one failed.
      for (const stop of stops)
        if (stop.status === "rejected") broker.logger.error(`the ${part} of this node did not stop well`, stop.reason);
    }
  },
  async stopped(broker: ServiceBroker) {
    redisOf.ifMade(broker)?.disconnect();
    if (configOf(broker).events) await busOf(broker).stop();
  },
};
