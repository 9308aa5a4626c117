/** The statements on the events' table. */
import type { Database, OutgoingMessage, Tx } from "../database";
import type { BusMessage } from "../event-bus";
import { partitionOf } from "../event-bus/partition";
import { buckets, PARKED, WAITING } from "./tables";

/** An event that waits to be sent. */
export interface Row {
  id: number;
  bucket: number;
  attempts: number;
  message: BusMessage;
}

/** What a relay writes after a send. Keys are those that `keyOf` gives. */
export interface Settlement {
  sent: readonly Row[];
  /** Rejected by the bus and to be tried again. */
  rejected: readonly Row[];
  /** Rows whose keys are to be parked, with all that waits for these keys. */
  parked: readonly Row[];
}

export interface OutboxLag {
  /** Events that are still to be sent. */
  waiting: number;
  /** Age of the oldest of them in ms, 0 when there is none. */
  oldestMs: number;
  /** Events that are held until an operator decides. */
  parked: number;
}

/** The lag as operators see it. */
export interface OutboxStatus extends OutboxLag {
  /** Keys whose events are held. */
  parkedKeys: number;
}

interface Stored {
  id: number;
  bucket: number;
  topic: string;
  msg_key: string;
  headers: string;
  payload: string;
  attempts: number;
}

/** What stays in order: one key of one topic. */
export function keyOf({ topic, key }: Pick<BusMessage, "topic" | "key">): string {
  return `${topic}\n${key}`;
}

export class OutboxStore {
  constructor(
    private readonly db: Database,
    private readonly table: string,
    private readonly clock: () => number,
  ) {}

  /** Writes events, as the last statement of their transaction: so the ids of one key follow the order of the commits (I7). */
  write(tx: Tx, published: readonly OutgoingMessage[]): void {
    const at = this.clock();
    tx.insertLater(
      this.table,
      published.map(({ topic, key, headers, payload }) => {
        const id = headers.ce_id;
        if (!id) throw new TypeError(`an event without a header ce_id for ${topic}`);
        return {
          event_id: id,
          bucket: partitionOf(key, buckets),
          topic,
          msg_key: key,
          headers: JSON.stringify(headers),
          payload,
          status: WAITING,
          attempts: 0,
          created_at: at,
        };
      }),
    );
  }

  /** The oldest events of these buckets but those in hand. No cursor: ids are given before their commit, so a lower one may appear later. */
  async fetch(owned: readonly number[], limit: number, inHand: readonly Row[] = []): Promise<Row[]> {
    if (owned.length === 0) return [];
    const rows = await this.db.select<Stored>(
      `select id, bucket, topic, msg_key, headers, payload, attempts from ${this.table}
       where status = ? and bucket in (?) ${inHand.length > 0 ? "and id not in (?)" : ""} order by id limit ?`,
      [WAITING, owned, ...(inHand.length > 0 ? [inHand.map(({ id }) => id)] : []), limit],
    );
    return rows.map(({ id, bucket, topic, msg_key, headers, payload, attempts }) => ({
      id,
      bucket,
      attempts,
      message: { topic, key: msg_key, headers: JSON.parse(headers) as Record<string, string>, payload },
    }));
  }

  /**
   * Writes what came of a send, for the buckets that are still the relay's: the shared lock keeps others from taking them meanwhile.
   * Gives false when some are not; their events are the new owner's to send, once more.
   */
  settle(owner: string, { sent, rejected, parked }: Settlement): Promise<boolean> {
    const touched = [...new Set([...sent, ...rejected, ...parked].map(({ bucket }) => bucket))];
    return this.db.transaction(
      async (tx) => {
        const owned = await tx.select<{ bucket: number }>(
          `select bucket from outbox_bucket where bucket in (?) and owner = ? order by bucket ${tx.dialect.forShare}`,
          [touched, owner],
        );
        const mine = new Set(owned.map(({ bucket }) => bucket));
        const idsOf = (rows: readonly Row[]) => rows.filter(({ bucket }) => mine.has(bucket)).map(({ id }) => id);
        if (idsOf(sent).length > 0) await tx.execute(`delete from ${this.table} where id in (?)`, [idsOf(sent)]);
        if (idsOf(rejected).length > 0)
          await tx.execute(`update ${this.table} set attempts = attempts + 1 where id in (?)`, [idsOf(rejected)]);
        for (const { bucket, message } of parked) if (mine.has(bucket)) await this.#park(tx, message);
        return mine.size === touched.length;
        // What is forgotten is sent once more, and the inbox knows it.
      },
      { durable: false },
    );
  }

  /** The keys of these buckets that are parked. Reads the whole table: for when a relay gains buckets or meets such a key again. */
  async parkedKeys(owned: readonly number[]): Promise<Set<string>> {
    if (owned.length === 0) return new Set();
    const rows = await this.db.select<{ topic: string; msg_key: string }>(
      `select distinct topic, msg_key from ${this.table} where status = ? and bucket in (?)`,
      [PARKED, owned],
    );
    return new Set(rows.map(({ topic, msg_key }) => keyOf({ topic, key: msg_key })));
  }

  async lag(): Promise<OutboxLag> {
    const rows = await this.db.select<{ status: number; events: number; oldest: number }>(
      `select status, count(*) as events, min(created_at) as oldest from ${this.table} group by status`,
    );
    const waiting = rows.find(({ status }) => status === WAITING);
    return {
      waiting: waiting?.events ?? 0,
      oldestMs: waiting ? Math.max(0, this.clock() - waiting.oldest) : 0,
      parked: rows.find(({ status }) => status === PARKED)?.events ?? 0,
    };
  }

  async status(): Promise<OutboxStatus> {
    const lag = await this.lag();
    if (lag.parked === 0) return { ...lag, parkedKeys: 0 };
    const keys = await this.db.select(`select distinct topic, msg_key from ${this.table} where status = ?`, [PARKED]);
    return { ...lag, parkedKeys: keys.length };
  }

  async #park(tx: Tx, { topic, key }: BusMessage): Promise<void> {
    await tx.execute(`update ${this.table} set status = ? where topic = ? and msg_key = ? and status = ?`, [PARKED, topic, key, WAITING]);
  }
}
