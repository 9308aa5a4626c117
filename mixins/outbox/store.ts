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

/** An event that the bus has rejected, and why. */
export interface Rejection {
  row: Row;
  error: string;
}

/** What a relay writes after a send. Keys are those that `keyOf` gives. */
export interface Settlement {
  sent: readonly Row[];
  /** Rejected by the bus and to be tried again. */
  rejected: readonly Row[];
  /** Rejected for the last time: their keys are to be parked, with all that waits for these keys. */
  spent: readonly Rejection[];
  /** Rows whose keys were parked when the relay looked. */
  held: readonly Row[];
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
  /** Events that all relays together have sent in a second, over the last minute. One that other nodes' relays sent counts when they renew their leases. */
  sentPerSecond: number;
}

/** Characters of it that are kept. */
const longestError = 1_000;

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
  settle(owner: string, { sent, rejected, spent, held }: Settlement): Promise<boolean> {
    const parked = [...spent.map(({ row }) => row), ...held];
    if (rejected.length + parked.length === 0) return this.#strikeOff(sent);
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
        for (const rejection of spent) if (mine.has(rejection.row.bucket)) await this.#park(tx, rejection);
        for (const { bucket, message } of held) if (mine.has(bucket)) await this.#hold(tx, message);
        return mine.size === touched.length;
        // What is forgotten is sent once more, and the inbox knows it.
      },
      { durable: false },
    );
  }

  /**
   * Nearly always all was sent. That is right to strike off whoever owns the buckets now, so it takes no lock on them, in which others would wait
   * for a process that is frozen. When some rows are gone already, somebody else has sent them too.
   */
  async #strikeOff(sent: readonly Row[]): Promise<boolean> {
    const struck = await this.db.transaction((tx) => tx.execute(`delete from ${this.table} where id in (?)`, [sent.map(({ id }) => id)]), {
      durable: false,
    });
    return struck === sent.length;
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

  /** @param relay of this node, which knows what it has sent without looking */
  async status(relay?: { owner: string; sentLately: number }): Promise<OutboxStatus> {
    const lag = await this.lag();
    const keys = lag.parked > 0 ? await this.#allParkedKeys() : 0;
    const [others] = await this.db.select<{ sent: number | string | null }>(
      `select sum(sent_lately) as sent from outbox_relay where lease_until > ${this.db.dialect.now} and id <> ?`,
      [relay?.owner ?? ""],
    );
    const sent = Number(others?.sent ?? 0) + (relay?.sentLately ?? 0);
    return { ...lag, parkedKeys: keys, sentPerSecond: Math.round((sent * 10) / 60) / 10 };
  }

  /**
   * Whether more events wait than `most`. The distance between the first and the last of them is never less than their number and costs
   * two looks at the ends of the table; only when it is too great are they counted, as far as `most`.
   */
  async hasMoreThan(most: number): Promise<boolean> {
    const end = (direction: "asc" | "desc") => `(select id from ${this.table} where status = ${WAITING} order by id ${direction} limit 1)`;
    const [ends] = await this.db.select<{ first: number | null; last: number | null }>(
      `select ${end("asc")} as first, ${end("desc")} as last`,
    );
    if (!ends?.first || !ends.last || ends.last - ends.first < most) return false;
    const [counted] = await this.db.select<{ n: number }>(
      `select count(*) as n from (select id from ${this.table} where status = ? limit ?) as some`,
      [WAITING, most + 1],
    );
    return (counted?.n ?? 0) > most;
  }

  async #allParkedKeys(): Promise<number> {
    return (await this.db.select(`select distinct topic, msg_key from ${this.table} where status = ?`, [PARKED])).length;
  }

  async #park(tx: Tx, { row: { id, message }, error }: Rejection): Promise<void> {
    await tx.execute(`update ${this.table} set error = ?, parked_at = ? where id = ?`, [error.slice(0, longestError), this.clock(), id]);
    await this.#holdAll(tx, message);
  }

  /** An operator may have freed the key since the relay looked; he locks the bucket too, so here is the last word. */
  async #hold(tx: Tx, message: BusMessage): Promise<void> {
    const still = await tx.select(`select id from ${this.table} where topic = ? and msg_key = ? and status = ? limit 1`, [
      ...[message.topic, message.key],
      PARKED,
    ]);
    if (still.length > 0) await this.#holdAll(tx, message);
  }

  async #holdAll(tx: Tx, { topic, key }: BusMessage): Promise<void> {
    await tx.execute(`update ${this.table} set status = ? where topic = ? and msg_key = ? and status = ?`, [PARKED, topic, key, WAITING]);
  }
}
