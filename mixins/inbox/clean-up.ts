import type { Database } from "../database";

const step = 1000;

/** Forgets events that were applied before `before`, in steps that lock few rows. Gives how many. */
export async function cleanUp(db: Database, before: number, signal: AbortSignal): Promise<number> {
  for (let total = 0; ;) {
    const oldest = await db.select<{ at: number }>("select at from inbox_message where at < ? order by at limit ?", [before, step]);
    const last = oldest.at(-1);
    if (!last || signal.aborted) return total;
    total += await db.transaction((tx) => tx.execute("delete from inbox_message where at <= ?", [last.at]));
  }
}
