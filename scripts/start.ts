/** `npm start`: a node of the shop; with nothing configured the whole shop, on a folder of its own. */
import { configFromEnvironment } from "../lib/config";
import { serviceNames } from "../services";
import { seedDemo } from "./demo-data";
import { fail, onStopSignal, runShop } from "./shop";
import { welcome } from "./welcome";

async function start() {
  const config = configFromEnvironment(serviceNames, (env) => ({ LOG_LEVEL: "warn", ...env })); // Moleculer tells of every part it starts
  const shop = await runShop(config);
  const demo = config.seed === "demo" ? await seedDemo(shop) : undefined;
  console.log(`${await welcome(shop, demo)}\nCtrl-C stops it.`);
  return shop;
}

const started = start();
onStopSignal(async () => (await started).stop());
started.catch(fail);
