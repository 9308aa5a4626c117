import type { Database, TransactionOptions, Tx } from "../database";
import { type Deferred, deferred } from "../waiting";

/**
 * Where events are applied: to the tables beside, and from the switch on to those in use. A transaction is in the one or the other as a
 * whole, and none runs during the switch.
 */
export class Target implements Pick<Database, "transaction"> {
  #switching: Deferred<void> | undefined;
  readonly #running = new Set<Promise<unknown>>();

  constructor(private current: Pick<Database, "transaction">) {}

  async transaction<T>(work: (tx: Tx) => Promise<T>, options?: TransactionOptions): Promise<T> {
    while (this.#switching) await this.#switching.promise;
    const running = this.current.transaction(work, options);
    this.#running.add(running);
    try {
      return await running;
    } finally {
      this.#running.delete(running);
    }
  }

  /** Does the work while nothing is written, and writes to `next` from then on. When the work rejects, everything stays as it was. */
  async switchTo(next: Pick<Database, "transaction">, work: () => Promise<void>): Promise<void> {
    const switching = (this.#switching = deferred());
    try {
      await Promise.allSettled(this.#running); // who runs them hears how they end
      await work();
      this.current = next;
    } finally {
      this.#switching = undefined;
      switching.resolve();
    }
  }
}

/**
 * The tables beside as handlers get them. What they would do after the commit concerns those in use and isn't done; and nothing waits for
 * the disk, as what a crash leaves behind is thrown away.
 */
export function quietly(db: Database): Pick<Database, "transaction"> {
  return { transaction: (work) => db.transaction((tx) => work(withoutHooks(tx)), { durable: false }) };
}

function withoutHooks(tx: Tx): Tx {
  return {
    dialect: tx.dialect,
    select: (sql, values) => tx.select(sql, values),
    execute: (sql, values) => tx.execute(sql, values),
    insert: (table, rows) => tx.insert(table, rows),
    executeLater: (sql, values, must) => tx.executeLater(sql, values, must),
    insertLater: (table, rows) => tx.insertLater(table, rows),
    publish: (message) => tx.publish(message),
    afterCommit: () => undefined,
  };
}
