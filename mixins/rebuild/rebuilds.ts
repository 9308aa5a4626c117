import { randomBytes } from "node:crypto";

import { pause } from "../waiting";
import { begin, type Lease, read, type Stored, takeOver } from "./rows";
import { LeaseLost, Run, type RunOptions } from "./run";
import type { Rebuilds, RebuildStatus } from "./types";

export interface RebuildsOptions extends RunOptions {
  consumer: string;
  /** This process, as no other is called. */
  owner: string;
  /** How long a node that says nothing keeps its rebuild. */
  leaseMs: number;
  /** Nobody else has this database: what is found at the start was left behind. */
  exclusive: boolean;
}

/** A node's rebuilds of its read model: at most one at a time, for all nodes together. One that a node leaves behind is ended by another. */
export class ReadModelRebuilds implements Rebuilds {
  readonly #stopping = new AbortController();
  #running: { run: Run; ended: Promise<void> } | undefined;
  #watching: Promise<void> | undefined;

  constructor(private readonly options: RebuildsOptions) {}

  start(): void {
    this.#watching ??= this.#watch();
  }

  async begin(source: RebuildStatus["source"] = "TOPICS"): Promise<{ begun: boolean; status: RebuildStatus }> {
    const { db } = this.options;
    const lease = this.#lease(randomBytes(4).toString("hex"));
    if (this.#stopping.signal.aborted) throw new Error("the node is stopping");
    const other = await begin(db, lease, source);
    if (other) return { begun: false, status: other };
    const { status } = (await read(db, lease.consumer))!;
    this.#go(lease, status, (run) => run.build());
    return { begun: true, status };
  }

  async status(): Promise<RebuildStatus | undefined> {
    return (await this.#read())?.status;
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#watching;
    this.#running?.run.stop(new Stopped());
    await this.#running?.ended;
  }

  #read(): Promise<Stored | undefined> {
    return read(this.options.db, this.options.consumer);
  }

  #lease(id: string): Lease {
    const { consumer, owner, leaseMs: ms } = this.options;
    return { consumer, id, owner, ms };
  }

  /** Looks for a rebuild whose node is gone, at the start and from time to time. */
  async #watch(): Promise<void> {
    const { consumer, logger, leaseMs, exclusive } = this.options;
    const { signal } = this.#stopping;
    for (let atOnce = exclusive; !signal.aborted; atOnce = false) {
      try {
        if (!this.#running) await this.#resume(atOnce);
      } catch (error) {
        logger.warn(`${consumer} can't look for a rebuild that was left behind, trying again: ${String(error)}`);
      }
      await pause(leaseMs / 2, signal);
    }
  }

  async #resume(atOnce: boolean): Promise<void> {
    const { db } = this.options;
    const found = await takeOver(db, this.#lease(""), atOnce);
    if (!found) return;
    this.#go(this.#lease(found.id), found, (run) => {
      if (found.state === "CATCHING_UP") return run.catchUp();
      throw new Error("its node was gone before the switch: begin again");
    });
  }

  #go(lease: Lease, status: RebuildStatus, work: (run: Run) => Promise<void>): void {
    const run = new Run(this.options, lease, { ...status });
    const beating = new AbortController();
    const beats = this.#beat(run, beating.signal);
    const ended = (async () => work(run))()
      .catch((error: unknown) => this.#failed(run, error))
      .finally(async () => {
        beating.abort();
        await beats;
        // Its row tells of its end before this: by now there may be another.
        if (this.#running?.run === run) this.#running = undefined;
      });
    this.#running = { run, ended };
  }

  /** Before the switch it is over; after it somebody has to go on, and does when the lease is given up. */
  async #failed(run: Run, error: unknown): Promise<void> {
    const { consumer, logger } = this.options;
    if (error instanceof LeaseLost) return logger.warn(`${consumer}: ${error.message}`);
    try {
      const isSwitched = (await this.#read())?.status.state === "CATCHING_UP";
      logger.error(`the rebuild of ${consumer} ${isSwitched ? "stopped after the switch and will go on" : "has failed"}: ${String(error)}`);
      if (isSwitched) return await run.release();
      await run.clear();
      await run.renew({ state: "FAILED", error: (error instanceof Error ? error.message : String(error)).slice(0, 500), ended: true });
    } catch (second) {
      // Its lease runs out, and whoever takes it over does the rest.
      logger.warn(`${consumer} could not note how its rebuild ended: ${String(second)}`);
    }
  }

  async #beat(run: Run, signal: AbortSignal): Promise<void> {
    const { consumer, logger, leaseMs } = this.options;
    const everyMs = Math.min(500, leaseMs / 3);
    for (;;) {
      await pause(everyMs, signal);
      if (signal.aborted) return;
      await run.renew().catch((error: unknown) => {
        if (error instanceof LeaseLost) run.stop(error);
        else logger.warn(`${consumer} can't note how its rebuild stands: ${String(error)}`);
      });
    }
  }
}

class Stopped extends Error {
  constructor() {
    super("the node was stopped");
  }
}
