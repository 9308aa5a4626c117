import { isMissingSchema } from "../errors";
import { openDatabase } from "../open";
import type { Place } from "./index";

/** How long whoever uses a table is waited for, with everybody who comes behind; five times at most (`Database.transaction`). */
const waitSeconds = 1;
const longestName = 64;

/** A schema of its own on the same server. */
export function besideMysql(url: string, suffix: string): Place {
  const server = new URL(url);
  const live = decodeURIComponent(server.pathname.slice(1));
  // The server allows 64 characters; the suffix tells it from others.
  const schema = live.slice(0, longestName - suffix.length) + suffix;
  server.pathname = `/${encodeURIComponent(schema)}`;
  return {
    url: server.href,
    replace: (tables) => onServer(url, (run) => run(renaming(live, schema, tables))),
    remove: () => onServer(url, (run) => run(`drop database if exists \`${schema}\``)),
  };
}

/** One statement, and so one step for everybody, also for who comes back after a crash of the server. */
function renaming(live: string, schema: string, tables: readonly string[]): string {
  const moves = tables.flatMap((table) => [
    `\`${live}\`.\`${table}\` to \`${schema}\`.\`${table}_old\``,
    `\`${schema}\`.\`${table}\` to \`${live}\`.\`${table}\``,
  ]);
  return `rename table ${moves.join(", ")}`;
}

/** On a connection of its own, which takes its setting along when it is closed. A schema that doesn't exist has nothing beside it. */
async function onServer(url: string, work: (run: (sql: string) => Promise<unknown>) => Promise<unknown>): Promise<void> {
  const db = await openDatabase({ name: "rebuild", url, migrations: [], poolSize: 1 });
  try {
    await db.transaction(async (tx) => {
      await tx.execute(`set session lock_wait_timeout = ${waitSeconds}`);
      await work((sql) => tx.execute(sql));
    });
  } catch (error) {
    if (!isMissingSchema(error)) throw error;
  } finally {
    await db.close();
  }
}
