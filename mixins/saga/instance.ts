import type { Reader } from "../database/types";
import type { Refusal } from "../outcome";
import { groupBy } from "./group-by";
import { knowledge, learn, type Decision, type Knowledge } from "./knowledge";
import { type Signal, signalsOf } from "./signals";
import { resultsIn, type TrailRow } from "./trail";

/** A saga that this process may run, with all that the log knows of it. */
export interface Instance {
  type: string;
  id: string;
  version: number;
  epoch: number;
  /** Voluntary releases since the last newly logged result. */
  releases: number;
  known: Knowledge;
  /** What it was sent until it was claimed, by name. */
  signals: ReadonlyMap<string, Signal>;
  trace: Record<string, string> | undefined;
  deadlineAt: number;
  /** When it was started, ms since the epoch. */
  startedAt: number;
}

export interface InstanceRow {
  type: string;
  id: string;
  version: number;
  state: number;
  owner: string | null;
  epoch: number;
  recoveries: number;
  releases: number;
  input: string;
  undo_set: string | null;
  cause: string | null;
  trace: string | null;
  deadline_at: number;
  created_at: number;
}

export const columns =
  "type, business_key as id, version, state, owner, epoch, recoveries, releases, input, undo_set, cause, trace, deadline_at, created_at";

/** Reads the logs of the sagas; `signaled` are the types that signals can be sent to. */
export async function load(rows: readonly InstanceRow[], db: Reader, signaled: ReadonlySet<string>): Promise<Instance[]> {
  const instances: Instance[] = [];
  for (const alike of groupBy(rows, ({ type }) => type)) {
    const [{ type }] = alike;
    const ids = alike.map(({ id }) => id);
    const trail = await db.select<TrailRow & { id: string }>(
      `select business_key as id, step, phase, outcome, attempt, ms, detail, at from saga_step
        where type = ? and business_key in (?) order by business_key, epoch, seq`,
      [type, ids],
    );
    const entries = new Map([...groupBy(trail, ({ id }) => id)].map((own) => [own[0].id, own]));
    const signals = signaled.has(type) ? await signalsOf(db, type, ids) : new Map<string, Map<string, Signal>>();
    for (const row of alike) instances.push(instanceOf(row, entries.get(row.id) ?? [], signals.get(row.id) ?? new Map()));
  }
  return instances;
}

function instanceOf(row: InstanceRow, trail: readonly TrailRow[], signals: ReadonlyMap<string, Signal>): Instance {
  const known = knowledge(JSON.parse(row.input), decisionOf(row));
  for (const entry of resultsIn(trail)) learn(known, entry);
  return {
    type: row.type,
    id: row.id,
    version: row.version,
    epoch: row.epoch,
    releases: row.releases,
    known,
    signals,
    trace: row.trace === null ? undefined : (JSON.parse(row.trace) as Record<string, string>),
    deadlineAt: row.deadline_at,
    startedAt: row.created_at,
  };
}

function decisionOf({ undo_set, cause }: InstanceRow): Decision | undefined {
  if (undo_set === null || cause === null) return undefined;
  return { cause: JSON.parse(cause) as Refusal, undo: JSON.parse(undo_set) as string[] };
}
