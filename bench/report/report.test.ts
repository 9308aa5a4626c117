import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { atEnd } from "../../test/support/cleanup";
import type { Figures } from "../figures";
import { type Report, saveReport, textOf } from "./report";
import { notesOf, type Result, tableOf } from "./result";
import { aligned, number, times } from "./table";

const figures = (changes: Partial<Figures> = {}): Figures => ({
  ...{ rate: 1000, sustained: 1000, p50: 40, p95: 60, p99: 80 },
  ...{ servers: { shop: 0.5 }, server: 0.5, database: 0.5, client: 0.03 },
  ...changes,
});

const measured = (side: "ours" | "baseline", c: number, changes: Partial<Figures>) => {
  return { side, c, figures: figures(changes), rounds: [figures(changes)] };
};

const path: Result = {
  experiment: "checkout-path",
  measured: [
    measured("ours", 1, { rate: 250, p50: 4 }),
    measured("baseline", 1, { rate: 1000, p50: 1 }),
    measured("ours", 64, { rate: 1234, server: 0.2, database: 0.25, p99: 123.4 }),
    measured("baseline", 64, { p50: 80 }),
  ],
  verdicts: [
    {
      ...{ side: "ours", violations: [], recounted: "900 orders completed" },
      drained: { events: 2700, sentSeconds: 1, appliedSeconds: 1.5, cpuMs: 0.1, databaseCpuMs: 0.05 },
    },
    { side: "baseline", violations: ["one", "two"], recounted: "800 orders completed", waiting: 7 },
  ],
  idle: { ours: 7, baseline: 0.25 },
};

test("a table has the levels one below the other, ratios beside ours, a dash for what isn't known", () => {
  expect(aligned(tableOf(path)).split("\n")).toEqual([
    "   C  side      checkouts/s  p50 ms  p95 ms  p99 ms  CPU server  database  client  ratio checkouts/s    p50    p99    CPU",
    "   1  ours              250    4.00    60.0    80.0       0.500     0.500  0.0300              0.25×  4.00×  1.00×  1.00×",
    "   1  baseline         1000    1.00    60.0    80.0       0.500     0.500  0.0300",
    "  64  ours             1234    40.0    60.0     123       0.200     0.250  0.0300              1.23×  0.50×  1.54×  0.45×",
    "  64  baseline         1000    80.0    60.0    80.0       0.500     0.500  0.0300",
  ]);
  const alone: Result = {
    ...path,
    experiment: "checkout-sqlite",
    measured: [measured("ours", 8, { database: undefined, sustained: 500 })],
  };
  expect(tableOf(alone)).toEqual([
    ["C", "side", "checkouts/s", "until applied", "p50 ms", "p95 ms", "p99 ms", "CPU server", "database", "client"],
    ["8", "ours", "1000", "500", "40.0", "60.0", "80.0", "0.500", "–", "0.0300"],
  ]);
});

test("numbers have three digits that count", () => {
  expect([0, 0.012345, 0.5, 1.234, 99.96, 123.4, 12_345.6, NaN, undefined].map(number)).toEqual([
    ...["0", "0.0123", "0.500", "1.23", "100.0", "123", "12346", "–", "–"],
  ]);
  expect([1.499, NaN, undefined].map(times)).toEqual(["1.50×", "–", "–"]);
});

test("notes tell of the recounts, of what came after the run, and of each process where there are several", () => {
  expect(notesOf(path)).toEqual([
    "recount of ours: 900 orders completed, no violation",
    "2700 events afterwards: sent in 1.00 s (2700/s), applied by all consumers after 1.50 s (1800/s); CPU ms for an event: relay and consumers 0.100, database 0.0500",
    "recount of baseline: 800 orders completed, 2 violations",
    "7 events were counted in the outboxes, not delivered",
    "CPU ms per second while the other is measured: ours 7.00, baseline 0.250",
  ]);
  const nodes = { servers: { "gateway,order": 0.25, payment: 0.1 } };
  expect(notesOf({ ...path, measured: [measured("ours", 64, nodes)], verdicts: [], idle: {} })).toEqual([
    "C=64, CPU ms of each process: gateway,order 0.250 · payment 0.100",
  ]);
});

const report: Report = {
  at: "2026-11-24T15:00:00.000Z",
  command: "npm run bench -- checkout --database=mysql://root@127.0.0.1:3306/bench",
  machine: {
    ...{ cores: 2, cpu: "A CPU", memoryGb: 8, kernel: "Linux 6", loadBefore: 0.5, fdatasyncMs: { p50: 0.5, p95: 1 } },
    versions: { node: "24.1.0", moleculer: "0.15.2" },
  },
  results: [path],
};

test("a report tells which goals were reached, missed, or reached so well that the aim is", () => {
  const rows = textOf(report)
    .split("\n")
    .filter((line) => line.startsWith("| checkout-path, C="));
  expect(rows).toEqual([
    "| checkout-path, C=64: checkouts/s | ≥ 1.1× | ≥ 1.4× | 1.23× | reached |",
    "| checkout-path, C=64: CPU for an order | ≤ 0.7× | ≤ 0.5× | 0.45× | aim reached |",
    "| checkout-path, C=1: p50 | ≤ 3× |  | 4.00× | missed |",
  ]);
});

test("sagas reach their goal by their ratio, or by their number alone", () => {
  const saga = (rate: number) => {
    const result: Result = {
      ...path,
      experiment: "saga",
      measured: [measured("ours", 64, { rate }), measured("baseline", 64, { rate: 10_000 })],
    };
    return /\| saga, C=64.*/.exec(textOf({ ...report, results: [result] }))?.[0];
  };
  expect([saga(1_499), saga(1_500), saga(7_000)]).toEqual([
    "| saga, C=64: sagas/s | ≥ 0.7× or ≥ 1500/s |  | 0.15× | missed |",
    "| saga, C=64: sagas/s | ≥ 0.7× or ≥ 1500/s |  | 0.15× | reached |",
    "| saga, C=64: sagas/s | ≥ 0.7× or ≥ 1500/s |  | 0.70× | reached |",
  ]);
});

test("a report is saved by its date, as the format check wants it, beside all figures as JSON", async () => {
  const folder = await mkdtemp(join(tmpdir(), "bench-report-"));
  atEnd(() => rm(folder, { recursive: true }));
  expect(await saveReport(report, join(folder, "bench"))).toBe(join(folder, "bench/2026-11-24.md"));
  const text = await readFile(join(folder, "bench/2026-11-24.md"), "utf8");
  expect(text).toMatch(/^# Benchmark of 2026-11-24\n\n`npm run bench -- checkout /);
  for (const part of ["2 cores (A CPU)", "fdatasync", "node 24.1.0 · moleculer 0.15.2", "## Goals", "## checkout-path"])
    expect(text).toContain(part);
  const { results, goals } = JSON.parse(await readFile(join(folder, "bench/2026-11-24.json"), "utf8")) as Report & { goals: object[] };
  expect(results).toEqual(report.results);
  expect(goals).toHaveLength(14);
});
