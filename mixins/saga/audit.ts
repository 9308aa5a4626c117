/** The table `saga_audit`: what operators did. */
import type { Bindable, Reader, Tx } from "../database/types";
import type { SagaAuditEntry, SagaAuditFilter } from "./operations";

interface AuditRow {
  id: number;
  type: string;
  key: string;
  action: SagaAuditEntry["action"];
  step: string | null;
  who: string;
  why: string;
  before: SagaAuditEntry["stateBefore"];
  detail: string | null;
  at: number;
}

/** Writes one row, in the transaction of what it tells of. */
export async function insertAudit(tx: Tx, { type, id, action, step, who, why, stateBefore, detail, at }: Omit<SagaAuditEntry, "number">) {
  const text = detail === undefined ? null : JSON.stringify(detail);
  const row = { type, business_key: id, action, step, who, why, state_before: stateBefore, detail: text, at };
  await tx.insert("saga_audit", [row]);
}

/** The newest first. */
export async function readAudit(db: Reader, { type, id, limit = 100, before }: SagaAuditFilter): Promise<SagaAuditEntry[]> {
  const conditions = ["1 = 1"];
  const values: Bindable[] = [];
  const where = (sql: string, ...bound: Bindable[]) => {
    conditions.push(sql);
    values.push(...bound);
  };
  if (type !== undefined) where("type = ?", type);
  if (id !== undefined) where("business_key = ?", id);
  if (before)
    where("at <= ? and (at < ? or type < ? or (type = ? and id < ?))", before.at, before.at, before.type, before.type, before.number);
  const rows = await db.select<AuditRow>(
    `select id, type, business_key as \`key\`, action, step, who, why, state_before as \`before\`, detail, at from saga_audit
      where ${conditions.join(" and ")} order by at desc, type desc, id desc limit ?`,
    [...values, limit],
  );
  return rows.map(entryOf);
}

function entryOf({ id: number, type, key: id, action, step, who, why, before: stateBefore, detail, at }: AuditRow): SagaAuditEntry {
  return {
    ...{ number, type, id, action, who, why, stateBefore, at },
    ...(step !== null && { step }),
    ...(detail !== null && { detail: JSON.parse(detail) as unknown }),
  };
}
