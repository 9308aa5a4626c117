/** The table `outbox_audit`: what operators did. */
import type { Reader, Tx } from "../database/types";
import type { DiscardedEvent, OutboxAuditEntry, OutboxPage } from "./operations";

/** Writes one row, in the transaction of what it tells of. */
export async function insertAudit(tx: Tx, { key, eventId, detail, ...entry }: Omit<OutboxAuditEntry, "number">): Promise<void> {
  const { action, topic, events, who, why, at } = entry;
  const text = detail && JSON.stringify(detail);
  await tx.insert("outbox_audit", [{ action, topic, msg_key: key, event_id: eventId, events, who, why, detail: text, at }]);
}

type AuditRow = Omit<OutboxAuditEntry, "topic" | "key" | "eventId" | "detail"> &
  Record<"topic" | "key" | "eventId" | "detail", string | null>;

/** The newest first: numbers rise with the transactions, which lock what they are about. */
export async function readAudit(db: Reader, { limit = 100, after }: OutboxPage): Promise<OutboxAuditEntry[]> {
  const rows = await db.select<AuditRow>(
    `select id as number, action, topic, msg_key as \`key\`, event_id as eventId, events, who, why, detail, at from outbox_audit
      ${after === undefined ? "" : "where id < ?"} order by id desc limit ?`,
    after === undefined ? [limit] : [after, limit],
  );
  return rows.map(({ topic, key, eventId, detail, ...entry }) => ({
    ...entry,
    ...(topic !== null && { topic }),
    ...(key !== null && { key }),
    ...(eventId !== null && { eventId }),
    ...(detail !== null && { detail: JSON.parse(detail) as DiscardedEvent }),
  }));
}
