/** `npm run reconcile`: recounts everything over all databases; `npm run reconcile -- --help` tells what it takes and how it exits. */
import { parseArgs } from "node:util";

import { configFromEnvironment } from "../../lib/config";
import { serviceNames } from "../../services";
import { failOrUsage, UsageError } from "../usage";
import { reconcile } from ".";
import { textOf } from "./text";

const help = `npm run reconcile -- [options]

Recounts every sum over all databases of the configuration, whether the shop is running or not, and tells what doesn't agree. What is under
way is listed and not judged. What lives in the memory of a running shop is asked for over HTTP.

  --url=http://host:port  the running shop; without it HOST and PORT are tried, and need not answer
  --json                  the report for a program
  --help

Exit code: 0 all agrees, 1 something doesn't, 2 wrong arguments, 3 it could not be found out.`;

async function run(): Promise<void> {
  const { values } = parseArgs({
    options: { url: { type: "string" }, json: { type: "boolean", default: false }, help: { type: "boolean", default: false } },
  });
  if (values.help) return console.log(help);
  if (values.url !== undefined && !/^https?:$/.test(URL.parse(values.url)?.protocol ?? ""))
    throw new UsageError(`--url=${values.url} can't be used: it must be like http://127.0.0.1:3000`);
  const report = await reconcile(configFromEnvironment(serviceNames), { url: values.url });
  console.log(values.json ? JSON.stringify(report, undefined, 2) : textOf(report));
  if (report.violations.length > 0) process.exitCode = 1;
}

run().catch((error: unknown) => failOrUsage(error, 3));
