import type { BusReading } from "./bus-reading";
import type { Reading } from "./reading";
import type { Snapshot } from "./snapshots/snapshot";

/** A lease that runs out then was renewed this much earlier (`mixins/saga/timings.ts`, `mixins/outbox/`). */
const leaseMs = 10_000;

/** How long something has waited for a shop that was running. What lay there while it was off, or had just been started, is not old. */
export class Alive {
  private constructor(
    /** When the process began that was seen last, ms since the epoch; 0 when nothing tells. */
    private readonly since: number,
    /** When it was surely still running; 0 when there is no sign that it ever was. */
    private readonly until: number,
  ) {}

  /** @param now when the shop has just answered */
  static async read({ of, bus }: Reading, now: number | undefined): Promise<Alive> {
    const orders = of("order");
    const owners = await orders.all<{ owner: string }>("select distinct owner from outbox_bucket where owner is not null");
    return new Alive(Math.max(0, ...owners.map(({ owner }) => timeOf(owner))), now ?? (await lastSign(orders, bus)));
  }

  /** In ms; `at` in ms since the epoch. */
  waited(at: number): number {
    return this.until - Math.max(at, this.since);
  }
}

/**
 * By what only a running shop writes: leases, and messages on the bus. (Where one process has everything to itself there are no leases,
 * and while nobody buys there are no messages: then it looks as if it were off.)
 */
async function lastSign(orders: Snapshot, bus: BusReading | undefined): Promise<number> {
  const leases = [await newest(orders, leaseOf("saga_node")), await newest(orders, leaseOf("outbox_relay"))];
  const message = (await bus?.newestAt("commerce.order.v1")) ?? 0;
  return Math.max(...leases.map((until) => until - leaseMs), message, 0);
}

const leaseOf = (table: string) => `select max(lease_until) as at from ${table}`;

async function newest(db: Snapshot, sql: string): Promise<number> {
  const [row] = await db.all<{ at: number | null }>(sql);
  return row?.at ?? 0;
}

/** An owner is one process start, named by a UUIDv7: its first 48 bits are the time. */
function timeOf(owner: string): number {
  return Number.parseInt(owner.replaceAll("-", "").slice(0, 12), 16) || 0;
}
