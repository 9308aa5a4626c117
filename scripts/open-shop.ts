import { configFromEnvironment } from "../lib/config";
import { serviceNames } from "../services";
import { type Demo, seedDemo } from "./demo-data";
import { runShop, type Shop } from "./shop";
import { welcome } from "./welcome";

/** The shop that the environment asks for, seeded, with its welcome printed. */
export async function openShop(): Promise<Shop> {
  const config = configFromEnvironment(serviceNames, (env) => ({ LOG_LEVEL: "warn", ...env })); // Moleculer tells of every part it starts
  let demo: Demo | undefined;
  const shop = await runShop(config, async (started) => {
    if (config.seed === "demo") demo = await seedDemo(started);
  });
  console.log(`${await welcome(shop, demo)}\nCtrl-C stops it.`);
  return shop;
}
