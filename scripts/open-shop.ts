import { configFromEnvironment } from "../lib/config";
import { serviceNames } from "../services";
import { type Demo, seedDemo } from "./demo-data";
import { runShop, type Shop } from "./shop";
import { welcome } from "./welcome";

/** The shop that the environment asks for, seeded, with its welcome printed. The signal ends its waits for other nodes. */
export async function openShop(signal: AbortSignal): Promise<Shop> {
  const config = configFromEnvironment(serviceNames, (env) => ({ LOG_LEVEL: "warn", ...env })); // Moleculer tells of every part it starts
  let demo: Demo | undefined;
  const seed = async (started: Shop) => {
    if (config.seed === "demo") demo = await seedDemo(started, signal);
  };
  const shop = await runShop(config, seed, signal);
  if (signal.aborted) return shop;
  console.log(`${await welcome(shop, demo)}\nCtrl-C stops it.`);
  return shop;
}
