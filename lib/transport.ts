/** How a node reaches the others. */
import type { BrokerOptions, Middleware, ServiceBroker } from "moleculer";

import { natsTransporter, reachNats } from "../mixins/nats";
import { pause } from "../mixins/waiting";
import { configOf, type Config } from "./config";

/** The part of the broker's options that says how it reaches other nodes; none for a node that is alone. */
export const transport = ({ transporter }: Config): Pick<BrokerOptions, "transporter"> =>
  transporter ? { transporter: natsTransporter(transporter) } : {};

/** A node whose server can't be reached doesn't start, like one whose database can't: who started it hears why, and tries again. */
export const reachable: Middleware = {
  name: "reachable",
  async starting(broker: ServiceBroker) {
    const { transporter } = configOf(broker);
    if (transporter) await reachNats(transporter);
  },
};

/** Moleculer's types ask for a node too, and so for one of a single node. */
const isThere = ({ registry }: ServiceBroker, name: string) =>
  (registry as unknown as { hasService(name: string): boolean }).hasService(name);

/** When waiting is told of: it is short while all nodes of a shop start. */
const poll = { everyMs: 100, firstMs: 3_000, nextMs: 30_000 };

/** Waits until each of these services runs on some node. False when the signal has ended the wait. Who is missing is told now and then. */
export async function othersAreThere(
  broker: ServiceBroker,
  names: readonly string[],
  signal?: AbortSignal,
  { everyMs, firstMs, nextMs } = poll,
): Promise<boolean> {
  let tellAt = performance.now() + firstMs;
  for (;;) {
    const missing = names.filter((name) => !isThere(broker, name));
    if (missing.length === 0) return true;
    if (signal?.aborted) return false;
    if (performance.now() >= tellAt) {
      broker.logger.warn(`waiting for ${missing.join(", ")} on other nodes`);
      tellAt = performance.now() + nextMs;
    }
    await pause(everyMs, signal);
  }
}
