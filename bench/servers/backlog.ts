import { existsSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

import type { Config } from "../../lib/config";
import { sqliteUrl } from "../../mixins/database";
import { publishers } from "../../scripts/reconcile/rules/machinery";
import { openSnapshot } from "../../scripts/reconcile/snapshots/snapshot";
import { countRows } from "./count-rows";

/** Seldom enough to cost little, often enough for seconds to be right. */
const everyMs = 100;

/** Events of a shop that are on their way. */
export interface Backlog {
  /** In outboxes. */
  unsent: number;
  /** On the bus, for each consumer that has not applied them. */
  unapplied: number;
}

export async function backlogOf(config: Config): Promise<Backlog> {
  const backlog = { unsent: 0, unapplied: 0 };
  for (const name of publishers) backlog.unsent += await countRows(config.databaseUrl(name), `${name}_outbox_event`);
  const bus = join(config.dataDir, "bus.sqlite");
  if (existsSync(bus)) backlog.unapplied = await unreadOn(sqliteUrl(bus));
  return backlog;
}

async function unreadOn(bus: string): Promise<number> {
  const snapshot = await openSnapshot(bus);
  try {
    const [row] = await snapshot.all<{ n: number }>(
      "select coalesce(sum(p.next_position - c.position), 0) as n from bus_consumer c join bus_part p on p.topic = c.topic and p.part = c.part",
    );
    return row?.n ?? 0;
  } finally {
    await snapshot.close();
  }
}

/** Waits until every event is sent and applied. Throws when for a minute there are not fewer of them. */
export async function drained(config: Config, signal: AbortSignal): Promise<{ sentMs: number; appliedMs: number }> {
  const start = performance.now();
  let sentMs: number | undefined;
  let least = Infinity;
  for (let since = start; ; await delay(everyMs, undefined, { signal })) {
    const { unsent, unapplied } = await backlogOf(config);
    const now = performance.now();
    if (unsent === 0) sentMs ??= now - start;
    if (sentMs !== undefined && unsent + unapplied === 0) return { sentMs, appliedMs: now - start };
    if (unsent * 10 + unapplied < least) [least, since] = [unsent * 10 + unapplied, now];
    if (now - since > 60_000) throw new Error(`events don't get any fewer: ${unsent} unsent, ${unapplied} unapplied`);
  }
}
