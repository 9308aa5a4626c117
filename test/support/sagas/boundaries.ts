/**
 * The boundaries between a process and the world, where faults are put in from outside: every message to a participant and every
 * transaction. (Reads have none of their own: between a read and the boundary before it there is nothing that a crash could leave half
 * done.)
 */
import type { Database, Tx } from "../../../mixins/database";
import type { VirtualTime } from "./virtual-time";

/**
 * - `before` the message was not sent, the transaction not begun;
 * - `within` the work of the transaction is done, and nothing is committed;
 * - `after` the message was carried out, the transaction committed, and nobody has heard of it.
 */
export type Side = "before" | "within" | "after";

/** Is passed at each boundary. What it throws takes the place of what would come next, and while it waits nothing goes on. */
export type Pass = (side: Side) => Promise<void>;

/** One transaction: how its boundaries are passed, and what is done to it before its work sees it. */
export interface Passage {
  pass: Pass;
  given?(tx: Tx): Tx;
}

type Transaction = Database["transaction"];

/**
 * The transactions of a database, with their boundaries. They don't wait for the disk, as no test takes away its power. Nothing may wait
 * for virtual time `within`: it stands still until the transaction ends.
 */
export function boundedTransactions(transaction: Transaction, time: () => VirtualTime, passage: () => Passage): Transaction {
  return async <T>(work: (tx: Tx) => Promise<T>): Promise<T> => {
    const { pass, given = (tx) => tx } = passage();
    await pass("before");
    let hooks: (() => void)[] = [];
    const attempt = async (tx: Tx) => {
      hooks = [];
      const result = await work(given(Object.assign(tx, { afterCommit: (hook: () => void) => void hooks.push(hook) })));
      await pass("within");
      return result;
    };
    const result = await time().during(() => transaction(attempt, { durable: false }));
    await pass("after");
    for (const hook of hooks) hook();
    return result;
  };
}
