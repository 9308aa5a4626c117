/**
 * What a piece of work costs: messages, statements, round trips, transactions, and how many durable waits follow one another in it. To be
 * imported before anything that opens a database.
 */
import { AsyncLocalStorage } from "node:async_hooks";

import type { Middleware, Service, ServiceBroker } from "moleculer";
import type { Connection } from "mysql2";

import type { Database, DatabaseVars, OpenOptions, Tx } from "../../mixins/database";
import type { GroupCommit, GroupHandler } from "../../mixins/group-commit";

/** A transaction. Times are ticks of one clock that goes on with each of them: they tell what came before what, whatever the machine's speed. */
interface Transaction {
  service: string;
  /** When the first of its calls was handed to the group commit, or the transaction asked for. */
  asked: number;
  ended: number;
}

export class Cost {
  readonly messages: string[] = [];
  readonly statements: { service: string; sql: string }[] = [];
  readonly transactions: Transaction[] = [];
  /** With a server; a SQLite file needs none. */
  roundTrips = 0;

  /** How many there were of each, by service or name. */
  counts(of: "messages" | "statements" | "transactions"): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const one of this[of]) {
      const name = typeof one === "string" ? one : one.service;
      counts[name] = (counts[name] ?? 0) + 1;
    }
    return counts;
  }

  /**
   * The longest chain of transactions in which each was asked for only after the one before it had been committed, by service: what a
   * customer has to wait for. Of those that go side by side one counts, the one that ends first.
   */
  durableWaits(): string[] {
    const chain: Transaction[] = [];
    for (const one of this.transactions.toSorted((a, b) => a.ended - b.ended)) if (one.asked > (chain.at(-1)?.ended ?? 0)) chain.push(one);
    return chain.map(({ service }) => service);
  }
}

const current = new AsyncLocalStorage<Cost>();
let ticks = 0;

jest.mock("../../mixins/database/open", () => {
  const open = jest.requireActual<{ openDatabase(options: OpenOptions): Promise<Database> }>("../../mixins/database/open");
  const logger = (service: string) => (sql: string) => void current.getStore()?.statements.push({ service, sql });
  return { ...open, openDatabase: (options: OpenOptions) => open.openDatabase({ ...options, logger: logger(options.name) }) };
});

/** Counts messages; to be given to the shop. */
export const countsMessages: Middleware = {
  name: "counts-messages",
  localAction: (next, { name = "" }) =>
    function (ctx) {
      current.getStore()?.messages.push(name);
      return next.call(this, ctx);
    },
};

/** Runs the work and gives its result with what it has cost. Nothing else that goes on meanwhile is counted. */
export async function costOf<T>(work: () => Promise<T>): Promise<{ result: T; cost: Cost }> {
  const cost = new Cost();
  return { result: await current.run(cost, work), cost };
}

/** Does something in the middle of counted work that is no part of it. */
export const uncounted = <T>(work: () => Promise<T>): Promise<T> => current.exit(work);

/** Sees the transactions of all services from now on. To be called before their first calls. */
export function watchTransactions(broker: ServiceBroker): void {
  for (const service of broker.services as (Service & Partial<DatabaseVars>)[])
    if (service.db && service.group) watch(service.name, service.db, service.group);
}

function watch(service: string, db: Database, group: GroupCommit): void {
  const byTx = new WeakMap<Tx, Transaction>();
  const submitted = new WeakMap<object, number>();
  const transaction = db.transaction.bind(db) as Database["transaction"];
  db.transaction = async (work, options) => {
    const one: Transaction = { service, asked: ++ticks, ended: 0 };
    const result = await transaction((tx) => {
      byTx.set(tx, one);
      return work(tx);
    }, options);
    one.ended = ++ticks;
    if (options?.durable !== false) current.getStore()?.transactions.push(one);
    return result;
  };
  const handlers = new Map<unknown, unknown>();
  const watched = <C, R>(handler: GroupHandler<C, R>): GroupHandler<C, R> => {
    const known = handlers.get(handler) as GroupHandler<C, R> | undefined;
    const run = (calls: readonly C[], tx: Tx) => {
      const one = byTx.get(tx);
      if (one) one.asked = Math.min(one.asked, ...calls.map((call) => submitted.get(call as object) ?? one.asked));
      return handler.run(calls, tx);
    };
    const made = known ?? Object.assign(Object.create(handler) as GroupHandler<C, R>, { run });
    handlers.set(handler, made);
    return made;
  };
  const submit = group.submit.bind(group) as GroupCommit["submit"];
  group.submit = (handler, call) => {
    submitted.set(call as object, ++ticks);
    return submit(watched(handler), call);
  };
}

/** Counts round trips to a server from now on. */
export function watchRoundTrips(): void {
  const { prototype } = jest.requireActual<{ Connection: { prototype: Pick<Connection, "query"> } }>("mysql2").Connection;
  const query = prototype.query as (...asked: unknown[]) => unknown;
  prototype.query = function (this: unknown, ...asked: unknown[]) {
    const cost = current.getStore();
    if (cost) cost.roundTrips++;
    return query.apply(this, asked);
  } as Connection["query"];
}
