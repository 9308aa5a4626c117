import { loadConfig } from "../../lib/config";
import { httpServer } from "../../lib/http-server";
import { tokenVerifier } from "../../lib/tokens";
import { openDatabase } from "./database";
import { router } from "./http";
import type { Options } from "./options";
import { routesOf } from "./routes";
import { fill } from "./tables";

/** The baseline while it runs. */
export interface Monolith {
  url: string;
  /** Takes no new connections, lets answers finish, then leaves the database. */
  stop(): Promise<void>;
}

const drainMs = 10_000;

/** Fills the schema, then listens. */
export async function startMonolith(options: Options): Promise<Monolith> {
  const { database, publicKeyPem, port = 0, poolSize = 32, writes = "statements" } = options;
  const verifyToken = await tokenVerifier(loadConfig({ TOKEN_PUBLIC_KEY: publicKeyPem }, ["gateway"]));
  const db = await openDatabase(database, { poolSize, writes });
  try {
    await fill(db, options);
    const server = httpServer({ host: "127.0.0.1", port, variable: "port", handle: router(routesOf(db, verifyToken)), drainMs });
    const url = `http://127.0.0.1:${await server.start()}`;
    return { url, stop: () => server.stop().then(() => db.close()) };
  } catch (error) {
    await db.close();
    throw error;
  }
}
