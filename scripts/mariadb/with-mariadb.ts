/**
 * Runs a command with `TEST_DATABASE_URL` set to a MariaDB server that lives as long as the command:
 * `sh scripts/run.sh scripts/mariadb/with-mariadb.ts node_modules/.bin/jest services/point`
 */
import { spawn } from "node:child_process";
import { once } from "node:events";

import { fail } from "../process";
import { MariaDbServer } from "./server";

async function withMariaDb(command: readonly string[]): Promise<number> {
  const server = await MariaDbServer.start();
  try {
    const child = spawn("env", [`TEST_DATABASE_URL=${server.url}`, ...command], { stdio: "inherit" });
    process.on("SIGINT", () => child.kill("SIGINT")).on("SIGTERM", () => child.kill("SIGTERM"));
    const [code] = (await once(child, "exit")) as [number | null];
    return code ?? 1;
  } finally {
    await server.remove();
  }
}

withMariaDb(process.argv.slice(2)).then((code) => process.exit(code), fail);
