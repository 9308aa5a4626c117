/** The server of a benchmark: a seeded shop that tells its parent where it is, and what CPU time it has used when asked. */
import { loadConfig } from "../../lib/config";
import { migrateAll } from "../../lib/migrate";
import { domainServices, serviceNames } from "../../services";
import { product } from "../../services/product/product.contract";
import { callOf } from "../call";
import { fail, onStopSignal } from "../process";
import { runShop } from "../shop";

export interface Told {
  url: string;
  cpuMs: number;
}

async function serve() {
  const [dataDir, database] = process.argv.slice(2);
  const config = loadConfig(
    { DATA_DIR: dataDir, DATABASE_URL: database, PORT: "0", NODE_PORT: "0", LOG_LEVEL: "error", RATE_LIMIT: "off" },
    serviceNames,
  );
  if (!config.embedded) await migrateAll(domainServices, config);
  const shop = await runShop(config);
  for (let n = 1; n <= 10; n++) await callOf(shop.broker)(product.create, { name: `Product ${n}`, price: 10_000, stock: 1_000_000_000 });
  process.send?.({ url: shop.url });
  process.on("message", () => {
    const { user, system } = process.cpuUsage();
    process.send?.({ cpuMs: (user + system) / 1_000 });
  });
  process.on("disconnect", () => process.exit(1)); // the benchmark is gone
  return shop;
}

const started = serve();
onStopSignal(async () => (await started).stop());
started.catch(fail);
