import { randomBytes } from "node:crypto";

import { createConnection } from "mysql2/promise";

/** The URL of a schema that isn't there yet, next to that of `database`. */
export function schemaBeside(database: string): string {
  return `${database}_${randomBytes(4).toString("hex")}`;
}

/** Removes the schemas of these URLs; files are left to who made their folder. */
export async function dropSchemas(urls: Iterable<string>): Promise<void> {
  for (const one of urls) {
    const url = new URL(one);
    if (url.protocol !== "mysql:") continue;
    const schema = url.pathname.slice(1);
    url.pathname = "/";
    const connection = await createConnection(url.href);
    await connection.query("drop database if exists ??", [schema]).finally(() => connection.end());
  }
}
