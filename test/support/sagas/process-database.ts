import type { Database, Tx } from "../../../mixins/database";
import { boundedTransactions, type Passage } from "./boundaries";
import type { Mortal } from "./mortal";
import type { VirtualTime } from "./virtual-time";

/** A database as one process reaches it: in virtual time, through its gate, and with boundaries around its transactions. */
export function processDatabase(process: Mortal, db: Database, time: VirtualTime, passage: () => Passage): Database {
  const dialect = Object.create(db.dialect, { now: { get: () => String(time.now()) } }) as Database["dialect"];
  const transaction = boundedTransactions(
    (work, options) => db.transaction(work, options),
    () => time,
    () => {
      const { pass, given = (tx: Tx) => tx } = passage();
      return { pass, given: (tx) => given(Object.assign(tx, { dialect })) };
    },
  );
  const gated = async <T>(work: () => Promise<T>): Promise<T> => {
    await process.gate();
    return process.survive(work());
  };
  return {
    ...{ name: db.name, sequelize: db.sequelize, dialect },
    select: (sql, values) => gated(() => time.during(() => db.select(sql, values))),
    transaction: (work, options) => gated(() => transaction(work, options)),
    snapshot: (read) => gated(() => time.during(() => db.snapshot(read))),
    beforeCommit: (hook) => db.beforeCommit(hook),
    now: async () => time.now(),
    migrate: () => db.migrate(),
    pendingMigrations: () => db.pendingMigrations(),
    close: () => db.close(),
  };
}
