import { type ChildProcess, fork } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

import { createConnection } from "mysql2/promise";

import { type Config, loadConfig } from "../../lib/config";
import { domainServices, serviceNames } from "../../services";
import { readUnderWay } from "../reconcile";
import type { Told } from "./shop-process";

export interface Server {
  url: string;
  config: Config;
  /** CPU time that its process has used, in ms. */
  cpuMs(): Promise<number>;
  /** Resolves when every order is final and every event applied. */
  drained(): Promise<void>;
  /** Drains; throws when the process doesn't exit with 0. */
  stop(): Promise<void>;
  /** Stops it if need be, and removes its data. */
  remove(): Promise<void>;
}

/** A shop in a process of its own, on a temporary folder, or in new schemas next to that of `database`. */
export async function startServer(database?: string): Promise<Server> {
  const dataDir = await mkdtemp(join(tmpdir(), "shop-bench-"));
  const url = database && `${database}_${randomBytes(4).toString("hex")}`;
  const config = loadConfig({ DATA_DIR: dataDir, ...(url && { DATABASE_URL: url }) }, serviceNames);
  const child = fork(join(__dirname, "shop-process.ts"), [dataDir, ...(url ? [url] : [])]);
  const stop = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill("SIGTERM");
    await once(child, "exit");
    if (child.exitCode !== 0) throw new Error(`the shop stopped with ${child.exitCode ?? child.signalCode}`);
  };
  const remove = async () => {
    await stop();
    await dropSchemas(config);
    await rm(dataDir, { recursive: true, force: true });
  };
  try {
    return {
      url: (await told(child, "url")).url,
      config,
      async cpuMs() {
        child.send("cpu");
        return (await told(child, "cpuMs")).cpuMs;
      },
      drained: () => drained(config),
      stop,
      remove,
    };
  } catch (error) {
    await remove();
    throw error;
  }
}

async function drained(config: Config): Promise<void> {
  for (let tries = 0; tries < 600; tries++) {
    if ((await readUnderWay(config)).length === 0) return;
    await delay(100);
  }
}

/** The next message of a kind; tsx sends some of its own. */
function told<K extends keyof Told>(child: ChildProcess, kind: K): Promise<Pick<Told, K>> {
  return new Promise((resolve, reject) => {
    const exited = (code: number | null) => reject(new Error(`the shop ended with ${code}`));
    const listen = (message: Partial<Told>) => {
      if (message[kind] === undefined) return;
      child.off("message", listen).off("exit", exited);
      resolve(message as Pick<Told, K>);
    };
    child.on("message", listen).once("exit", exited);
  });
}

/** Those of a server; the folder holds the others. */
async function dropSchemas({ embedded, databaseUrl }: Config): Promise<void> {
  if (embedded) return;
  for (const service of Object.keys(domainServices)) {
    const url = new URL(databaseUrl(service));
    const schema = url.pathname.slice(1);
    url.pathname = "/";
    const connection = await createConnection(url.href);
    await connection.query(`drop database if exists \`${schema}\``).finally(() => connection.end());
  }
}
