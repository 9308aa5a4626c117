import type { Bindable, Reader } from "../database/types";
import type { Refusal } from "../outcome";
import { groupBy } from "./group-by";
import { knowledge, learn } from "./knowledge";
import { isEnded, outcomeCode, phaseCode, stateCode, stateOf, unowned } from "./tables";
import type { SagaFilter } from "./operations";
import { resultsIn, type TrailRow } from "./trail";
import type { SagaResult, SagaStatus, SagaWait } from "./types";

/** Of `saga_instance`, for a `StatusRow`. */
export const statusColumns = `type, business_key as id, version, state, cause, owner, epoch, recoveries, next_at, deadline_at, created_at, updated_at`;

export interface StatusRow {
  type: string;
  id: string;
  version: number;
  state: number;
  cause: string | null;
  owner: string | null;
  epoch: number;
  recoveries: number;
  next_at: number | null;
  deadline_at: number;
  created_at: number;
  updated_at: number;
}

/** How a saga stands by the log; undefined when there is none. */
export async function statusOf(db: Reader, type: string, id: string): Promise<SagaStatus | undefined> {
  const [row] = await db.select<StatusRow>(`select ${statusColumns} from saga_instance where type = ? and business_key = ?`, [type, id]);
  return row && (await statusesOf(db, [row]))[0];
}

/**
 * Open sagas (with a state that says so) the oldest first, others by their keys, the greatest first: the newest where keys are ordered by
 * time, as UUIDv7 are. Both are orders in which the database need not read what it doesn't give.
 */
export async function listStatus(db: Reader, { type, state, limit = 100, after }: SagaFilter): Promise<SagaStatus[]> {
  const conditions = ["1 = 1"];
  const values: Bindable[] = [];
  const where = (sql: string, ...bound: Bindable[]) => {
    conditions.push(sql);
    values.push(...bound);
  };
  const open = state !== undefined && !isEnded(state);
  if (type !== undefined) where("type = ?", type);
  // Says what the index on the owner knows: open sagas have one, ended ones have none.
  if (state !== undefined) where(`state = ? and owner ${open ? ">= ''" : "is null"}`, stateCode[state]);
  const past = "(type > ? or (type = ? and business_key > ?))";
  if (after && open) {
    const { createdAt, type, id } = after;
    where(`created_at >= ? and (created_at > ? or ${past})`, createdAt, createdAt, type, type, id);
  } else if (after) where(`type <= ? and ${past.replaceAll(">", "<")}`, after.type, after.type, after.type, after.id);
  const sequence = open ? "created_at, type, business_key" : "type desc, business_key desc";
  const rows = await db.select<StatusRow>(
    `select ${statusColumns} from saga_instance where ${conditions.join(" and ")} order by ${sequence} limit ?`,
    [...values, limit],
  );
  return statusesOf(db, rows);
}

/** What has come of a saga by the log; undefined when there is none. */
export async function resultOf(db: Reader, type: string, id: string): Promise<SagaResult<Record<string, unknown>> | undefined> {
  const status = await statusOf(db, type, id);
  if (!status) return undefined;
  switch (status.state) {
    case "COMPLETED":
      return { status: "COMPLETED", results: await resultsOf(db, type, id) };
    case "COMPENSATED":
      if (!status.cause) throw new Error(`saga ${type} ${id} was compensated without a cause`);
      return { status: "COMPENSATED", cause: status.cause };
    case "PARKED":
      return { status: "PARKED" };
    default:
      return { status: "RUNNING" };
  }
}

async function resultsOf(db: Reader, type: string, id: string): Promise<Record<string, unknown>> {
  const rows = await db.select<TrailRow>(
    "select step, phase, outcome, attempt, ms, detail, at from saga_step where type = ? and business_key = ? order by epoch, seq",
    [type, id],
  );
  const known = knowledge(undefined);
  for (const entry of resultsIn(rows)) learn(known, entry);
  return known.results;
}

/** A status for each row, in their order. What a WAITING saga waits for is the last wait that has begun by its log. */
export async function statusesOf(db: Reader, rows: readonly StatusRow[]): Promise<SagaStatus[]> {
  const begun = new Map<StatusRow, Pick<SagaWait, "kind" | "name">>();
  const waiting = rows.filter(({ state }) => state === stateCode.WAITING);
  for (const alike of groupBy(waiting, ({ type }) => type)) {
    const byId = new Map(alike.map((row) => [row.id, row]));
    const waits = await db.select<{ id: string; step: string; phase: number }>(
      `select business_key as id, step, phase from saga_step where type = ? and business_key in (?) and outcome = ?
        order by business_key, epoch, seq`,
      [alike[0].type, [...byId.keys()], outcomeCode.begun],
    );
    for (const { id, step: name, phase } of waits) begun.set(byId.get(id) as StatusRow, { name, kind: waitKinds[phase] ?? "outcome" });
  }
  return rows.map((row) => {
    const wait = begun.get(row);
    return { ...toStatus(row), ...(wait && { waitsFor: { ...wait, until: row.next_at ?? 0 } }) };
  });
}

const waitKinds: Record<number, SagaWait["kind"]> = { [phaseCode.signal]: "signal", [phaseCode.delay]: "delay" };

function toStatus(row: StatusRow): SagaStatus {
  return {
    type: row.type,
    id: row.id,
    version: row.version,
    state: stateOf(row.state),
    ...(row.cause !== null && { cause: JSON.parse(row.cause) as Refusal }),
    owner: row.owner === unowned ? null : row.owner,
    epoch: row.epoch,
    recoveries: row.recoveries,
    nextAt: row.next_at,
    deadlineAt: row.deadline_at,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
