/** `npm run rebuild -- <service>`: builds a read model anew; `npm run rebuild -- --help` tells what it takes and how it exits. */
import { parseArgs } from "node:util";

import { configFromEnvironment } from "../../lib/config";
import { serviceNames } from "../../services";
import { readModels } from "../../services/ops/hosts";
import { failOrUsage, UsageError } from "../usage";
import { openDesk } from "./desk";
import { follow } from "./follow";

const names = readModels.map(({ $name }) => $name);

const help = `npm run rebuild -- <service> [options]

Builds the tables of a read model (${names.join(", ")}) anew, beside those in use, from the beginning of the topics; what retention has removed
of them is read from the services that own it. A running shop goes on meanwhile, and does it itself: when this command is interrupted it
goes on too. Without a running shop the command starts its services, without a door.

  --from=owners           reads the owning services also when the topics' beginnings are there
  --url=http://host:port  the running shop; without it HOST and PORT are tried
  --help

Exit code: 0 built, 1 it failed, 2 wrong arguments, 3 it could not be begun.`;

function read() {
  const { values, positionals } = parseArgs({
    options: { from: { type: "string" }, url: { type: "string" }, help: { type: "boolean", default: false } },
    allowPositionals: true,
  });
  if (values.help) return undefined;
  const [service, ...more] = positionals;
  if (service === undefined || more.length > 0) throw new UsageError(`name one service: ${names.join(" or ")}`);
  if (!serviceNames.includes(service)) throw new UsageError(`there is no service ${service}; read models have ${names.join(" and ")}`);
  if (!names.includes(service)) throw new UsageError(`${service} has no read model; ${names.join(" and ")} have one`);
  if (values.from !== undefined && values.from !== "owners") throw new UsageError(`--from=${values.from} can't be used: it must be owners`);
  if (values.url !== undefined && !/^https?:$/.test(URL.parse(values.url)?.protocol ?? ""))
    throw new UsageError(`--url=${values.url} can't be used: it must be like http://127.0.0.1:3000`);
  return { service, url: values.url, source: values.from === "owners" ? ("OWNERS" as const) : undefined };
}

async function run(): Promise<void> {
  const asked = read();
  if (!asked) return console.log(help);
  const { service, source, url } = asked;
  const desk = await openDesk(
    configFromEnvironment(serviceNames, (env) => ({ LOG_LEVEL: "warn", ...env })),
    service,
    url,
  );
  try {
    const begun = await desk.begin(source);
    const { state, error, skipped, startedAt, endedAt } = await follow(desk, begun, process.stderr);
    const seconds = (Date.parse(endedAt ?? startedAt) - Date.parse(startedAt)) / 1_000;
    if (state === "FAILED") console.error(`${service} could not be built anew, its tables are as they were: ${error}`);
    else console.log(`${service} was built anew in ${seconds.toFixed(1)} s${skipped ? `; ${skipped} events could not be applied` : ""}.`);
    if (state === "FAILED") process.exitCode = 1;
  } finally {
    await desk.close();
  }
}

run().catch((error: unknown) => failOrUsage(error, 3));
