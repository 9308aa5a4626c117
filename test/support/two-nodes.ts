import { generateKeyPairSync, randomUUID } from "node:crypto";

import { type BrokerOptions, type Middleware, ServiceBroker } from "moleculer";

import { loadConfig, type Config } from "../../lib/config";
import { othersAreThere } from "../../lib/transport";
import { domainServices, serviceNames, services } from "../../services";
import { brokerOptions } from "../../moleculer.config";
import { atEnd, temporaryFolder } from "./cleanup";
import type { TestShop } from "./shop";

const { privateKey } = generateKeyPairSync("ed25519", {
  privateKeyEncoding: { type: "pkcs8", format: "pem" },
  publicKeyEncoding: { type: "spki", format: "pem" },
});

/** The gateway's broker beside the one of a shop; everything that is asked for goes from the one to the other. */
export interface TwoNodes extends Omit<TestShop, "again"> {
  gateway: ServiceBroker;
}

/**
 * A shop of two nodes in the test's own process: the gateway, and all services on SQLite files. One process owns the files, so this is
 * safe, though a configuration can't ask for it.
 * @param transporter of each broker, made of its configuration
 * @param middlewares of the services' broker
 */
export async function startTwoNodes(
  transporter: (config: Config) => BrokerOptions["transporter"],
  middlewares: readonly Middleware[] = [],
): Promise<TwoNodes> {
  const namespace = `test-${randomUUID()}`.slice(0, 40);
  const start = async (names: readonly string[], more: readonly Middleware[] = []) => {
    const own = { DATA_DIR: await temporaryFolder("shop-"), TOKEN_PRIVATE_KEY: privateKey, SERVICES: names.join() };
    const always = { PORT: "0", NODE_PORT: "0", SEED: "none", LOG_LEVEL: "fatal", RATE_LIMIT: "off", NAMESPACE: namespace };
    const config = loadConfig({ ...always, ...own }, serviceNames);
    const options = brokerOptions(config);
    const broker = new ServiceBroker({
      ...options,
      transporter: transporter(config),
      middlewares: [...(options.middlewares ?? []), ...more],
    });
    for (const name of names) broker.createService(services[name]!);
    atEnd(() => broker.stop());
    return { broker, config };
  };
  const behind = await start(Object.keys(domainServices), middlewares);
  await behind.broker.start();
  const { broker: gateway } = await start(["gateway"]);
  let port = 0;
  gateway.localBus.on("$gateway.listening", (told: { port: number }) => (port = told.port));
  await gateway.start();
  await othersAreThere(gateway, Object.keys(domainServices));
  return { ...behind, gateway, url: `http://127.0.0.1:${port}`, stop: () => gateway.stop().then(() => behind.broker.stop()) };
}
