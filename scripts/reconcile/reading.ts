/**
 * All databases, each as it is at one moment, opened in an order that makes sense of the moments. First the orders; then what sagas move,
 * and what is on its way to followers, outboxes before the bus; then what followers hold; the orders once more at last. So an order that
 * is the same before and after was the same all the while, and an event that was neither in an outbox nor unread has been applied.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";

import type { Config } from "../../lib/config";
import { sqliteUrl } from "../../mixins/database";
import { type BusReading, openBusReading } from "./bus-reading";
import { openSnapshot, type Snapshot } from "./snapshots/snapshot";

/** In the order in which they are opened. */
const sources = ["order", "payment", "user", "point", "coupon"] as const;
const followers = ["notification", "bestseller", "order-history", "product"] as const;
export const services = [...sources, ...followers] as const;
export type ServiceName = (typeof services)[number];

export interface Reading {
  /** By service; the orders' is the one from before. */
  of(service: ServiceName): Snapshot;
  /** The orders', from after everything else. */
  after: Snapshot;
  /** Undefined when there was never a bus on the folder. */
  bus: BusReading | undefined;
  /** The sandbox provider's books, if they are on this machine. */
  provider: Snapshot | undefined;
  close(): Promise<void>;
}

/** `followed`: the topics of each follower whose messages on the bus will be asked for. */
export async function openReading(config: Config, followed: Readonly<Record<string, readonly string[]>>): Promise<Reading> {
  const opened: { close(): Promise<void> }[] = [];
  const open = async (url: string) => {
    const snapshot = await openSnapshot(url);
    opened.push(snapshot);
    return snapshot;
  };
  const openFile = async (name: string) => {
    const path = join(config.dataDir, `${name}.sqlite`);
    return existsSync(path) ? open(sqliteUrl(path)) : undefined;
  };
  const close = async () => {
    for (const snapshot of opened) await snapshot.close();
  };
  const byName = new Map<ServiceName, Snapshot>();
  const openAll = async (names: readonly ServiceName[]) => {
    for (const name of names) byName.set(name, await open(config.databaseUrl(name)));
  };
  try {
    await openAll(sources);
    const provider = await openFile("sandbox-provider");
    const bus = await openBusReading(config, followed);
    if (bus) opened.push(bus);
    await openAll(followers);
    const after = await open(config.databaseUrl("order"));
    return { of: (service) => byName.get(service)!, after, bus, provider, close };
  } catch (error) {
    await close();
    throw error;
  }
}
