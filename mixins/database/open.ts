import type { Engine } from "./engine";
import { mysqlEngine } from "./mysql";
import { SqlDatabase } from "./sql-database";
import { sqliteEngine } from "./sqlite";
import type { Database, Migration } from "./types";

export interface OpenOptions {
  /** The service's name, for messages. */
  name: string;
  /** `sqlite:<absolute path>` or `mysql://user[:password]@host:port/schema`. */
  url: string;
  /** In the order in which they are to run. */
  migrations: readonly Migration[];
  /** Connections to MySQL at most; default 5. SQLite has one writer and one reader. */
  poolSize?: number;
  /** Told of every statement, without its values. */
  logger?: (sql: string) => void;
}

/** The URL of a SQLite file. The path stands in it as it is, nothing is encoded: so any absolute path is good. */
export function sqliteUrl(path: string): string {
  return `sqlite:${path}`;
}

/** Opens a database. It connects with its first statement, so a server that is away shows there. */
export async function openDatabase({ name, url, migrations, poolSize = 5, logger }: OpenOptions): Promise<Database> {
  return new SqlDatabase(name, engine(url, poolSize, logger), migrations);
}

function engine(url: string, poolSize: number, logger: OpenOptions["logger"]): Engine {
  if (url.startsWith("sqlite:/")) return sqliteEngine({ path: url.slice("sqlite:".length), logger });
  if (url.startsWith("mysql://")) return mysqlEngine({ url, poolSize, logger });
  throw new Error(`not the URL of a database (sqlite:<absolute path> or mysql://…): ${url.replace(/\/\/[^@/]*@/, "//***@")}`);
}
