/**
 * `npm run dev`: Moleculer's runner with hot reload, and its REPL when started on a terminal (elsewhere it ends with standard input).
 * The runner reads SERVICES itself, as folders of SERVICEDIR, and only warns of a name that it doesn't find; the configuration refuses it.
 */
import { Runner, type ServiceBroker } from "moleculer";

import { configFromEnvironment } from "../lib/config";
import { takeDataDir } from "../lib/data-dir";
import { serviceNames } from "../services";
import { seedDemo } from "./demo-data";
import { fail, onStopSignal } from "./process";
import { operatorCommands } from "./repl";
import { urlOf } from "./shop";
import { welcome } from "./welcome";

async function dev(): Promise<ServiceBroker> {
  const config = configFromEnvironment(serviceNames);
  takeDataDir(config.dataDir);
  const flags = ["--hot", "--config", "moleculer.config.ts", "--mask", "**/*.service.ts"];
  const broker = await new Runner().start([...process.argv.slice(0, 2), ...flags]);
  if (!broker) throw new Error("the runner has started workers of its own: leave --instances to production");
  const shop = { broker, config, url: urlOf(broker, config), stop: () => broker.stop() };
  console.log(await welcome(shop, config.seed === "demo" ? await seedDemo(shop, stopping.signal) : undefined));
  console.log(process.stdin.isTTY ? "`help` lists the REPL's commands, `quit` stops it." : "Ctrl-C stops it.");
  broker.options.replOptions = { customCommands: operatorCommands };
  if (process.stdin.isTTY) broker.repl();
  return broker;
}

const stopping = new AbortController();
const started = dev();
onStopSignal(async () => {
  stopping.abort();
  await (await started).stop();
});
started.catch(fail);
