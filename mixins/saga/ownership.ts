/**
 * Who runs what. An owner is one process start: a restarted node has a new name and never mistakes its old sagas for running ones (I5).
 * Where processes share a database each owner has a lease in the database's time, and claims what owners without one left behind. Where
 * one process has the database to itself there are no leases: it claims everything at start.
 *
 * - I6 no open saga stays without a run: what was released is claimed when it is due, what a dead owner held when its lease has run out,
 *   and what is this owner's own but has no run (its run broke off, or the answer of its start's commit was lost) by a sweep.
 */
import type { Service } from "moleculer";

import type { Database, Tx } from "../database/types";
import type { Time } from "../waiting";
import type { Claimed, Claims, Sighting } from "./claims";
import { keyText } from "./key-text";
import { unowned } from "./tables";
import type { SagaTimings } from "./timings";

export interface OwnershipOptions {
  db: Database;
  owner: string;
  claims: Claims;
  timings: SagaTimings;
  time: Time;
  logger: Service["logger"];
  /** No other process uses the database: everything open is claimed at start, and there are no leases. */
  alone: boolean;
  /** The participants can be called. */
  ready(): boolean;
  /** Whether a run of this process holds the saga. */
  holds(type: string, id: string): boolean;
  take(claimed: Claimed): void;
}

/** Sagas that are claimed in one transaction. */
const batch = 200;
const readyPollMs = 50;
/** Rows of owners that are long dead and own nothing are removed. */
const forgetMs = 60_000;

export class Ownership {
  readonly #stopping = new AbortController();
  #loops: Promise<void>[] = [];
  /** What the last sweep found without a run: a saga is taken when two in a row do, so that one which is just starting is left alone. */
  #suspects = new Set<string>();
  /** Ends the claims' present pause, or the one to come. */
  #woken = new AbortController();

  constructor(private readonly options: OwnershipOptions) {}

  /** The lease is there when it resolves; claims go on in the background. */
  async start(): Promise<void> {
    const { alone, timings } = this.options;
    if (!alone) await this.#renewLease();
    this.#loops = [
      this.#every(timings.heartbeatMs, async () => {
        if (!alone) await this.#renewLease();
        await this.#sweep();
      }),
      this.#claimLoop(),
      ...(alone ? [] : [this.#every(forgetMs, () => this.#forgetDeadOwners())]),
    ];
  }

  /** Something may be due: it is looked for at once. */
  wake(): void {
    this.#woken.abort();
  }

  /** Ends claims and heartbeats. What is owned stays owned until `release`. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all(this.#loops);
  }

  /** Lets go of everything at once, so that the next start, or another node, goes on without waiting for the lease to run out. */
  async release(): Promise<void> {
    const { db, owner, time, logger } = this.options;
    const release = async (tx: Tx) => {
      const set = `owner = ?, next_at = ${tx.dialect.now}, updated_at = ?`;
      await tx.execute(`update saga_instance set ${set} where owner = ?`, [unowned, time.now(), owner]);
      await tx.execute("delete from saga_node where owner = ?", [owner]);
    };
    // A database that is away must not keep the rest of the node from stopping.
    await db.transaction(release).catch((error: unknown) => {
      logger.warn("the sagas of this process could not be released; they are claimed when its lease has run out", error);
    });
  }

  async #claimLoop(): Promise<void> {
    const { alone, claims, timings, time, ready, logger } = this.options;
    const until = time.now() + timings.readyMs;
    const waits = () => !ready() && !this.#stopping.signal.aborted;
    while (waits() && time.now() < until) await time.pause(readyPollMs, this.#stopping.signal);
    if (waits()) logger.warn("not all participants of the sagas are there; open sagas are recovered all the same");
    let atStart = alone;
    await this.#every(timings.claimMs, async () => {
      this.#woken = new AbortController();
      await this.#claim(await (alone ? (atStart ? claims.others() : claims.due()) : claims.abandoned()));
      atStart = false;
      return this.#woken.signal;
    });
  }

  async #claim(seen: readonly Sighting[]): Promise<void> {
    for (let at = 0; at < seen.length && !this.#stopping.signal.aborted; at += batch) {
      this.options.take(await this.options.claims.claim(seen.slice(at, at + batch)));
    }
  }

  async #sweep(): Promise<void> {
    const { claims, holds } = this.options;
    const without = (await claims.mine()).filter(({ type, id }) => !holds(type, id));
    const suspicion = ({ type, id, epoch }: Sighting) => keyText(type, epoch, id);
    const orphans = without.filter((seen) => this.#suspects.has(suspicion(seen)));
    this.#suspects = new Set(without.map(suspicion));
    await this.#claim(orphans);
  }

  async #renewLease(): Promise<void> {
    const { db, owner, timings } = this.options;
    const { now, excluded, upsert } = db.dialect;
    await db.transaction((tx) =>
      tx.execute(
        `insert into saga_node (owner, started_at, lease_until) values (?, ${now}, ${now} + ?)
          ${upsert(["owner"], `lease_until = ${excluded("lease_until")}`)}`,
        [owner, timings.leaseMs],
      ),
    );
  }

  async #forgetDeadOwners(): Promise<void> {
    const { db } = this.options;
    await db.transaction((tx) =>
      tx.execute(
        `delete from saga_node where lease_until < ${tx.dialect.now} - ?
          and not exists (select 1 from saga_instance where saga_instance.owner = saga_node.owner)`,
        [forgetMs],
      ),
    );
  }

  /**
   * A failure is told and the work done again next time: the database may be away for a while. What the work gives, if anything, ends the
   * pause after it.
   */
  async #every(ms: number, work: () => Promise<AbortSignal | void>): Promise<void> {
    const { signal } = this.#stopping;
    const { time, logger } = this.options;
    while (!signal.aborted) {
      const sooner = await work().catch((error: unknown) => logger.error("sagas could not be looked after; trying again", error));
      await time.pause(ms, sooner ? AbortSignal.any([signal, sooner]) : signal);
    }
  }
}
