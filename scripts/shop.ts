/** A shop in this process, for the scripts that run one. */
import type { ServiceBroker } from "moleculer";

import type { Config } from "../lib/config";
import { takeDataDir } from "../lib/data-dir";
import { readyAfter } from "../lib/health";
import { othersAreThere } from "../lib/transport";
import { createBroker } from "../moleculer.config";
import { services } from "../services";
import { contracts } from "../services/gateway/contracts";
import type { Gateway } from "../services/gateway/gateway.service";

export interface Shop {
  broker: ServiceBroker;
  config: Config;
  /** Where the gateway listens, e.g. `http://127.0.0.1:3000`; undefined when it doesn't run here. */
  url: string | undefined;
  /** Drains and lets go of the data folder. Repeating it waits for the same stop. */
  stop(): Promise<void>;
}

/**
 * Starts the services that the configuration names. It is ready when `prepare` has done its work too, and a gateway when every service
 * behind it has been there once. Nothing is left open when it fails.
 * @param signal that the shop is to be stopped before it is ready: it then waits for nobody any more
 */
export async function runShop(
  config: Config,
  prepare: (shop: Shop) => Promise<void> = () => Promise.resolve(),
  signal?: AbortSignal,
): Promise<Shop> {
  const folder = takeDataDir(config.dataDir);
  const broker = createBroker(config);
  let stopping: Promise<void> | undefined;
  const stop = () => (stopping ??= broker.stop().finally(() => folder.release()));
  try {
    for (const name of config.services) broker.createService(services[name]!);
    return await readyAfter(broker, async () => {
      await startQuietly(broker);
      const shop = { broker, config, url: urlOf(broker, config), stop };
      if (shop.url && config.transporter) await othersAreThere(broker, behindGateway, signal);
      if (!signal?.aborted) await prepare(shop);
      return shop;
    });
  } catch (error) {
    await stop();
    throw error;
  }
}

const behindGateway = contracts.map(({ $name }) => $name);

/** Moleculer logs, stack and all, the error that it then throws; whoever catches it says it once. */
async function startQuietly(broker: ServiceBroker): Promise<void> {
  const { error } = broker.logger;
  broker.logger.error = () => undefined;
  try {
    await broker.start();
  } finally {
    broker.logger.error = error;
  }
}

/** Where the gateway of a node that has started listens, if it has one. */
export function urlOf(broker: ServiceBroker, { host, services: names }: Config): string | undefined {
  if (!names.includes("gateway")) return undefined;
  const { port } = broker.getLocalService("gateway") as unknown as Gateway;
  return `http://${reachable(host)}:${port}`;
}

/** The address under which whoever listens on a host can be asked. */
export function reachable(host: string): string {
  if (host === "0.0.0.0") return "127.0.0.1";
  if (host === "::") return "[::1]";
  return host.includes(":") ? `[${host}]` : host;
}
