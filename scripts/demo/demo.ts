/**
 * `npm run demo`: a customer buys something from a shop of its own, over HTTP, and everything that the purchase moved is counted. The
 * steps of the saga are shown as they happen. Exits non-zero when a sum is off. With DATA_DIR it uses, and leaves, that folder's shop.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { configFromEnvironment } from "../../lib/config";
import type { Environment } from "../../lib/environment";
import { serviceNames } from "../../services";
import { seedDemo } from "../demo-data";
import { readUnderWay, reconcile } from "../reconcile";
import { fail, onStopSignal } from "../process";
import { runShop, type Shop } from "../shop";
import { Checks } from "./checks";
import { buy } from "./purchase";
import { colour, showSaga } from "./show";

async function demo(): Promise<boolean> {
  const shop = await running;
  const { config, url } = shop;
  if (!url) throw new Error("the gateway is not running");
  await seedDemo(shop);
  console.log(colour.bold(`A shop of its own at ${url}, data in ${config.dataDir}\n`));
  showSaga(shop.broker);
  const checks = new Checks();
  await buy(shop.broker, url, checks);
  await checks.soon("nothing is under way any more", () => readUnderWay(config), []);
  await shop.stop();
  const { violations, underWay, orders } = await reconcile(config);
  checks.that(`a recount of all databases (${orders} order${orders === 1 ? "" : "s"}) agrees`, [...violations, ...underWay], []);
  return checks.passed;
}

function start(): Promise<Shop> {
  const temporary = mkdtempSync(join(tmpdir(), "shop-demo-"));
  process.on("exit", () => rmSync(temporary, { recursive: true, force: true }));
  const change = (env: Environment) => ({ DATA_DIR: temporary, LOG_LEVEL: "warn", ...env, SERVICES: "", PORT: "0", NODE_PORT: "0" });
  return runShop(configFromEnvironment(serviceNames, change));
}

const running = start();
onStopSignal(async () => {
  await (await running).stop();
  throw new Error("The demo was interrupted");
});
demo().then((passed) => process.exit(passed ? 0 : 1), fail);
