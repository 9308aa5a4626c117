import { defaultTimings } from "../../mixins/saga";
import { stateCode } from "../../mixins/saga/tables";
import { databaseOf } from "./database-of";
import type { TestShop } from "./shop";
import { waitFor } from "./wait";

interface Row {
  id: string;
  state: number;
  owner: string | null;
}

/**
 * Waits until the saga can't be finished and is parked for it: of its releases, which would take an hour, the next one is the last. `key` is
 * its business key, or how it begins. Gives the whole.
 */
export async function park(shop: TestShop, type: string, key: string): Promise<string> {
  const db = databaseOf(shop, "order");
  const where = "type = ? and business_key like ?";
  const found = async () =>
    (await db.select<Row>(`select business_key as id, state, owner from saga_instance where ${where}`, [type, `${key}%`]))[0];
  const spend = async () => {
    const saga = await found();
    // Only of one that nobody holds: its owner knows how often it was released.
    if (saga?.owner === "")
      await db.transaction((tx) => tx.execute(lastRelease, [defaultTimings.maxReleases, type, saga.id, "", stateCode.PARKED]));
    return saga?.state === stateCode.PARKED && saga.id;
  };
  return waitFor(spend, { what: `saga ${type} ${key} to be parked`, timeoutMs: 60_000, everyMs: 50 });
}

const lastRelease = "update saga_instance set releases = ?, next_at = 0 where type = ? and business_key = ? and owner = ? and state <> ?";
