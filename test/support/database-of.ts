import type { Service } from "moleculer";

import type { Database } from "../../mixins/database";
import type { TestShop } from "./shop";

/** The database of a service that runs in the test's own process. */
export function databaseOf(shop: Pick<TestShop, "broker">, service: string): Database {
  const { db } = shop.broker.getLocalService(service) as Service & { db?: Database };
  if (!db) throw new Error(`${service} has no database here`);
  return db;
}
