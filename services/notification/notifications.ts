/** The statements on `notification`; no other file knows the table. */

import { now } from "../../lib/clock";
import { uuid } from "../../lib/ids";
import { eachRow } from "../../lib/sql";
import type { Database, Tx, Value } from "../../mixins/database";

/** A message to a customer. */
export interface Message {
  /** The event that it tells of: one message for an event, and what a provider drops repeats by. */
  eventId: string;
  userId: string;
  /** The event's name. */
  kind: string;
  subject: string;
  body: string;
}

/** A message that is to be handed to the provider by whoever has claimed it. */
export interface Claimed extends Message {
  id: string;
  /** Which try this is, from 1 on. */
  attempt: number;
}

/** Writes messages that are to be sent at once. An event that has its message gets no other. */
export async function insertMessages(tx: Tx, messages: readonly Message[]): Promise<void> {
  const at = now();
  const rows = messages.map(({ eventId, userId, kind, subject, body }): Value[] => [
    uuid(),
    eventId,
    userId,
    kind,
    subject,
    body,
    at,
    0,
    0,
  ]);
  await tx.execute(
    `insert into notification (id, event_id, user_id, kind, subject, body, created_at, attempts, next_at) values ?
     ${tx.dialect.upsert(["event_id"], "event_id = notification.event_id")}`,
    [rows],
  );
}

/**
 * Takes messages that are due, the one that is due longest first. Until the lease has run out nobody else takes them; when it has, and
 * nobody said what became of them, they are due again.
 */
export async function claimDue(db: Database, limit: number, leaseMs: number): Promise<Claimed[]> {
  const { now: clock, forUpdate } = db.dialect;
  const due = `from notification where next_at <= ${clock}`;
  if ((await db.select(`select id ${due} limit 1`)).length === 0) return [];
  // A claim that is forgotten lets a message go out twice, as a crash does: it needn't wait for the disk.
  return db.transaction(
    async (tx) => {
      const rows = await tx.select<Omit<Claimed, "attempt"> & { attempts: number }>(
        `select id, event_id as eventId, user_id as userId, kind, subject, body, attempts ${due} order by next_at, id limit ? ${forUpdate}`,
        [limit],
      );
      if (rows.length > 0) {
        const ids = rows.map(({ id }) => id).sort();
        await tx.execute(`update notification set attempts = attempts + 1, next_at = ${clock} + ? where id in (?)`, [leaseMs, ids]);
      }
      return rows.map(({ attempts, ...message }) => ({ ...message, attempt: attempts + 1 }));
    },
    { durable: false },
  );
}

/** Makes all that wait due now. Only for who knows that nobody else sends. */
export async function releaseAll(db: Database): Promise<void> {
  await db.transaction((tx) => tx.execute("update notification set next_at = 0 where next_at > 0"), { durable: false });
}

/** What became of messages that were claimed. */
export interface Handed {
  sent: readonly Claimed[];
  /** In so many ms they are due again. */
  failed: readonly (Claimed & { waitMs: number })[];
}

/** Notes what became of claimed messages. What was sent is sent, whoever has claimed it since; a failure counts for its own claim only. */
export async function noteHanded(db: Database, { sent, failed }: Handed): Promise<void> {
  await db.transaction(
    async (tx) => {
      if (sent.length > 0) {
        const ids = sent.map(({ id }) => id).sort();
        await tx.execute("update notification set sent_at = ?, next_at = null where id in (?) and sent_at is null", [now(), ids]);
      }
      if (failed.length > 0) {
        const each = eachRow("id", failed, ({ id }) => id);
        const [wait, attempt] = [each(({ waitMs }) => waitMs), each((one) => one.attempt)];
        await tx.execute(
          `update notification set next_at = ${tx.dialect.now} + ${wait.sql} where id in (?) and sent_at is null and attempts = ${attempt.sql}`,
          [...wait.values, failed.map(({ id }) => id).sort(), ...attempt.values],
        );
      }
    },
    { durable: false },
  );
}
