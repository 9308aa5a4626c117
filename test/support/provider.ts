/** The sandbox provider's own file: what the foreign system knows of its charges. */
import { join } from "node:path";

import { type Database, openDatabase, sqliteUrl } from "../../mixins/database";
import type { TestShop } from "./shop";

export interface ChargeAtProvider {
  amount: number;
  approved: number;
}

/** Charges for the order, declined ones too. */
export function chargesOf({ config }: TestShop, orderId: string): Promise<ChargeAtProvider[]> {
  return atProvider(config.dataDir, (db) =>
    db.select<ChargeAtProvider>("select amount, approved from charge where charge_key = ?", [`place-order:${orderId}:pay`]),
  );
}

/** From now on the provider can tell what became of the charges that it has. */
export function providerMakesUpItsMind({ config }: TestShop): Promise<number> {
  return atProvider(config.dataDir, (db) => db.transaction((tx) => tx.execute("update charge set known_at = 0")));
}

async function atProvider<T>(dataDir: string, work: (db: Database) => Promise<T>): Promise<T> {
  const url = sqliteUrl(join(dataDir, "sandbox-provider.sqlite"));
  const db = await openDatabase({ name: "provider", url, migrations: [] });
  try {
    return await work(db);
  } finally {
    await db.close();
  }
}
