/** What the figures were measured on: without it they say nothing. */
import { closeSync, fdatasyncSync, openSync, readFileSync, writeSync } from "node:fs";
import { rm } from "node:fs/promises";
import { cpus, loadavg, release, tmpdir, totalmem, type } from "node:os";
import { join } from "node:path";

import { createConnection, type RowDataPacket } from "mysql2/promise";

import { DatabaseUnusable } from "../mixins/database";
import { percentile } from "./figures";

export interface Machine {
  cores: number;
  cpu: string;
  memoryGb: number;
  kernel: string;
  /** Of the minute before the run. */
  loadBefore: number;
  /** What a durable write of 4 KB takes on the folder of temporary files, in ms. */
  fdatasyncMs: { p50: number; p95: number };
  versions: Record<string, string>;
}

export async function describeMachine(database: string | undefined): Promise<Machine> {
  return {
    cores: cpus().length,
    cpu: cpus()[0]?.model ?? "unknown",
    memoryGb: Math.round(totalmem() / 2 ** 30),
    kernel: `${type()} ${release()}`,
    loadBefore: loadavg()[0] ?? NaN,
    fdatasyncMs: await fdatasync(),
    versions: {
      node: process.versions.node,
      ...Object.fromEntries(["moleculer", "mysql2", "nats"].map((name) => [name, versionOf(name)])),
      SQLite: process.versions.sqlite ?? "unknown",
      ...(database && { database: await serverVersion(database) }),
    },
  };
}

const writes = 200;
const block = Buffer.alloc(4_096);

async function fdatasync(): Promise<Machine["fdatasyncMs"]> {
  const path = join(tmpdir(), `shop-bench-${process.pid}.fsync`);
  const file = openSync(path, "w", 0o600);
  const taken = new Float64Array(writes);
  try {
    for (let n = 0; n < writes; n++) {
      const start = performance.now();
      writeSync(file, block);
      fdatasyncSync(file);
      taken[n] = performance.now() - start;
    }
  } finally {
    closeSync(file);
    await rm(path, { force: true });
  }
  taken.sort();
  return { p50: percentile(taken, 0.5), p95: percentile(taken, 0.95) };
}

function versionOf(name: string): string {
  const file = join(__dirname, "../node_modules", name, "package.json");
  return (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version;
}

async function serverVersion(url: string): Promise<string> {
  const server = new URL(url);
  server.pathname = "/";
  const connection = await createConnection(server.href).catch((error: NodeJS.ErrnoException) => {
    throw new DatabaseUnusable("--database", `can't be used: ${error.message || error.code}`, { cause: error }); // of two addresses it has no message
  });
  try {
    const [rows] = await connection.query<(RowDataPacket & { version: string; flush: number })[]>(
      "select version() as version, @@innodb_flush_log_at_trx_commit as flush",
    );
    const [row] = rows;
    return `${row?.version}, innodb_flush_log_at_trx_commit=${row?.flush}`;
  } finally {
    await connection.end();
  }
}
