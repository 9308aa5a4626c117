/** `npm run seed`: fills the configured databases in bulk; `npm run seed -- --help` tells with what. */
import { configFromEnvironment } from "../../lib/config";
import { serviceNames } from "../../services";
import { failOrUsage } from "../usage";
import { seed } from "./fill";
import { help, seedOptions } from "./options";
import { progressOn } from "./progress";

async function run(): Promise<void> {
  const options = seedOptions(process.argv.slice(2));
  if (!options) return console.log(help);
  const stopping = new AbortController();
  const stop = (_name: NodeJS.Signals, signal: number) => {
    process.exitCode = 128 + signal;
    stopping.abort();
  };
  process.once("SIGINT", stop).once("SIGTERM", stop);
  try {
    await seed(configFromEnvironment(serviceNames), options, progressOn(process.stderr), stopping.signal);
    console.log(`${options.out} tells who and what was added.`);
  } catch (error) {
    if (!stopping.signal.aborted) throw error;
    console.error("Interrupted: what was added stays, there is no file of it.");
  }
}

run().catch(failOrUsage);
