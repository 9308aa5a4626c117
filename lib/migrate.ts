import { DatabaseUnusable, isUnavailable, openDatabase } from "../mixins/database";
import type { Config } from "./config";
import type { ShopService } from "./service";

/** Brings every service's database of this configuration up to date. Gives the names of the migrations that ran, by service. */
export async function migrateAll(services: Record<string, ShopService>, config: Config): Promise<Record<string, string[]>> {
  const ran: Record<string, string[]> = {};
  for (const [name, { migrations }] of Object.entries(services)) {
    const db = await openDatabase({ name, url: config.databaseUrl(name), migrations });
    try {
      ran[name] = await db.migrate();
    } catch (error) {
      if (isUnavailable(error)) throw new DatabaseUnusable(name, `can't be used: ${(error as Error).message}`, { cause: error });
      throw error;
    } finally {
      await db.close();
    }
  }
  return ran;
}
