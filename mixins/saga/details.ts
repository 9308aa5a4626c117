import type { Reader } from "../database/types";
import { readAudit } from "./audit";
import type { SagaDefinition } from "./definition";
import { columns, type InstanceRow } from "./instance";
import type { SagaDetails, SagaTrailEntry } from "./operations";
import { signalsOf } from "./signals";
import { statusOf } from "./status";
import { entriesIn, type TrailRow } from "./trail";

/** All that there is of a saga; undefined when there is none. `definition` is that of its version, where it is loaded. */
export async function detailsOf(
  db: Reader,
  type: string,
  id: string,
  definitionOf: (version: number) => SagaDefinition | undefined,
): Promise<SagaDetails | undefined> {
  const status = await statusOf(db, type, id);
  const [row] = await db.select<InstanceRow>(`select ${columns} from saga_instance where type = ? and business_key = ?`, [type, id]);
  if (!status || !row) return undefined;
  const trail = await db.select<TrailRow & { epoch: number }>(
    `select epoch, step, phase, outcome, attempt, ms, detail, at from saga_step where type = ? and business_key = ? order by epoch, seq`,
    [type, id],
  );
  const signals = await signalsOf(db, type, [id]);
  return {
    ...status,
    input: shown(definitionOf(row.version), row.input),
    ...(row.undo_set !== null && { undo: JSON.parse(row.undo_set) as string[] }),
    ...(row.trace !== null && { trace: JSON.parse(row.trace) as Record<string, string> }),
    trail: trail.flatMap((one) => entriesIn(one).map((entry): SagaTrailEntry => named(one.epoch, entry))),
    signals: [...(signals.get(id) ?? [])].map(([name, signal]) => ({ name, ...signal })),
    audit: await readAudit(db, { type, id }),
  };
}

function shown(definition: SagaDefinition | undefined, input: string): unknown {
  if (!definition) return undefined;
  const whole: unknown = JSON.parse(input);
  return definition.shown ? definition.shown(whole as never) : whole;
}

function named(epoch: number, { step, ...entry }: Omit<SagaTrailEntry, "epoch">): SagaTrailEntry {
  return { epoch, ...(step && { step }), ...entry };
}
