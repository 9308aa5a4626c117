/**
 * One run: the sides take turns, slice by slice, so that whatever the machine does besides, it does to both. Each side's servers stay up
 * and warm while the other is measured.
 */
import type { Progress } from "../scripts/seed/progress";
import { type Cpu, type Figures, figuresOf, mediansOf } from "./figures";
import { load } from "./load/load";
import type { DatabaseCpu, Side, Verdict } from "./servers/side";
import type { Extent, Goods, SideName, Slice, Workload } from "./workloads/workload";

/** What is measured: its sides are up, and stocked up for the extent. */
export interface Run {
  workload: Workload;
  goods: Goods;
  sides: readonly Side[];
  extent: Extent;
  warmUp: WarmUp;
  databaseCpu: DatabaseCpu | undefined;
  progress: Progress;
  signal: AbortSignal;
}

/** A fresh process is slow for thousands of requests: both have to be reached. */
export interface WarmUp {
  answers: number;
  seconds: number;
}

export const warmUpClients = 32;

/** What one side came to at one level. */
export interface Measured {
  side: SideName;
  c: number;
  /** The medians of the rounds. */
  figures: Figures;
  rounds: readonly Figures[];
}

/** What a run came to. */
export interface Measurement {
  measured: Measured[];
  verdicts: ({ side: SideName } & Verdict)[];
  /** CPU time of each side's servers while the other was measured, in ms for a second. */
  idle: Partial<Record<SideName, number>>;
}

/**
 * Warms the sides up, measures them at each level in turns, and has each recounted, which stops it.
 * @throws when the run is called off, or when a request is answered as it must not be
 */
export async function measure(run: Run): Promise<Measurement> {
  const { extent, sides, workload, progress } = run;
  const bench = new Bench(run);
  progress.begin(`slices of ${workload.counts}`, sides.length * (1 + extent.levels.length * extent.rounds));
  try {
    await bench.warmUp();
    const measured: Measured[] = [];
    for (const [level, c] of extent.levels.entries()) measured.push(...(await bench.level(c, 1 + level * extent.rounds)));
    return { measured, verdicts: await bench.judge(), idle: bench.idle() };
  } finally {
    progress.end();
  }
}

type Part = Pick<Slice, "c" | "lot" | "goesOn">;

class Bench {
  /** What clients were answered, and what was wrong with it. */
  readonly #told = new Map<Side, Record<number, number>>();
  readonly #wrong = new Map<Side, string[]>();
  readonly #idle = new Map<Side, { ms: number; seconds: number }>();

  constructor(private readonly run: Run) {
    for (const side of run.sides) {
      this.#told.set(side, {});
      this.#wrong.set(side, []);
      this.#idle.set(side, { ms: 0, seconds: 0 });
    }
  }

  async warmUp(): Promise<void> {
    const { sides, warmUp } = this.run;
    const goesOn = (answers: number, seconds: number) => answers < warmUp.answers || seconds < warmUp.seconds;
    for (const side of sides) await this.#slice(side, { c: warmUpClients, lot: 0, goesOn });
  }

  /** @param lot of the first round */
  async level(c: number, lot: number): Promise<Measured[]> {
    const { sides, extent } = this.run;
    const rounds = new Map<Side, Figures[]>(sides.map((side) => [side, []]));
    const goesOn = (_answers: number, seconds: number) => seconds < extent.seconds;
    for (let round = 0; round < extent.rounds; round++)
      for (const [side, figures] of rounds) figures.push(await this.#slice(side, { c, lot: lot + round, goesOn }));
    return [...rounds].map(([{ name }, all]) => ({ side: name, c, figures: mediansOf(all), rounds: all }));
  }

  async judge(): Promise<Measurement["verdicts"]> {
    const verdicts: Measurement["verdicts"] = [];
    for (const side of this.run.sides) {
      const verdict = await side.judge(this.#told.get(side)!, this.run.databaseCpu);
      verdicts.push({ side: side.name, ...verdict, violations: [...verdict.violations, ...this.#wrong.get(side)!] });
    }
    return verdicts;
  }

  idle(): Measurement["idle"] {
    const measured = [...this.#idle].filter(([, { seconds }]) => seconds > 0);
    return Object.fromEntries(measured.map(([{ name }, { ms, seconds }]) => [name, ms / seconds]));
  }

  async #slice(side: Side, part: Part): Promise<Figures> {
    const { workload, goods, signal, progress, sides } = this.run;
    signal.throwIfAborted();
    const slice: Slice = { side: side.name, url: side.url, goods, ...part };
    const work = workload.work(slice);
    const before = await Promise.all(sides.map((one) => this.#cpu(one)));
    const start = performance.now();
    const done = await load(side.url, work, signal);
    await side.settle();
    const seconds = (performance.now() - start) / 1_000;
    const used = (await Promise.all(sides.map((one) => this.#cpu(one)))).map((after, index) => less(after, before[index]!));
    for (const [index, one] of sides.entries()) if (one !== side) this.#idled(one, used[index]!, seconds);
    this.#note(side, done.statuses, workload.wrong(slice, done));
    progress.done(1);
    return figuresOf(done, used[sides.indexOf(side)]!, seconds);
  }

  async #cpu({ processes }: Side): Promise<Cpu> {
    const servers = await Promise.all(processes.map(async (one) => [one.name, await one.cpuMs()] as const));
    return { servers: Object.fromEntries(servers), database: this.run.databaseCpu?.() };
  }

  #idled(side: Side, { servers }: Cpu, seconds: number): void {
    const sum = this.#idle.get(side)!;
    sum.ms += Object.values(servers).reduce((a, b) => a + b, 0);
    sum.seconds += seconds;
  }

  #note(side: Side, statuses: Readonly<Record<number, number>>, wrong: readonly string[]): void {
    const told = this.#told.get(side)!;
    for (const [status, count] of Object.entries(statuses)) told[Number(status)] = (told[Number(status)] ?? 0) + count;
    this.#wrong.get(side)!.push(...wrong);
  }
}

function less(after: Cpu, before: Cpu): Cpu {
  const servers = Object.entries(after.servers).map(([name, ms]) => [name, ms - (before.servers[name] ?? 0)]);
  const database = after.database === undefined ? undefined : after.database - (before.database ?? 0);
  return { servers: Object.fromEntries(servers) as Record<string, number>, database };
}
