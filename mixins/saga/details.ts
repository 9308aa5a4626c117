import type { Reader } from "../database/types";
import { readAudit } from "./audit";
import type { SagaDefinition } from "./definition";
import type { InstanceRow } from "./instance";
import type { SagaDetails, SagaTrailEntry } from "./operations";
import { signalsOf } from "./signals";
import { statusColumns, statusesOf, type StatusRow } from "./status";
import { entriesIn, type TrailRow } from "./trail";

type DetailsRow = StatusRow & Pick<InstanceRow, "input" | "undo_set" | "trace">;

/**
 * All that there is of a saga; undefined when there is none. `definitionOf` gives the definition of its version, where that is loaded.
 * What comes from its row (state, owner, input, decision) is of one moment; the trail, the signals and the audit are read after it, one by
 * one, and may tell of what has happened since.
 */
export async function detailsOf(
  db: Reader,
  type: string,
  id: string,
  definitionOf: (version: number) => SagaDefinition | undefined,
): Promise<SagaDetails | undefined> {
  const [row] = await db.select<DetailsRow>(
    `select ${statusColumns}, input, undo_set, trace from saga_instance where type = ? and business_key = ?`,
    [type, id],
  );
  const [status] = row ? await statusesOf(db, [row]) : [];
  if (!row || !status) return undefined;
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
