import { setTimeout as delay } from "node:timers/promises";

import { backOff } from "../waiting";
import { type Engine, type Session, type Statement, StatementFailed } from "./engine";
import { CommitUnknown, DecideAgain, isRetriable } from "./errors";
import { migrate, pendingMigrations } from "./migrations";
import { OpenTransaction } from "./transaction";
import type { Bindable, Database, Migration, OutgoingMessage, Reader, TransactionOptions, Tx } from "./types";

type CommitHook = Parameters<Database["beforeCommit"]>[0];

const repeats = 5;
const waits = { baseMs: 5, capMs: 200 };

export class SqlDatabase implements Database {
  readonly #beforeCommit: CommitHook[] = [];

  constructor(
    readonly name: string,
    private readonly engine: Engine,
    private readonly migrations: readonly Migration[],
  ) {}

  get dialect() {
    return this.engine.dialect;
  }

  get sequelize() {
    return this.engine.sequelize;
  }

  async select<Row extends object>(sql: string, values: readonly Bindable[] = []): Promise<Row[]> {
    return (await this.engine.select(sql, values)) as Row[];
  }

  async transaction<T>(work: (tx: Tx) => Promise<T>, { durable = true }: TransactionOptions = {}): Promise<T> {
    for (let repeat = 0; ; repeat++) {
      try {
        return await this.#once(work, durable);
      } catch (error) {
        if (repeat >= repeats || !isRetriable(error)) throw error;
        // A lost race is over, and decided again at once; who holds a lock needs his time.
        if (!(error instanceof DecideAgain)) await delay(Math.random() * backOff(repeat + 1, waits.baseMs, waits.capMs));
      }
    }
  }

  async snapshot<T>(read: (reader: Reader) => Promise<T>): Promise<T> {
    const session = await this.engine.snapshot();
    const reader = new OpenTransaction(this.dialect, session);
    try {
      return await read(reader);
    } catch (error) {
      throw reader.abandon(error);
    } finally {
      reader.abandon(undefined);
      await undo(session); // nothing was written: a rollback ends it as well as a commit, and can't be of unknown outcome
    }
  }

  beforeCommit(hook: CommitHook): void {
    this.#beforeCommit.push(hook);
  }

  async now(): Promise<number> {
    const [row] = await this.select<{ now: number }>(`select ${this.dialect.now} as now`);
    if (!row) throw new Error("the database gave no time");
    return row.now;
  }

  migrate(): Promise<string[]> {
    return migrate(this.engine, this, this.migrations);
  }

  pendingMigrations(): Promise<string[]> {
    return pendingMigrations(this, this.migrations);
  }

  close(): Promise<void> {
    return this.engine.close();
  }

  async #once<T>(work: (tx: Tx) => Promise<T>, durable: boolean): Promise<T> {
    const session = await this.engine.begin(durable);
    const tx = new OpenTransaction(this.dialect, session);
    let result: T;
    let last: readonly Statement[];
    try {
      result = await work(tx);
      await this.#runBeforeCommit(tx, tx.published);
      last = tx.end();
    } catch (error) {
      const cause = tx.abandon(error);
      await undo(session);
      throw cause;
    }
    await commit(session, last);
    runHooks(tx.hooks);
    return result;
  }

  async #runBeforeCommit(tx: Tx, published: readonly OutgoingMessage[]): Promise<void> {
    // I7: an event that nobody writes down would be lost without a word.
    if (published.length > 0 && this.#beforeCommit.length === 0)
      throw new Error(`${this.name}: an event was published, but there is no outbox`);
    for (const hook of this.#beforeCommit) await hook(tx, published);
  }
}

const undo = (session: Session): Promise<void> => session.rollback().catch(() => session.discard());

async function commit(session: Session, last: readonly Statement[]): Promise<void> {
  try {
    await session.commit(last);
  } catch (error) {
    if (error instanceof StatementFailed) {
      await undo(session);
      throw error.cause;
    }
    await session.discard();
    // A deadlock or a busy file is the database's own word that nothing was committed.
    throw isRetriable(error) ? error : new CommitUnknown(error);
  }
}

/** The commit stands, so a hook that throws must neither reject the transaction nor keep the others from running: it surfaces as uncaught. */
function runHooks(hooks: readonly (() => void)[]): void {
  for (const hook of hooks) {
    try {
      hook();
    } catch (error) {
      queueMicrotask(() => {
        throw error;
      });
    }
  }
}
