/** What one experiment came to, as tables and sentences for the terminal and the report. */
import { type Experiment, type ExperimentName, experiments } from "../experiments";
import { cpuOf, type Pair } from "../goals";
import type { Measured, Measurement } from "../run";
import type { Drained } from "../servers/side";
import { number, type Table, times } from "./table";

export type Result = Measurement & { experiment: ExperimentName };

export function tableOf({ experiment, measured }: Result): Table {
  const tabled: Experiment = experiments[experiment];
  const { settles } = tabled;
  const { counts } = tabled.workload;
  const ratios = measured.some(({ side }) => side === "baseline");
  const head = [
    "levels" in tabled ? tabled.levels : "C",
    "side",
    `${counts}/s`,
    ...(settles ? ["until applied"] : []),
    "p50 ms",
    "p95 ms",
    "p99 ms",
  ];
  const cpu = ["CPU server", "database", "client"];
  return [
    [...head, ...cpu, ...(ratios ? [`ratio ${counts}/s`, "p50", "p99", "CPU"] : [])],
    ...measured.map(({ side, c, figures }) => {
      const { rate, sustained, p50, p95, p99, server, database, client } = figures;
      const cells = [rate, ...(settles ? [sustained] : []), p50, p95, p99, server, database, client].map(number);
      const pair = side === "ours" ? pairOf(measured, c) : undefined;
      return [String(c), side, ...cells, ...(ratios ? ratiosOf(pair) : [])];
    }),
  ];
}

function ratiosOf(pair: Pair | undefined): string[] {
  if (!pair) return ["", "", "", ""];
  const { ours, baseline } = pair;
  return [ours.rate / baseline.rate, ours.p50 / baseline.p50, ours.p99 / baseline.p99, cpuOf(ours) / cpuOf(baseline)].map(times);
}

function pairOf(measured: readonly Measured[], c: number): Pair | undefined {
  const { ours, baseline } = sidesOf(measured, c);
  return ours && baseline && { ours, baseline };
}

/** What was measured at that level. */
export function sidesOf(measured: readonly Measured[], c: number): Partial<Pair> {
  const of = (name: Measured["side"]) => measured.find((one) => one.side === name && one.c === c)?.figures;
  return { ours: of("ours"), baseline: of("baseline") };
}

/** Sentences below the table. */
export function notesOf({ measured, verdicts, idle }: Result): string[] {
  const processes = measured.flatMap(({ side, c, figures: { servers } }) => {
    const each = Object.entries(servers);
    return side === "ours" && each.length > 1
      ? [`C=${c}, CPU ms of each process: ${each.map(([name, ms]) => `${name} ${number(ms)}`).join(" · ")}`]
      : [];
  });
  const others = verdicts.flatMap(({ side, recounted, violations, drained, waiting }) => [
    `recount of ${side}: ${recounted}, ${violations.length || "no"} violation${violations.length > 1 ? "s" : ""}`,
    ...(drained ? [drainedText(drained)] : []),
    ...(waiting ? [`${waiting} events were counted in the outboxes, not delivered`] : []),
  ]);
  const idling = Object.entries(idle).map(([side, ms]) => `${side} ${number(ms)}`);
  return [...processes, ...others, ...(idling.length ? [`CPU ms per second while the other is measured: ${idling.join(", ")}`] : [])];
}

function drainedText({ events, sentSeconds, appliedSeconds, cpuMs, databaseCpuMs }: Drained): string {
  const speed = `${events} events afterwards: sent in ${number(sentSeconds)} s (${number(events / sentSeconds)}/s)`;
  const applied = `applied by all consumers after ${number(appliedSeconds)} s (${number(events / appliedSeconds)}/s)`;
  return `${speed}, ${applied}; CPU ms for an event: relay and consumers ${number(cpuMs)}, database ${number(databaseCpuMs)}`;
}
