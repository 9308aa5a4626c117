import type { Middleware, ServiceBroker } from "moleculer";

import { loadConfig, type Config } from "../../lib/config";
import { migrateAll } from "../../lib/migrate";
import { createBroker } from "../../moleculer.config";
import { domainServices, serviceNames, services } from "../../services";
import { atEnd, temporaryFolder } from "./cleanup";
import { testShopUrl } from "./database";

export interface TestShop {
  broker: ServiceBroker;
  config: Config;
  /** `http://127.0.0.1:<port>`, when the gateway runs. */
  url: string;
  stop(): Promise<void>;
  /** Another shop on the same data: after `stop` a restart; without it the first one is a zombie, as after a crash that it survived. */
  again(): Promise<TestShop>;
}

export interface TestShopOptions {
  /** Default: all. */
  only?: readonly string[];
  /** Default: a temporary folder that goes with the test file. */
  dataDir?: string;
  /** More environment, e.g. `{ ORDER_WAIT_MS: "50" }`. */
  env?: Record<string, string>;
  /** Around every action, e.g. those of `faults.ts`. */
  middlewares?: readonly Middleware[];
}

/** A shop in the test's own process, on the database that `TEST_DATABASE_URL` names or on SQLite files. */
export async function startShop({ only = serviceNames, dataDir, env = {}, middlewares = [] }: TestShopOptions = {}): Promise<TestShop> {
  const folder = dataDir ?? (await temporaryFolder("shop-"));
  const url = testShopUrl(only);
  const given = {
    PORT: "0",
    NODE_PORT: "0",
    DATA_DIR: folder,
    SEED: "none",
    LOG_LEVEL: "fatal",
    RATE_LIMIT: "off", // tests come from one address, and fast
    ...(url && { DATABASE_URL: url }),
    ...env,
  };
  const config = loadConfig(given, serviceNames);
  if (!config.embedded)
    await migrateAll(Object.fromEntries(Object.entries(domainServices).filter(([name]) => only.includes(name))), config);
  return start(config, only, middlewares);
}

async function start(config: Config, only: readonly string[], middlewares: readonly Middleware[]): Promise<TestShop> {
  const broker = createBroker(config);
  for (const middleware of middlewares) broker.middlewares.add(middleware);
  let port = 0;
  broker.localBus.on("$gateway.listening", (told: { port: number }) => (port = told.port));
  for (const name of only) broker.createService(services[name]!);
  let stopping: Promise<void> | undefined;
  const stop = () => (stopping ??= broker.stop());
  atEnd(stop);
  await broker.start();
  return {
    broker,
    config,
    url: `http://127.0.0.1:${port}`,
    stop,
    again: () => start(config, only, middlewares),
  };
}
