/** The statements on `notification`; no other file knows the table. */

import { now } from "../../lib/clock";
import { uuid } from "../../lib/ids";
import type { Language } from "../../lib/language";
import { eachRow } from "../../lib/sql";
import type { Database, Tx, Value } from "../../mixins/database";

/** A message to a customer. */
export interface Message {
  /** The event that it tells of: one message for an event, and what a provider drops repeats by. */
  eventId: string;
  userId: string;
  /** The event's name. */
  kind: string;
  /** What the event told, as JSON. */
  facts: string;
}

/** A message that is to be handed to the provider by whoever has claimed it. */
export interface Claimed {
  id: string;
  eventId: string;
  userId: string;
  kind: string;
  /** Null for one that was written before facts were kept: it has its subject and body already. */
  facts: string | null;
  subject: string;
  body: string;
  /** When it was written, ms since the epoch by the node's clock. */
  createdAt: number;
  /** Which try this is, from 1 on. */
  attempt: number;
}

/** Writes messages that are to be sent at once. An event that has its message gets no other. */
export async function insertMessages(tx: Tx, messages: readonly Message[]): Promise<void> {
  const at = now();
  const rows = messages.map(({ eventId, userId, kind, facts }): Value[] => [uuid(), eventId, userId, kind, facts, "", "", at, 0, 0]);
  await tx.execute(
    `insert into notification (id, event_id, user_id, kind, facts, subject, body, created_at, attempts, next_at) values ?
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
        `select id, event_id as eventId, user_id as userId, kind, facts, subject, body, created_at as createdAt, attempts
         ${due} order by next_at, id limit ? ${forUpdate}`,
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

/** What became of a message that was claimed. */
export interface Handed {
  message: Claimed;
  /** As it was handed over; what could not be written stays as it was. */
  written?: { language: Language; subject: string; body: string };
  /** What went wrong; undefined when it was sent. In `waitMs` it is due again, never when that is null. */
  failure?: { error: string; waitMs: number | null };
}

const longestError = 500;

/** Notes what became of claimed messages. What was sent is sent, whoever has claimed it since; a failure counts for its own claim only. */
export async function noteHanded(db: Database, handed: readonly Handed[]): Promise<void> {
  const sent = handed.filter(({ failure }) => failure === undefined);
  const failed = handed.filter(({ failure }) => failure !== undefined);
  await db.transaction(
    async (tx) => {
      const at = now();
      if (sent.length > 0)
        await update(tx, sent, (each) => ({
          set: { sent_at: each(() => at), next_at: each(() => null), failed_at: each(() => null), error: each(() => null) },
        }));
      if (failed.length > 0)
        await update(tx, failed, (each) => {
          const wait = each(({ failure }) => failure?.waitMs ?? null);
          return {
            set: {
              next_at: { sql: `${tx.dialect.now} + ${wait.sql}`, values: wait.values },
              failed_at: each(({ failure }) => (failure?.waitMs === null ? at : null)),
              error: each(({ failure }) =>
                Array.from(failure?.error ?? "")
                  .slice(0, longestError)
                  .join(""),
              ),
            },
            where: each(({ message }) => message.attempt),
          };
        });
    },
    { durable: false },
  );
}

type Each = ReturnType<typeof eachRow<Handed>>;
type Fragment = ReturnType<Each>;

/** Sets these columns and what was written. `where` is the attempt that it counts for. */
async function update(tx: Tx, handed: readonly Handed[], of: (each: Each) => { set: Record<string, Fragment>; where?: Fragment }) {
  const each = eachRow<Handed>("id", handed, ({ message }) => message.id);
  const { set, where } = of(each);
  const columns = Object.entries({
    ...set,
    language: each(({ written }) => written?.language ?? null),
    subject: each(({ message, written = message }) => written.subject),
    body: each(({ message, written = message }) => written.body),
  });
  await tx.execute(
    `update notification set ${columns.map(([name, { sql }]) => `${name} = ${sql}`).join(", ")}
     where id in (?) and sent_at is null${where ? ` and attempts = ${where.sql}` : ""}`,
    [...columns.flatMap(([, { values }]) => values), handed.map(({ message }) => message.id).sort(), ...(where?.values ?? [])],
  );
}
