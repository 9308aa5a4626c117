/** The table `dead_letter_audit`: what operators did. */
import type { By } from "../../by";
import type { Reader, Tx } from "../../database/types";
import type { DeadLetterAuditEntry, DeadLetterAuditFilter } from "./operations";
import { Conditions, type LetterRow } from "./rows";

type Done = Pick<DeadLetterAuditEntry, "action" | "outcome" | "detail" | "at">;

/** Writes one row, in the transaction of what it tells of. */
export async function insertAudit(tx: Tx, { id, consumer, topic, eventId, type }: LetterRow, by: By, done: Done): Promise<void> {
  const { who, why } = by;
  const { action, outcome, detail, at } = done;
  await tx.insert("dead_letter_audit", [{ consumer, letter: id, topic, event_id: eventId, type, action, outcome, who, why, detail, at }]);
}

type AuditRow = Omit<DeadLetterAuditEntry, "eventId" | "type" | "detail"> & Record<"eventId" | "type" | "detail", string | null>;

/** The newest first. */
export async function readAudit(
  db: Reader,
  consumer: string,
  { letter, limit = 100, before }: DeadLetterAuditFilter,
): Promise<DeadLetterAuditEntry[]> {
  const where = new Conditions("consumer = ?", consumer);
  if (letter !== undefined) where.and("letter = ?", letter);
  if (before) where.and("at <= ? and (at < ? or id < ?)", before.at, before.at, before.number);
  const rows = await db.select<AuditRow>(
    `select id as number, consumer, letter, topic, event_id as eventId, type, action, outcome, who, why, detail, at from dead_letter_audit
      where ${where.sql} order by at desc, id desc limit ?`,
    [...where.values, limit],
  );
  return rows.map(({ eventId, type, detail, ...entry }) => ({
    ...entry,
    ...(eventId !== null && { eventId }),
    ...(type !== null && { type }),
    ...(detail !== null && { detail }),
  }));
}
