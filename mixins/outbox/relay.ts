/**
 * Sends the events of the outbox to the bus: at least once, per key in the order of their commits, by several relays at once.
 * I7: an event leaves the table only after the bus has it. Repetitions keep the order of first sendings, because every send begins with
 * the oldest event of a key; so the order holds after dedupe even when a stalled relay wakes up after its buckets were taken.
 */
import type { Database } from "../database";
import { isMessageRejected, isTopicsError, type EventBus } from "../event-bus";
import { backOff, pause, Wakeup } from "../waiting";
import { Buckets, type LeaseOptions } from "./buckets";
import { SentLately } from "./sent-lately";
import { keyOf, type OutboxStore, type Rejection, type Row, type Settlement } from "./store";

export interface RelayOptions extends LeaseOptions {
  batch: number;
  /** Wait between looks at an outbox that is empty, for what other nodes commit; a commit of this node ends it. */
  pollMs: { base: number; cap: number };
  /**
   * Lets the events of the next commits ride along: a round costs two durable writes, and every consumer one, however many events it sends.
   * The wait is doubled from round to round while there is something to send, so that it is short for who is alone and long under load.
   */
  lingerMs: { base: number; cap: number };
  /** Back-off while the bus or the database is away. */
  retryMs: { base: number; cap: number };
  /** How often the bus may reject an event before its key is parked. */
  maxAttempts: number;
  /** Topics that are to be seen to before anything is sent. */
  topics: readonly string[];
}

/** What a relay needs of the bus. */
export type RelayBus = Pick<EventBus, "publish" | "ensureTopics">;

export interface RelayLogger {
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

export class Relay {
  readonly #buckets: Buckets;
  readonly #stopping = new AbortController();
  readonly #woken = new Wakeup();
  #running: Promise<void> | undefined;
  #stopped: Promise<void> | undefined;
  /** Fetched while the last batch was on its way. */
  #ahead: readonly Row[] | undefined;
  /** Keys that were parked when last looked; an operator may have freed them since. */
  #parked = new Set<string>();
  #unseen: readonly string[];

  constructor(
    db: Database,
    private readonly store: OutboxStore,
    private readonly bus: RelayBus,
    private readonly options: RelayOptions,
    private readonly logger: RelayLogger,
    private readonly sent = new SentLately(),
  ) {
    this.#buckets = new Buckets(db, options, () => sent.count());
    this.#unseen = options.topics;
  }

