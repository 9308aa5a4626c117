/** CPU time of a database server that runs on this machine, from outside: `/proc` tells it to whoever may look. */
import { readFileSync } from "node:fs";

import { createConnection, type RowDataPacket } from "mysql2/promise";

/** Linux counts in these, whatever the machine. */
const ticksPerSecond = 100;

/** Gives the CPU time that the server has used, in ms. Undefined where it runs elsewhere, or `/proc` doesn't tell. */
export async function databaseCpu(url: string): Promise<(() => number) | undefined> {
  const { hostname } = new URL(url);
  if (!["127.0.0.1", "localhost", "[::1]"].includes(hostname)) return undefined;
  const server = new URL(url);
  server.pathname = "/";
  const connection = await createConnection(server.href);
  try {
    const [[row]] = await connection.query<(RowDataPacket & { file: string; folder: string })[]>(
      "select @@pid_file as file, @@datadir as folder",
    );
    const pid = row && pidIn(row.file.startsWith("/") ? row.file : row.folder + row.file);
    if (pid === undefined || usedBy(pid) === undefined) return undefined;
    return () => usedBy(pid) ?? NaN;
  } finally {
    await connection.end();
  }
}

function pidIn(file: string): number | undefined {
  const pid = Number(readIfAllowed(file));
  const name = pid > 0 ? readIfAllowed(`/proc/${pid}/comm`) : undefined;
  return name && /^(maria|mysql)/.test(name) ? pid : undefined;
}

/** CPU time of a process, in ms: its 14th and 15th field; the second, the name, may hold spaces. */
export function usedBy(pid: number): number | undefined {
  const stat = readIfAllowed(`/proc/${pid}/stat`);
  const fields = stat?.slice(stat.lastIndexOf(")") + 2).split(" ");
  return fields && ((Number(fields[11]) + Number(fields[12])) / ticksPerSecond) * 1_000;
}

function readIfAllowed(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException;
    if (["ENOENT", "EACCES", "EPERM", "ESRCH"].includes(code)) return undefined;
    throw error;
  }
}
