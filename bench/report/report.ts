/** The saved report: `docs/bench/<date>.md` for people, `.json` with every round. */
import { execFile } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

import { experiments } from "../experiments";
import { judgeGoals, type Judged } from "../goals";
import type { Machine } from "../machine";
import { notesOf, type Result, sidesOf, tableOf } from "./result";
import { markdown, number } from "./table";

export interface Report {
  /** ISO 8601, UTC. */
  at: string;
  command: string;
  machine: Machine;
  results: readonly Result[];
}

export function goalsOf(results: readonly Result[]): Judged[] {
  return judgeGoals((experiment, c) => {
    const result = results.find((one) => one.experiment === experiment);
    return result && sidesOf(result.measured, c);
  });
}

/** @param folder that they are put into, in place of those of the same day */
export async function saveReport(report: Report, folder: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  const path = join(folder, report.at.slice(0, 10));
  await writeFile(`${path}.md`, textOf(report));
  await writeFile(`${path}.json`, JSON.stringify({ ...report, goals: goalsOf(report.results) }));
  await format(`${path}.md`, `${path}.json`);
  return `${path}.md`;
}

/** The house's format check looks at them too. */
async function format(...files: string[]): Promise<void> {
  const prettier = join(__dirname, "../../node_modules/prettier/bin/prettier.cjs");
  await promisify(execFile)(process.execPath, [prettier, "--log-level=warn", "--write", ...files]);
}

/** The report for people. */
export function textOf({ at, command, machine, results }: Report): string {
  const { cores, cpu, memoryGb, kernel, fdatasyncMs, loadBefore, versions } = machine;
  const goals = goalsOf(results).filter(({ verdict }) => verdict !== "not measured");
  const sections = results.flatMap((result) => {
    const { title } = experiments[result.experiment];
    return [
      `## ${result.experiment}`,
      `${capital(title)}.`,
      markdown(tableOf(result)),
      notesOf(result)
        .map((note) => `- ${capital(note)}.`)
        .join("\n"),
    ];
  });
  return `${[
    `# Benchmark of ${at.slice(0, 10)}`,
    `\`${command}\` at ${at}`,
    [
      `- ${cores} cores (${cpu}), ${memoryGb} GB, ${kernel}; load before the run ${number(loadBefore)}`,
      `- a durable write of 4 KB (\`fdatasync\`): p50 ${number(fdatasyncMs.p50)} ms, p95 ${number(fdatasyncMs.p95)} ms`,
      `- ${Object.entries(versions)
        .map(([name, version]) => `${name} ${version}`)
        .join(" · ")}`,
    ].join("\n"),
    "Clients, servers and database share the machine, so only figures of one run compare, and only ratios travel. Figures are medians of the rounds; the CPU time is that of one operation in ms. What the columns mean: [bench/README.md](../../bench/README.md).",
    ...(goals.length ? ["## Goals", markdown(goalTable(goals))] : []),
    ...sections,
  ].join("\n\n")}\n`;
}

function goalTable(goals: readonly Judged[]): string[][] {
  return [
    ["What", "Goal", "Aim", "Measured", ""],
    ...goals.map(({ experiment, c, what, goal, aim, measured, verdict }) => [
      `${experiment}, C=${c}: ${what}`,
      goal,
      aim,
      measured,
      verdict,
    ]),
  ];
}

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
