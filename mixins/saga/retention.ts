/**
 * Sagas that have ended are removed when nobody asks for them any more, with their trails and signals. What operators did stays
 * (`saga_audit`), and so do the participants' barrier rows (`participant/barrier.ts`).
 */
import type { Database, Tx } from "../database/types";
import { groupBy } from "./group-by";

/** Finds those that ended at a time or earlier, the oldest first, so many at most. */
export const selectEnded =
  "select type, business_key as id from saga_instance where owner is null and updated_at <= ? order by updated_at limit ?";

/** Removes at most `limit` sagas that ended at `upTo` or earlier, the oldest first, and gives their number. */
export async function removeEnded(db: Database, upTo: number, limit: number): Promise<number> {
  // Looked for outside of the transaction, so that nobody waits for the search. The index on owner and time has them in this order.
  const ended = await db.select<{ type: string; id: string }>(selectEnded, [upTo, limit]);
  if (ended.length === 0) return 0;
  return db.transaction((tx) => remove(tx, ended, upTo));
}

/** Those that are still as they were seen: another node may clean up as well, and a key that is free again may be started anew. */
async function remove(tx: Tx, seen: readonly { type: string; id: string }[], upTo: number): Promise<number> {
  let removed = 0;
  for (const alike of groupBy(seen, ({ type }) => type)) {
    const { type } = alike[0];
    const ended = await tx.select<{ id: string }>(
      `select business_key as id from saga_instance where type = ? and business_key in (?) and owner is null and updated_at <= ?
        order by business_key ${tx.dialect.forUpdate}`,
      [type, alike.map(({ id }) => id), upTo],
    );
    if (ended.length === 0) continue;
    const key = [type, ended.map(({ id }) => id)];
    for (const table of ["saga_step", "saga_signal"]) await tx.execute(`delete from ${table} where type = ? and business_key in (?)`, key);
    removed += await tx.execute("delete from saga_instance where type = ? and business_key in (?)", key);
  }
  return removed;
}
