/**
 * Removes what is older than retention, except what a known consumer has not committed: unlike Kafka, which drops it, because an
 * embedded shop that was switched off for a week must still find its events. A consumer is known from its first subscription on. One
 * that is gone for good would so keep the log growing: `forget` it.
 */
import type { Database, Tx } from "../database";
import type { Part } from "./log-statements";

interface Consumed extends Part {
  /** Every known consumer has committed what lies before it. */
  consumed: number;
}

/** One bounded pass, at most `limit` messages of each partition. Gives how many messages it removed; 0 means that all is clean. */
export async function removeExpired(db: Database, before: number, limit: number): Promise<number> {
  const parts = await db.select<Consumed>(
    `select p.topic, p.part, min(coalesce(c.position, p.next_position)) as consumed
     from bus_part p left join bus_consumer c on c.topic = p.topic and c.part = p.part
     group by p.topic, p.part, p.first_position having min(coalesce(c.position, p.next_position)) > p.first_position`,
  );
  let removed = 0;
  for (const part of parts) removed += await db.transaction((tx) => removeFrom(tx, part, before, limit));
  return removed;
}

/** Messages stand in the order of their time, so the expired ones are the first few: no look at the rest of a long log. */
async function removeFrom(tx: Tx, { topic, part, consumed }: Consumed, before: number, limit: number): Promise<number> {
  const oldest = await tx.select<{ position: number; at: number }>(
    "select position, at from bus_message where topic = ? and part = ? and position < ? order by position limit ?",
    [topic, part, consumed, limit],
  );
  const young = oldest.findIndex(({ at }) => at >= before);
  const last = oldest.at(young === -1 ? -1 : young - 1);
  if (!last || young === 0) return 0;
  await tx.execute("update bus_part set first_position = ? where topic = ? and part = ?", [last.position + 1, topic, part]);
  return tx.execute("delete from bus_message where topic = ? and part = ? and position <= ?", [topic, part, last.position]);
}
