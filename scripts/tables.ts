/** For scripts that work on the databases themselves, whether a shop is running on them or not. They leave the data folder's lock alone. */
import type { Config } from "../lib/config";
import { DatabaseUnusable, isUnavailable, openDatabase } from "../mixins/database";
import { domainServices } from "../services";

/**
 * Creates the tables of an embedded shop that is still empty. Old tables are refused, like missing ones elsewhere: to change them under a
 * shop that may be running is not these scripts' business.
 */
export async function prepareTables(config: Config): Promise<void> {
  for (const [name, { migrations }] of Object.entries(domainServices)) {
    const db = await openDatabase({ name, url: config.databaseUrl(name), migrations, poolSize: 1 });
    try {
      const pending = await db.pendingMigrations();
      if (config.embedded && pending.length === migrations.length) await db.migrate();
      else if (pending.length > 0)
        throw new DatabaseUnusable(name, `is not up to date, run "npm run migrate" (pending: ${pending.join(", ")})`);
    } catch (error) {
      if (isUnavailable(error)) throw new DatabaseUnusable(name, `can't be used: ${(error as Error).message}`, { cause: error });
      throw error;
    } finally {
      await db.close();
    }
  }
}
