/** How entries of the log are kept in `saga_step`, and read again. */
import type { Value } from "../database/types";
import { isResult, type Entry } from "./knowledge";
import { outcomeCode, phaseCode, wholeTrail } from "./tables";

/** The part of a row that belongs to the entries; the rest is its key. */
export interface TrailRow {
  step: string;
  phase: number;
  outcome: number;
  attempt: number;
  ms: number;
  detail: string | null;
  at: number;
}

/** A done step in the row of a whole trail: name, ms, when, result. */
type Short = [step: string, ms: number, at: number, result: unknown];

const phases = nameOf(phaseCode);
const outcomes = nameOf(outcomeCode);

/** One row while all went well at the first attempt, else a row for each entry. */
export function rowsOf(entries: readonly Entry[]): TrailRow[] {
  if (entries.length < 2 || !entries.every(wentWell)) return entries.map(rowOf);
  const trail = entries.map(({ step, ms, at, detail }): Short => [step, ms, at, detail]);
  const last = Math.max(...entries.map(({ at }) => at));
  const first = Math.min(...entries.map(({ at, ms }) => at - ms));
  return [
    {
      step: wholeTrail,
      phase: phaseCode.trail,
      outcome: outcomeCode.done,
      attempt: 1,
      ms: last - first,
      detail: JSON.stringify(trail),
      at: last,
    },
  ];
}

function wentWell({ phase, outcome, attempt }: Entry): boolean {
  return phase === "forward" && outcome === "done" && attempt === 1;
}

export function rowOf({ step, phase, outcome, detail, attempt, ms, at }: Entry): TrailRow {
  const text = detail === undefined ? null : JSON.stringify(detail);
  return { step, phase: phaseCode[phase], outcome: outcomeCode[outcome], attempt, ms, detail: text, at };
}

/** The results in the rows, in their order: all that a saga's knowledge is made of. */
export function resultsIn(rows: readonly TrailRow[]): Entry[] {
  return rows.flatMap(entriesIn).filter(isResult);
}

/** What one row tells. */
export function entriesIn(row: TrailRow): Entry[] {
  return row.step === wholeTrail ? shortEntries(row) : entryOf(row);
}

function shortEntries({ detail }: TrailRow): Entry[] {
  const trail = JSON.parse(detail ?? "[]") as Short[];
  return trail.map(([step, ms, at, result]) => ({ step, phase: "forward", outcome: "done", detail: result, attempt: 1, ms, at }));
}

function entryOf({ step, phase, outcome, detail, attempt, ms, at }: TrailRow): Entry[] {
  const named = { phase: phases(phase), outcome: outcomes(outcome) };
  if (named.phase === "trail") return [];
  return [{ step, phase: named.phase, outcome: named.outcome, detail: detail === null ? undefined : JSON.parse(detail), attempt, ms, at }];
}

function nameOf<N extends string>(codes: Record<N, number>): (code: number) => N {
  const names = new Map<number, N>((Object.entries(codes) as [N, number][]).map(([name, code]) => [code, name]));
  return (code) => {
    const name = names.get(code);
    if (name === undefined) throw new Error(`saga_step has an unknown code: ${code}`);
    return name;
  };
}

/** A row complete with its key, as it is inserted. */
export function keyed(type: string, id: string, epoch: number, seq: number, row: TrailRow): Record<string, Value> {
  return { type, business_key: id, epoch, seq, ...row };
}
