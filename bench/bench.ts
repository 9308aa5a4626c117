/** `npm run bench`: measures and recounts; `npm run bench -- --help` tells what. Exits with 1 when a database doesn't agree with what clients were told. */
import { join } from "node:path";

import { type Progress, progressOn } from "../scripts/seed/progress";
import { failOrUsage } from "../scripts/usage";
import { databaseCpu } from "./database-cpu";
import { type Experiment, type ExperimentName, experiments } from "./experiments";
import { Lifetime } from "./lifetime";
import { describeMachine } from "./machine";
import { type BenchOptions, benchOptions, help } from "./options";
import { goalsOf, saveReport } from "./report/report";
import { notesOf, type Result, tableOf } from "./report/result";
import { aligned } from "./report/table";
import { measure } from "./run";

const stopping = new AbortController();

async function bench(): Promise<boolean> {
  const options = benchOptions(process.argv.slice(2));
  if (!options) return say(help);
  listenToSignals();
  const at = new Date().toISOString();
  const machine = await describeMachine(options.place.database);
  const results: Result[] = [];
  for (const name of options.experiments) {
    const result = await run(name, options);
    say(`\n${name}: ${experiments[name].title}\n${aligned(tableOf(result))}\n${notesOf(result).join("\n")}`);
    const violations = result.verdicts.flatMap((verdict) => verdict.violations.map((one) => `${verdict.side}: ${one}`));
    if (violations.length) return refuse(violations);
    results.push(result);
  }
  for (const { experiment, c, what, goal, measured, verdict } of goalsOf(results))
    if (verdict !== "not measured") say(`${experiment}, C=${c}: ${what} ${measured}, goal ${goal}: ${verdict}`);
  const command = `npm run bench -- ${process.argv.slice(2).map(withoutPassword).join(" ")}`;
  if (options.report) say(await saveReport({ at, command, machine, results }, join(__dirname, "../docs/bench")));
  return true;
}

async function run(name: ExperimentName, { extent, warmUp, place }: BenchOptions): Promise<Result> {
  const experiment: Experiment = experiments[name];
  const lifetime = new Lifetime(stopping.signal);
  try {
    if ("drain" in experiment) return { experiment: name, ...(await experiment.drain(place, extent, lifetime)) };
    const { workload, open } = experiment;
    const { sides, goods } = await open(place, extent, lifetime);
    const ofDatabase = sides.length > 1 && place.database ? await databaseCpu(place.database) : undefined;
    const run = { workload, goods, sides, extent, warmUp, databaseCpu: ofDatabase, signal: stopping.signal };
    return { experiment: name, ...(await measure({ ...run, progress: quietUnlessTerminal() })) };
  } finally {
    await lifetime.end();
  }
}

function listenToSignals(): void {
  let first: number | undefined;
  const stop = (_name: NodeJS.Signals, signal: number) => {
    if (first !== undefined && Date.now() - first < 1_000) return; // the same one, passed on by npm
    if (first !== undefined) process.exit(128 + signal);
    first = Date.now();
    process.exitCode = 128 + signal;
    stopping.abort();
  };
  process.on("SIGINT", stop).on("SIGTERM", stop).on("SIGHUP", stop);
}

function quietUnlessTerminal(): Progress {
  if (process.stderr.isTTY) return progressOn(process.stderr);
  return { begin: () => undefined, done: () => undefined, end: () => undefined };
}

function say(text: string): true {
  console.log(text);
  return true;
}

const most = 20;

function refuse(violations: readonly string[]): false {
  for (const line of violations.slice(0, most)) console.error(`violation: ${line}`);
  console.error(`No result: ${violations.length} violation${violations.length === 1 ? "" : "s"}.`);
  return false;
}

const withoutPassword = (argument: string) => argument.replace(/:[^:/@]*@/, ":***@");

bench().then(
  (sound) => process.exit(sound ? 0 : 1),
  (error: unknown) => {
    if (!stopping.signal.aborted) failOrUsage(error);
    console.error("Interrupted: what was made for the run is removed.");
    process.exit();
  },
);
