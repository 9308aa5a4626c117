/**
 * Which buckets a relay owns. Each relay renews one lease row; the buckets of a relay whose lease has run out, by the database's clock,
 * are free. Each relay keeps to its fair share: it gives up what is beyond, and takes what is free up to it.
 */
import { v7 } from "uuid";

import type { Database, Tx } from "../database";
import { buckets } from "./tables";

export interface LeaseOptions {
  /** This process is the only one: take every bucket at once and for good. */
  exclusive: boolean;
  leaseMs: number;
  heartbeatMs: number;
}

export class Buckets {
  /** One process start: a restarted relay is never taken for its former self. */
  readonly owner = v7();
  #owned: readonly number[] = [];
  #renewAt = 0;

  constructor(
    private readonly db: Database,
    private readonly options: LeaseOptions,
    /** Events that this relay has sent in the last minute: whoever is asked for the rate of all reads it beside the lease. */
    private readonly sentLately: () => number,
  ) {}

  get owned(): readonly number[] {
    return this.#owned;
  }

  /** Claims and renews when it is time. Gives true when the buckets may be others than before. To be called between sends. */
  async keep(): Promise<boolean> {
    if (performance.now() < this.#renewAt) return false;
    const before = this.#owned.join();
    const started = performance.now();
    if (this.options.exclusive) {
      this.#owned = await this.db.transaction((tx) => this.#takeAll(tx));
      this.#renewAt = Infinity;
    } else {
      const { owned, fairShare } = await this.db.transaction((tx) => this.#renew(tx));
      this.#owned = owned;
      // Whoever has less than its share looks again sooner, for what others give up for it.
      this.#renewAt = started + (owned.length < fairShare ? this.options.heartbeatMs / 6 : this.options.heartbeatMs);
    }
    return this.#owned.join() !== before;
  }

  /** A write found that buckets were lost: find out which before the next send. */
  doubt(): void {
    this.#renewAt = 0;
  }

  /** Lets others take the buckets without waiting for the lease. */
  async release(): Promise<void> {
    this.#owned = [];
    await this.db.transaction(async (tx) => {
      await tx.execute("update outbox_bucket set owner = null where owner = ?", [this.owner]);
      await tx.execute("delete from outbox_relay where id = ?", [this.owner]);
    });
  }

  async #takeAll(tx: Tx): Promise<number[]> {
    await tx.execute("delete from outbox_relay");
    await tx.execute("update outbox_bucket set owner = ?", [this.owner]);
    return Array.from({ length: buckets }, (_, bucket) => bucket);
  }

  async #renew(tx: Tx): Promise<{ owned: number[]; fairShare: number }> {
    const { now, forUpdate } = tx.dialect;
    // The bucket rows first: relays that renew at the same time queue up here and can't deadlock.
    const rows = await tx.select<{ bucket: number; owner: string | null }>(
      `select bucket, owner from outbox_bucket order by bucket ${forUpdate}`,
    );
    await tx.execute(`delete from outbox_relay where lease_until <= ${now} or id = ?`, [this.owner]);
    await tx.execute(`insert into outbox_relay (id, lease_until, sent_lately) values (?, ${now} + ?, ?)`, [
      ...[this.owner, this.options.leaseMs],
      this.sentLately(),
    ]);
    const relays = await tx.select<{ id: string }>("select id from outbox_relay");
    const alive = new Set(relays.map(({ id }) => id));
    const mine = rows.filter(({ owner }) => owner === this.owner);
    const free = rows.filter(({ owner }) => owner === null || !alive.has(owner));
    const mostFair = Math.ceil(buckets / alive.size);
    const given = mine.slice(mostFair);
    const taken = free.slice(0, Math.max(0, mostFair - mine.length));
    await setOwner(tx, given, null);
    await setOwner(tx, taken, this.owner);
    return {
      owned: [...mine.slice(0, mostFair), ...taken].map(({ bucket }) => bucket).toSorted((a, b) => a - b),
      fairShare: Math.floor(buckets / alive.size),
    };
  }
}

async function setOwner(tx: Tx, rows: readonly { bucket: number }[], owner: string | null): Promise<void> {
  if (rows.length === 0) return;
  await tx.execute("update outbox_bucket set owner = ? where bucket in (?)", [owner, rows.map(({ bucket }) => bucket)]);
}
