import type { Service } from "moleculer";

import type { Database } from "../database";

/**
 * BUILDING: the tables beside are being filled. CATCHING_UP: they are in their place, and what had been applied to the old ones alone is
 * being applied to them.
 */
export type RebuildState = "BUILDING" | "CATCHING_UP" | "DONE" | "FAILED";

/** How a rebuild stands. Times in ms since the epoch. */
export interface RebuildStatus {
  id: string;
  state: RebuildState;
  /** OWNERS: the topics' beginnings are gone, so what they told is read from the services that own it first. */
  source: "TOPICS" | "OWNERS";
  startedAt: number;
  endedAt?: number;
  /** What was applied of `total`: rows of owners while `source` is being read, messages. `total` grows with the topics; 0 while nobody knows. */
  done: number;
  total: number;
  /** Events that can't be applied, and are left out. */
  skipped: number;
  /** Why it has FAILED. */
  error?: string;
}

/** For reading the owners into the tables beside. */
export interface FromOwners {
  /** The tables beside. */
  db: Pick<Database, "transaction">;
  /** Told of how many more were written. */
  wrote(count: number): void;
  /** Fires when the rebuild is to be given up. */
  signal: AbortSignal;
}

/** What a service says of its read model. */
export interface ReadModel {
  /** All that its consumer's handlers read and write, but for the inbox. */
  tables: readonly string[];
  /** Writes what the events would have written, from the services that own it. Without it topics whose beginning is gone make it fail. */
  fromOwners?(host: Service, from: FromOwners): Promise<void>;
}

/** What a service can ask of its rebuilds (`this.rebuilds`). */
export interface Rebuilds {
  /**
   * Begins one, which goes on by itself. OWNERS: also when the topics' beginnings are there, for what no event has told of. `begun: false`: another is not at its end yet, and this is that one.
   */
  begin(source?: RebuildStatus["source"]): Promise<{ begun: boolean; status: RebuildStatus }>;
  /** The newest one; undefined when there never was one. */
  status(): Promise<RebuildStatus | undefined>;
  stop(): Promise<void>;
}
