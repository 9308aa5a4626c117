/**
 * What operators do to parked events (`operations.ts` says what each action means).
 *
 * - I7 a key is freed as a whole, so that it goes on in order; what stands first in the table is sent first.
 * - A relay that has just found the key parked would hold back what the operator frees. Both lock the key's bucket: the one who comes second
 *   sees what the first has done.
 */
import type { By } from "../by";
import type { Database, Tx } from "../database/types";
import { done, type Outcome, refused } from "../outcome";
import { insertAudit, readAudit } from "./audit";
import {
  type Freed,
  type OutboxAuditEntry,
  type OutboxPage,
  PARKED_EVENT_NOT_FOUND,
  type ParkedEvents,
  type ParkedKey,
} from "./operations";
import { PARKED, WAITING } from "./tables";

interface DeskOptions {
  db: Database;
  table: string;
  clock: () => number;
  /** There is something to send. */
  wake(): void;
}

/** The first event of a parked key, as it is stored. */
interface Head {
  id: number;
  bucket: number;
  topic: string;
  msg_key: string;
  event_id: string;
  headers: string;
  payload: string;
  attempts: number;
  error: string | null;
  parked_at: number | null;
  created_at: number;
  events: number;
}

export class Desk implements ParkedEvents {
  constructor(private readonly options: DeskOptions) {}

  async parked({ limit = 100, after = 0 }: OutboxPage): Promise<ParkedKey[]> {
    const { db, table } = this.options;
    const heads = await db.select<Omit<Head, "payload">>(
      `select e.id, e.topic, e.msg_key, e.event_id, e.headers, e.attempts, e.error, e.parked_at, e.created_at, k.events
        from (select min(id) as id, count(*) as events from ${table} where status = ? group by topic, msg_key) k join ${table} e on e.id = k.id
        where e.id > ? order by e.id limit ?`,
      [PARKED, after, limit],
    );
    return heads.map(viewOf);
  }

  retry(eventId: string, by: By): Promise<Outcome<Freed>> {
    return this.#toKey(eventId, async (tx, head) => {
      const events = await this.#free(tx, head);
      await insertAudit(tx, { ...named(head), action: "retry", events, ...by, at: this.options.clock() });
      return { keys: 1, events };
    });
  }

  discard(eventId: string, by: By): Promise<Outcome<Freed>> {
    return this.#toKey(eventId, async (tx, head) => {
      await tx.execute(`delete from ${this.options.table} where id = ?`, [head.id]);
      const events = await this.#free(tx, head);
      const { headers, payload, error } = head;
      const detail = { headers: JSON.parse(headers) as Record<string, string>, payload, ...(error !== null && { error }) };
      await insertAudit(tx, { ...named(head), action: "discard", events, ...by, detail, at: this.options.clock() });
      return { keys: events > 0 ? 1 : 0, events };
    });
  }

  retryAll(by: By): Promise<Freed> {
    const { db, table, clock } = this.options;
    return db.transaction(async (tx) => {
      await tx.select(`select bucket from outbox_bucket order by bucket ${tx.dialect.forUpdate}`);
      const keys = await tx.select(`select distinct topic, msg_key from ${table} where status = ?`, [PARKED]);
      const events = await tx.execute(`${this.#freeing} where status = ?`, [WAITING, PARKED]);
      if (events > 0) await insertAudit(tx, { action: "retry", events, ...by, at: clock() });
      tx.afterCommit(() => this.options.wake());
      return { keys: keys.length, events };
    });
  }

  audit(page: OutboxPage): Promise<OutboxAuditEntry[]> {
    return readAudit(this.options.db, page);
  }

  get #freeing(): string {
    return `update ${this.options.table} set status = ?, attempts = 0, error = null, parked_at = null`;
  }

  #free(tx: Tx, { topic, msg_key }: Head): Promise<number> {
    return tx.execute(`${this.#freeing} where topic = ? and msg_key = ? and status = ?`, [WAITING, topic, msg_key, PARKED]);
  }

  #toKey(eventId: string, act: (tx: Tx, head: Head) => Promise<Freed>): Promise<Outcome<Freed>> {
    return this.options.db.transaction(async (tx) => {
      const found = await this.#find(tx, eventId);
      if (!found) return refused(PARKED_EVENT_NOT_FOUND, `There is no parked event ${eventId}`);
      await tx.select(`select bucket from outbox_bucket where bucket = ? ${tx.dialect.forUpdate}`, [found.bucket]);
      const head = await this.#headOf(tx, found);
      if (!head) return refused(PARKED_EVENT_NOT_FOUND, `There is no parked event ${eventId}`);
      if (head.event_id !== eventId) return refused(PARKED_EVENT_NOT_FOUND, `The event ${head.event_id} of its key stands before it`);
      const freed = await act(tx, head);
      tx.afterCommit(() => this.options.wake());
      return done(freed);
    });
  }

  async #find(tx: Tx, eventId: string): Promise<Head | undefined> {
    const rows = await tx.select<Head>(`select * from ${this.options.table} where status = ? and event_id = ? order by id limit 1`, [
      PARKED,
      eventId,
    ]);
    return rows[0];
  }

  async #headOf(tx: Tx, { topic, msg_key }: Head): Promise<Head | undefined> {
    const rows = await tx.select<Head>(
      `select * from ${this.options.table} where status = ? and topic = ? and msg_key = ? order by id limit 1`,
      [PARKED, topic, msg_key],
    );
    return rows[0];
  }
}

const named = ({ topic, msg_key: key, event_id: eventId }: Pick<Head, "topic" | "msg_key" | "event_id">) => ({ topic, key, eventId });

function viewOf(head: Omit<Head, "payload">): ParkedKey {
  const { id: number, headers, attempts, error, events, parked_at, created_at: createdAt } = head;
  const { ce_type: type } = JSON.parse(headers) as Record<string, string>;
  return {
    ...{ number, ...named(head), attempts, events, createdAt },
    ...(type !== undefined && { type }),
    ...(error !== null && { error }),
    ...(parked_at !== null && { parkedAt: parked_at }),
  };
}
