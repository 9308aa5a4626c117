import type { Tx } from "../../mixins/database";

/** A transaction whose locks don't hold: right after its first read, the one that locks, somebody else writes. */
export function lostLock(tx: Tx, sql: string, values: readonly (string | number)[]): Tx {
  let lost = false;
  return {
    dialect: tx.dialect,
    execute: (...statement) => tx.execute(...statement),
    insert: (...rows) => tx.insert(...rows),
    executeLater: (...statement) => tx.executeLater(...statement),
    insertLater: (...rows) => tx.insertLater(...rows),
    publish: (message) => tx.publish(message),
    afterCommit: (hook) => tx.afterCommit(hook),
    async select<Row extends object>(...statement: Parameters<Tx["select"]>): Promise<Row[]> {
      const rows = await tx.select<Row>(...statement);
      if (!lost) await tx.execute(sql, values);
      lost = true;
      return rows;
    },
  };
}
