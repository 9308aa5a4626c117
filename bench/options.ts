import { parseArgs } from "node:util";

import { isHostAndPort, isNatsUrl, isServerUrl } from "../lib/addresses";
import { UsageError } from "../scripts/usage";
import { type ExperimentName, type Experiment, experiments, type Place } from "./experiments";
import type { Writes } from "./monolith/options";
import type { WarmUp } from "./run";
import type { Extent } from "./workloads/workload";

/** What was asked for. */
export interface BenchOptions {
  experiments: readonly ExperimentName[];
  extent: Extent;
  warmUp: WarmUp;
  place: Place;
  report: boolean;
}

const names = Object.keys(experiments) as ExperimentName[];
const all: Readonly<Record<string, Experiment>> = experiments;

export const help = `npm run bench -- <what …> [options]

Measures how many orders, attempts or sagas a second are served over HTTP, or events sent, what each costs, and recounts the databases afterwards.

  checkout              checkout-path with --database, checkout-sqlite without
${names.map((name) => `  ${name.padEnd(20)}  ${experiments[name].title}`).join("\n")}
  all                   everything

  --database=mysql://user@host:port/name
                        schemas for the run are made beside it and removed; the baseline runs in turns with ours.
                        Without it SQLite files, and no baseline.
  --baseline=statements how the baseline writes: statement by statement, as most would write it, or \`packet\`:
                        begin and all writes in one text, commit in a second, a harder baseline
  --transporter=nats://host:port   for checkout-nats
  --brokers=host:port   Kafka's, for outbox; without them the bus is a file
  --c=1,8,32,64,128     numbers of clients
  --rounds=3            slices of each side at each number of clients; the medians count
  --seconds=5           of a slice
  --warmup=3            seconds; at least 6000 requests too, unless it is 0
  --report              writes docs/bench/<date>.md and .json
  --help`;

const strings = {
  database: { type: "string" },
  transporter: { type: "string" },
  brokers: { type: "string" },
  baseline: { type: "string", default: "statements" },
  c: { type: "string", default: "1,8,32,64,128" },
  rounds: { type: "string", default: "3" },
  seconds: { type: "string", default: "5" },
  warmup: { type: "string", default: "3" },
} as const;

/** What the arguments ask for; undefined when they ask for help. Throws what `failOrUsage` tells. */
export function benchOptions(args: readonly string[]): BenchOptions | undefined {
  const flags = { report: { type: "boolean", default: false }, help: { type: "boolean", default: false } } as const;
  const { values, positionals } = parseArgs({ args: [...args], allowPositionals: true, options: { ...strings, ...flags } });
  if (values.help) return undefined;
  const place = {
    database: urlOf("database", databaseUrl, values.database),
    transporter: urlOf("transporter", natsUrl, values.transporter),
    ...(values.brokers !== undefined && { brokers: brokersOf(values.brokers) }),
    writes: writesOf(values.baseline),
  };
  const seconds = numberOf("warmup", values.warmup, { least: 0, most: 600 });
  return {
    experiments: asked(positionals, place),
    extent: {
      levels: values.c.split(",").map((c) => numberOf("c", c, { least: 1, most: 1_000, whole: true })),
      rounds: numberOf("rounds", values.rounds, { least: 1, most: 100, whole: true }),
      seconds: numberOf("seconds", values.seconds, { least: 0.1, most: 600 }),
    },
    warmUp: { seconds, answers: seconds === 0 ? 0 : 6_000 },
    place,
    report: values.report,
  };
}

function asked(positionals: readonly string[], place: Place): ExperimentName[] {
  if (positionals.length === 0)
    throw new UsageError(`What is to be measured? One or more of checkout, ${names.join(", ")}, all; see --help`);
  const wanted = new Set(positionals.flatMap((name) => expanded(name, place)));
  return names.filter((name) => wanted.has(name));
}

function expanded(name: string, place: Place): ExperimentName[] {
  if (name === "checkout") return [place.database ? "checkout-path" : "checkout-sqlite"];
  const some = name === "all" ? names : names.filter((one) => one === name);
  if (some.length === 0) throw new UsageError(`${name} can't be measured: there is checkout, ${names.join(", ")}, all`);
  for (const one of some) {
    const who = one === name ? name : `${name} (${one})`;
    if (all[one]!.on === "server" && !place.database)
      throw new UsageError(`${who} needs --database=mysql://user@host:port/name: schemas for the run are made beside it`);
    if (all[one]!.overNats && !place.transporter) throw new UsageError(`${who} needs --transporter=nats://host:port`);
  }
  return some;
}

/** The name is last, and short enough for those of the schemas beside it. */
const databaseUrl = {
  fits: (text: string) => isServerUrl(text) && /^[^\s?#]+\/\w{1,24}$/.test(text),
  like: "mysql://user:password@host:port/name, with a name of at most 24 letters, digits and _",
};
const natsUrl = { fits: isNatsUrl, like: "nats://host:port" };

function urlOf(name: string, { fits, like }: typeof natsUrl, text: string | undefined): string | undefined {
  if (text !== undefined && !fits(text)) throw new UsageError(`--${name} can't be used: it must be like ${like}`);
  return text;
}

function brokersOf(text: string): string[] {
  const brokers = text.split(",");
  if (!brokers.every(isHostAndPort))
    throw new UsageError(`--brokers=${text} can't be used: it must be a list, separated by commas, of host:port`);
  return brokers;
}

function writesOf(text: string): Writes {
  if (text === "statements" || text === "packet") return text;
  throw new UsageError(`--baseline=${text} can't be used: it must be statements or packet`);
}

function numberOf(name: string, text: string, { least, most, whole = false }: { least: number; most: number; whole?: boolean }): number {
  const number = /^\d{1,6}(\.\d{1,3})?$/.test(text) ? Number(text) : NaN;
  if (number >= least && number <= most && (!whole || Number.isInteger(number))) return number;
  const kind = `${whole ? "a whole number" : "a number"} from ${least} to ${most}`;
  throw new UsageError(`--${name}=${text} can't be used: it must be ${name === "c" ? `a list of numbers, each ${kind}` : kind}`);
}
