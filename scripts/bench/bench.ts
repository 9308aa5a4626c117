/**
 * `npm run bench -- checkout [--c=1,32] [--seconds=5] [--warmup=3] [--database=mysql://user@host:port/name]`
 *
 * Checkouts per second over HTTP: a shop in a process of its own, on SQLite files or in fresh schemas of a server; a closed loop of `c`
 * customers on kept connections, each order one line paid in cash. Afterwards the databases are recounted: a run with a violation is no
 * result. Client and server share the machine, so only figures of one machine and one moment compare.
 */
import { parseArgs } from "node:util";

import { reconcile } from "../reconcile";
import { fail } from "../process";
import { load, type Figures } from "./load";
import { prepare } from "./scene";
import { startServer } from "./server";

const usage = "npm run bench -- checkout [--c=1,32] [--seconds=5] [--warmup=3] [--database=mysql://user@host:port/name]";

function options() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      c: { type: "string", default: "1,32" },
      seconds: { type: "string", default: "5" },
      warmup: { type: "string", default: "3" },
      database: { type: "string" },
    },
  });
  const levels = values.c.split(",").map(Number);
  const [seconds, warmup] = [Number(values.seconds), Number(values.warmup)];
  const valid = levels.every((c) => Number.isInteger(c) && c > 0) && seconds > 0 && warmup >= 0;
  if (!valid || positionals.join() !== "checkout") throw new SyntaxError(usage);
  return { levels, seconds, warmup, database: values.database };
}

async function bench(): Promise<boolean> {
  const { levels, seconds, warmup, database } = options();
  const server = await startServer(database);
  try {
    const buyers = await prepare(server.url, Math.max(...levels));
    console.log(
      `checkout on ${database ? new URL(database).protocol.slice(0, -1) : "sqlite"}, ${seconds} s each after a warm-up of ${warmup} s`,
    );
    let told = (await load(buyers, warmup)).told;
    console.log(header);
    for (const c of levels) {
      const figures = await load(buyers.slice(0, c), seconds, server.cpuMs);
      told += figures.told;
      console.log(row(c, figures));
    }
    await server.drained();
    await server.stop();
    const { violations, underWay, completed } = await reconcile(server.config);
    const wrong = [...violations.map(({ rule, what, detail }) => `${rule}: ${what}: ${detail}`), ...underWay];
    if (completed !== told) wrong.push(`${told} customers were told COMPLETED, the database has ${completed}`);
    for (const line of wrong.slice(0, 20)) console.error(`violation: ${line}`);
    console.log(wrong.length ? `no result: ${wrong.length} violations` : `recount of ${completed} orders: no violation`);
    return wrong.length === 0;
  } finally {
    await server.remove();
  }
}

const header = "    C   checkouts/s    p50 ms    p95 ms    p99 ms    CPU ms/order (server)";

function row(c: number, { told, seconds, latencies, cpuMs }: Figures): string {
  const sorted = latencies.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  const cells = [(told / seconds).toFixed(0).padStart(14), ...[0.5, 0.95, 0.99].map((share) => at(share).toFixed(1).padStart(10))];
  return `${String(c).padStart(5)}${cells.join("")}${(cpuMs / told).toFixed(2).padStart(12)}`;
}

bench().then(
  (sound) => process.exit(sound ? 0 : 1),
  (error: unknown) => {
    if (error instanceof SyntaxError || (error as { code?: string }).code?.startsWith("ERR_PARSE_ARGS")) {
      console.error(usage);
      process.exit(2);
    }
    fail(error);
  },
);
