/** What a run comes to: of each slice its figures, of several slices the medians. */
import type { Load } from "./load/load";

export interface Figures {
  /** Operations in a second: while clients asked, and until the last of their work was done. */
  rate: number;
  sustained: number;
  /** In ms. */
  p50: number;
  p95: number;
  p99: number;
  /** CPU time for an operation, in ms: of the servers, each by its name; of the database, where it can be told; of the clients. */
  servers: Readonly<Record<string, number>>;
  server: number;
  database: number | undefined;
  client: number;
}

/** CPU time of a slice, in ms. */
export interface Cpu {
  servers: Readonly<Record<string, number>>;
  database: number | undefined;
}

/** @param settled seconds until the last of the work was done */
export function figuresOf({ answers, seconds, latencies, clientCpuMs }: Load, cpu: Cpu, settled: number): Figures {
  const sorted = latencies.toSorted();
  const each = Object.entries(cpu.servers).map(([name, ms]) => [name, ms / answers] as const);
  return {
    rate: answers / seconds,
    sustained: answers / settled,
    p50: percentile(sorted, 0.5),
    p95: percentile(sorted, 0.95),
    p99: percentile(sorted, 0.99),
    servers: Object.fromEntries(each),
    server: each.reduce((sum, [, ms]) => sum + ms, 0),
    database: cpu.database === undefined ? undefined : cpu.database / answers,
    client: clientCpuMs / answers,
  };
}

/** The smallest value that at least that share of all is not above (nearest rank). Of nothing it is NaN. */
export function percentile(sorted: ArrayLike<number>, share: number): number {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? NaN;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return Number.isInteger(middle) ? (sorted[middle - 1]! + sorted[middle]!) / 2 : sorted[Math.floor(middle)]!;
}

/** Each figure's median over the rounds. */
export function mediansOf(rounds: readonly Figures[]): Figures {
  const of = (read: (figures: Figures) => number) => median(rounds.map(read));
  const names = Object.keys(rounds[0]?.servers ?? {});
  return {
    rate: of(({ rate }) => rate),
    sustained: of(({ sustained }) => sustained),
    p50: of(({ p50 }) => p50),
    p95: of(({ p95 }) => p95),
    p99: of(({ p99 }) => p99),
    servers: Object.fromEntries(names.map((name) => [name, of(({ servers }) => servers[name] ?? NaN)])),
    server: of(({ server }) => server),
    database: rounds.every(({ database }) => database !== undefined) ? of(({ database }) => database ?? NaN) : undefined,
    client: of(({ client }) => client),
  };
}