  /** Who it is, and how many events it has sent in the last minute. */
  get progress(): { owner: string; sentLately: number } {
    return { owner: this.#buckets.owner, sentLately: this.sent.count() };
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /** Something was committed. */
  wake(): void {
    this.#woken.call();
  }

  /** Finishes the batch in hand and hands the buckets on. May be called twice. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
    try {
      await this.#buckets.release();
    } catch (error) {
      this.logger.warn(`the outbox could not hand on its buckets, others get them when the lease has run out: ${String(error)}`);
    }
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    const { batch, pollMs, lingerMs, retryMs } = this.options;
    let failures = 0;
    let empty = 0;
    let busy = 0;
    while (!signal.aborted) {
      try {
        const handled = await this.#round();
        if (failures > 0) this.logger.info("events are sent again");
        failures = 0;
        if (handled === batch) continue;
        empty = handled === 0 ? empty + 1 : 0;
        busy = handled === 0 ? 0 : busy + 1;
        if (empty > 0) await this.#woken.wait(signal, backOff(empty, pollMs.base, pollMs.cap));
        await pause(backOff(Math.max(1, busy), lingerMs.base, lingerMs.cap), signal);
      } catch (error) {
        failures++;
        this.#ahead = undefined;
        if (failures === 1) this.#tell(error);
        await pause(backOff(failures, retryMs.base, retryMs.cap), signal);
      }
    }
  }

  #tell(error: unknown): void {
    const told = `events can't be sent, trying again until they can: ${String(error)}`;
    if (isTopicsError(error)) this.logger.error(`ALERT: ${told}`);
    else this.logger.warn(told);
  }

  /** Sends one batch and gives its size. */
  async #round(): Promise<number> {
    if (this.#unseen.length > 0) {
      await this.bus.ensureTopics(this.#unseen);
      this.#unseen = [];
    }
    if (await this.#buckets.keep()) {
      this.#ahead = undefined;
      this.#parked = await this.store.parkedKeys(this.#buckets.owned);
    }
    const batch = this.#ahead ?? (await this.store.fetch(this.#buckets.owned, this.options.batch));
    this.#ahead = undefined;
    if (batch.length === 0) return 0;
    const full = batch.length === this.options.batch;
    // Both are awaited to the end: a send that nobody waits for could overlap with the next one and break the order.
    const [settled, ahead] = await Promise.allSettled([
      this.#send(batch),
      full ? this.store.fetch(this.#buckets.owned, this.options.batch, batch) : undefined,
    ]);
    if (settled.status === "rejected") throw settled.reason;
    if (ahead.status === "rejected") throw ahead.reason;
    // After a rejection the next batch may hold followers of an event that has not been sent.
    if (settled.value === "all sent") this.#ahead = ahead.value;
    return batch.length;
  }

  async #send(batch: readonly Row[]): Promise<"all sent" | "some held"> {
    const { free, held } = await this.#sorted(batch);
    const { sent, rejections } = await this.#publish(free);
    this.sent.add(sent.length);
    const rejected = rejections.map(({ row }) => row);
    const spent = rejections.filter(({ row }) => row.attempts + 1 >= this.options.maxAttempts);
    const settlement: Settlement = { sent, rejected, spent, held };
    const stillOwned = await this.store.settle(this.#buckets.owner, settlement);
    if (!stillOwned) this.#buckets.doubt();
    for (const { message } of spent.map(({ row }) => row)) {
      this.#parked.add(keyOf(message));
      const id = message.headers.ce_id ?? "";
      this.logger.error(`ALERT: event ${id} can't be published; it and what follows for key ${message.key} of ${message.topic} are parked`);
    }
    return sent.length === batch.length && stillOwned ? "all sent" : "some held";
  }

  /** Publishes what the bus takes; an event that it rejects holds back its followers, and nobody else. No transaction is open here. */
  async #publish(rows: readonly Row[]): Promise<{ sent: readonly Row[]; rejections: readonly Rejection[] }> {
    const rejections: Rejection[] = [];
    let rest = rows;
    while (rest.length > 0) {
      try {
        await this.bus.publish(rest.map(({ message }) => message));
        break;
      } catch (error) {
        const bad = isMessageRejected(error) ? { row: rest[error.index], at: error.index, reason: error.message } : undefined;
        if (!bad?.row) throw error;
        const { row, at } = bad;
        this.logger.warn(`event ${row.message.headers.ce_id} was rejected (attempt ${row.attempts + 1}): ${bad.reason}`);
        rejections.push({ row, error: bad.reason });
        rest = rest.filter((one, position) => position < at || keyOf(one.message) !== keyOf(row.message));
      }
    }
    return { sent: rest, rejections };
  }

  /**
   * What may be sent, and what is held because its key is parked. The table has the last word: an operator may have freed the key. Rows of
   * such a key are in neither list: they were fetched while what stands before them was parked, and come again behind it.
   */
  async #sorted(batch: readonly Row[]): Promise<{ free: readonly Row[]; held: readonly Row[] }> {
    const before = this.#parked;
    const free = batch.filter(({ message }) => !before.has(keyOf(message)));
    if (free.length === batch.length) return { free, held: [] };
    this.#parked = await this.store.parkedKeys(this.#buckets.owned);
    return { free, held: batch.filter(({ message }) => before.has(keyOf(message)) && this.#parked.has(keyOf(message))) };
  }
}
