import type { Bindable, Reader } from "../database/types";
import type { Refusal } from "../outcome";
import { knowledge, learn } from "./plan";
import { stateCode, stateOf, unowned } from "./tables";
import { resultsIn, type TrailRow } from "./trail";
import type { SagaResult, SagaState, SagaStatus } from "./types";

const columns = `type, business_key as id, version, state, cause, owner, epoch, recoveries, next_at, deadline_at, created_at, updated_at`;

interface StatusRow {
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

export async function statusOf(db: Reader, type: string, id: string): Promise<SagaStatus | undefined> {
  const [row] = await db.select<StatusRow>(`select ${columns} from saga_instance where type = ? and business_key = ?`, [type, id]);
  return row && toStatus(row);
}

/** Newest first where keys are ordered by time, as UUIDv7 are. */
export async function listStatus(db: Reader, filter: { type?: string; state?: SagaState; limit?: number }): Promise<SagaStatus[]> {
  const conditions: string[] = [];
  const values: Bindable[] = [];
  if (filter.type !== undefined) {
    conditions.push("type = ?");
    values.push(filter.type);
  }
  if (filter.state !== undefined) {
    // Says what the index on the owner knows: open sagas have one, ended ones have none.
    conditions.push("state = ?", filter.state === "COMPLETED" || filter.state === "COMPENSATED" ? "owner is null" : "owner >= ''");
    values.push(stateCode[filter.state]);
  }
  const where = conditions.length > 0 ? `where ${conditions.join(" and ")}` : "";
  const rows = await db.select<StatusRow>(`select ${columns} from saga_instance ${where} order by type desc, business_key desc limit ?`, [
    ...values,
    filter.limit ?? 100,
  ]);
  return rows.map(toStatus);
}

/** How a saga stands by the log; undefined when there is none. */
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
