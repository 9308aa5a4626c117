/** `npm run migrate`: brings every service's database of the configuration up to date. */
import { configFromEnvironment } from "../lib/config";
import { prepareDataDir } from "../lib/data-dir";
import { migrateAll } from "../lib/migrate";
import { domainServices, serviceNames } from "../services";
import { fail } from "./process";

async function migrate() {
  const config = configFromEnvironment(serviceNames);
  prepareDataDir(config.dataDir);
  for (const [name, ran] of Object.entries(await migrateAll(domainServices, config))) {
    console.log(`${name}: ${ran.length ? ran.join(", ") : "up to date"}`);
  }
}

migrate().catch(fail);
