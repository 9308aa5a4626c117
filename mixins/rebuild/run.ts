/**
 * One rebuild of a read model, beside the one in use.
 *
 * B1 Nobody meets a model that is being built: it is filled in a database beside, by the handlers that the consumer has, and its tables take
 *    the place of the others in one step, with the row that says so and with the notes of what was applied.
 * B2 Nothing is lost (I7): what the consumer applied to the old tables alone was in the topics before the switch. The rebuild's group goes on,
 *    into the new ones, until it has come to the ends of the topics as they are after the switch, whoever dies meanwhile.
 * B3 Nothing is applied twice (I7): the new tables' inbox has what the rebuild has applied, under the consumer's own name.
 *
 * For a moment an event may be applied before an earlier one of its key, so a read model's handlers must not mind the order. Those of one
 * that is also read from its owners must know by what an event tells that they have it already: it comes once more from the topics.
 */
import { type Beside, type Database, openBeside, removeBeside } from "../database";
import type { EventBus, PartitionProgress, Subscription } from "../event-bus";
import { BatchConsumer } from "../inbox/batch-consumer";
import type { EventHandler, InboxSubscription } from "../inbox/event";
import { pause } from "../waiting";
import { type Change, keep, type Lease } from "./rows";
import { rebuildTable } from "./table";
import { quietly, Target } from "./target";
import type { FromOwners, RebuildStatus } from "./types";

export interface RunOptions {
  /** In use. */
  db: Database;
  /** Of `db`. */
  url: string;
  migrations: Parameters<typeof openBeside>[0]["migrations"];
  bus: EventBus;
  subscriptions: readonly InboxSubscription<EventHandler>[];
  tables: readonly string[];
  fromOwners?(from: FromOwners): Promise<void>;
  clock(): number;
  logger: { info(message: string): void; warn(message: string): void; error(message: string): void };
}

/** Messages of one partition that share a transaction. */
const batch = 500;
/** With so few messages left it is as good as up to date: what is left is applied right after the switch. */
const nearlyNone = 100;
const lookMs = 50;
const tries = 3;
const retryMs = { base: 50, cap: 2_000 };

export class LeaseLost extends Error {
  constructor() {
    super("another node has taken the rebuild over");
  }
}

export class Run {
  readonly #topics: readonly string[];
  readonly #group: string;
  readonly #stopping = new AbortController();
  #gone: unknown;
  #subscription: Subscription | undefined;
  #status: RebuildStatus;

  constructor(
    private readonly options: RunOptions,
    private readonly lease: Lease,
    status: RebuildStatus,
  ) {
    this.#topics = options.subscriptions.map(({ topic }) => topic);
    this.#group = groupOf(lease);
    this.#status = status;
  }

  /** Ends as soon as it can; `build` and `catchUp` reject. */
  stop(why: Error): void {
    this.#gone ??= why;
    this.#stopping.abort();
  }

