import type { SideName } from "../workloads/workload";

/** One of the two that are measured. */
export interface Side {
  readonly name: SideName;
  /** Where requests go. */
  readonly url: string;
  readonly processes: readonly ServerProcess[];
  /** Waits until nothing is left to do of what was asked. What that costs belongs to what was asked. */
  settle(): Promise<void>;
  /** Stops the servers and recounts their databases. */
  judge(told: StatusCounts, databaseCpu: DatabaseCpu | undefined): Promise<Verdict>;
}

/** A process whose work is paid for by what was asked. */
export interface ServerProcess {
  readonly name: string;
  /** CPU time that it has used, in ms. */
  cpuMs(): Promise<number>;
}

/** How often clients were answered what: the databases must agree with it. */
export type StatusCounts = Readonly<Record<number, number>>;

/** CPU time that the database's server has used, in ms. */
export type DatabaseCpu = () => number;

/** What the recount of a side came to. A run with violations is no result. */
export interface Verdict {
  violations: readonly string[];
  /** What was recounted, in a few words. */
  recounted: string;
  /** Events that were counted in the outboxes and not delivered. */
  waiting?: number;
  /** Events that waited in the outboxes until after the run, and were sent and applied by a shop that did nothing else. */
  drained?: Drained;
}

/** How fast events that had waited went out and were applied. */
export interface Drained {
  events: number;
  /** Until the outboxes were empty, and until every consumer had applied everything. */
  sentSeconds: number;
  appliedSeconds: number;
  /** Of the relay and all consumers, for one event. */
  cpuMs: number;
  databaseCpuMs?: number;
}