  /** From the first event to the end. */
  async build(): Promise<void> {
    const { db, url, migrations, fromOwners } = this.options;
    const beside = await openBeside({ name: this.lease.consumer, url, migrations, id: this.lease.id });
    try {
      if (this.#status.source === "TOPICS" && (await this.#beginningIsGone())) this.#status.source = "OWNERS";
      if (this.#status.source === "OWNERS") {
        if (!fromOwners) throw new Error("the beginning of its topics is gone, and it can't be read from its owners");
        await fromOwners({ db: quietly(beside.db), wrote: (count) => void (this.#status.done += count), signal: this.#stopping.signal });
      }
      const target = new Target(quietly(beside.db));
      await this.#subscribe(target);
      await this.#until(({ position, next }) => next - position, nearlyNone);
      await target.switchTo(db, () => this.#switch(beside));
      await beside.remove();
      await this.#finish();
    } finally {
      await this.#subscription?.stop();
      await beside.remove();
    }
  }

  /** After the switch: by whoever has taken it over. */
  async catchUp(): Promise<void> {
    try {
      await this.#subscribe(this.options.db);
      await this.#finish();
    } finally {
      await this.#subscription?.stop();
    }
  }

  /** Removes what was built beside, and the group. Nothing is lost: before the switch nobody has used it, and after the end nobody needs it. */
  async clear(): Promise<void> {
    await removeBeside({ url: this.options.url, id: this.lease.id });
    await this.options.bus.forget(this.#group);
  }

  /** Writes how it stands, and says that it is still there. */
  async renew(change: Change = {}): Promise<void> {
    const { done, total, skipped, source } = this.#status;
    const told = { done, total, skipped, source, ...change };
    if (!(await this.options.db.transaction((tx) => keep(tx, this.lease, told)))) throw new LeaseLost();
  }

  /** Gives it up, so that another goes on at once. */
  async release(): Promise<void> {
    await this.options.db.transaction((tx) => keep(tx, { ...this.lease, ms: 0 }, {}));
  }

  async #beginningIsGone(): Promise<boolean> {
    const progress = await this.options.bus.progress(this.#group, this.#topics);
    return progress.some(({ first }) => first > 0);
  }

  async #subscribe(db: Pick<Database, "transaction">): Promise<void> {
    const { bus, subscriptions, clock, logger } = this.options;
    const batches = new BatchConsumer({
      ...{ db, bus, consumer: this.lease.consumer, subscriptions, clock, logger, tries, retryMs },
      lingerMs: 0,
      applying: (deliveries, apply) => apply(deliveries),
      signal: this.#stopping.signal,
      bury: async (dead) => this.#skip(dead),
    });
    this.#subscription = await bus.subscribe({
      ...{ group: this.#group, topics: this.#topics, maxBatch: batch },
      onBatch: (messages) => batches.consume(messages),
    });
  }

  /** What can't be applied lies with the dead letters since the consumer met it. */
  #skip(dead: Parameters<NonNullable<ConstructorParameters<typeof BatchConsumer>[0]["bury"]>>[0]): void {
    this.#status.skipped += dead.length;
    for (const { message, error } of dead) {
      const name = `${message.headers.ce_type} ${message.headers.ce_id} of ${message.topic}`;
      this.options.logger.warn(`the rebuild of ${this.lease.consumer} left out ${name}: ${String(error)}`);
    }
  }

  /** Until no more than `most` is left of all partitions. */
  async #until(leftOf: (one: PartitionProgress) => number, most: number): Promise<void> {
    for (;;) {
      if (this.#stopping.signal.aborted) throw this.#gone;
      const progress = await this.options.bus.progress(this.#group, this.#topics);
      const sum = (of: (one: PartitionProgress) => number) => progress.reduce((total, one) => total + of(one), 0);
      this.#status.done = sum(({ first, position }) => position - first);
      this.#status.total = sum(({ first, next }) => next - first);
      if (sum((one) => Math.max(0, leftOf(one))) <= most) return;
      await pause(lookMs, this.#stopping.signal);
    }
  }

  async #switch(beside: Beside): Promise<void> {
    const { db, tables } = this.options;
    if ((await migrationsOf(db)) !== (await migrationsOf(beside.db))) throw new Error("the tables were migrated meanwhile: begin again");
    await this.renew();
    await copyRow(db, beside.db, this.lease);
    await beside.replace([...tables, "inbox_message", rebuildTable]);
    this.#status.state = "CATCHING_UP";
  }

  async #finish(): Promise<void> {
    const { bus, logger } = this.options;
    const ends = new Map((await bus.progress(this.#group, this.#topics)).map((one) => [`${one.topic}/${one.partition}`, one.next]));
    await this.#until(({ topic, partition, position }) => (ends.get(`${topic}/${partition}`) ?? 0) - position, 0);
    await this.#subscription?.stop();
    await this.clear();
    await this.renew({ state: "DONE", ended: true });
    logger.info(`${this.lease.consumer} was rebuilt: ${this.#status.done} messages, ${this.#status.skipped} left out`);
  }
}

/** The group of a rebuild: it begins with the oldest message, and nobody else has it. */
const groupOf = ({ consumer, id }: Pick<Lease, "consumer" | "id">): string => `${consumer}.rebuild-${id}`;

async function migrationsOf(db: Database): Promise<string> {
  return JSON.stringify(await db.select("select name from migration order by name"));
}

/** The row as it is to be found after the switch. */
async function copyRow(from: Database, to: Database, { consumer }: Lease): Promise<void> {
  const rows = await from.select<Record<string, string | number | null>>("select * from read_model_rebuild where consumer = ?", [consumer]);
  await to.transaction(async (tx) => {
    await tx.execute("delete from read_model_rebuild");
    await tx.insert(
      rebuildTable,
      rows.map((row) => ({ ...row, state: "CATCHING_UP" })),
    );
  });
}
