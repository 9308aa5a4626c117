/**
 * The pure part of the engine: what is known of a saga in, the next move out. No clock, no I/O. The model check in `test/model` runs this
 * very code against every loss, repetition and reordering of messages.
 *
 * - I3 nothing is undone before the decision to compensate is durable: `undo` comes only from a decision.
 * - I4 nothing is undone once the pivot is done: after it the only moves are calls and the end. An owner that can't know whether the pivot
 *   was called seals it before it decides.
 * - I2 what is decided to be undone holds every step that may have been called, whatever is known of its outcome.
 * - I9 the same knowledge gives the same move, and the same log the same knowledge (`knowledge.ts`).
 */
import { refused, type Refusal } from "../outcome";
import type { SagaDefinition, StepDefinition, WaitDefinition } from "./definition";
import type { Decision, Knowledge } from "./knowledge";

/** What the next move depends on and the log doesn't tell: who asks, and what time it is. */
export interface Circumstances {
  /** The owner is the one that started the saga. */
  firstOwner: boolean;
  /** The deadline has passed. */
  late: boolean;
  /** The signal that the saga stands waiting for has not come in its time. */
  overdue?: boolean;
}

export type Move =
  /** Call the steps, side by side. */
  | { kind: "call"; steps: readonly StepDefinition[] }
  /** Wait until the signal has come, or the time is over. */
  | { kind: "wait"; wait: WaitDefinition }
  /** Ask what became of the pivot, and see to it that it never happens when it has not. */
  | { kind: "seal"; step: StepDefinition }
  /** Make the decision durable. */
  | ({ kind: "decide" } & Decision)
  /** Undo the steps, side by side. */
  | { kind: "undo"; steps: readonly StepDefinition[] }
  | { kind: "complete" }
  | { kind: "compensated"; cause: Refusal };

/** The refusal `type` of a saga that was compensated because a participant did not answer. */
export const UNAVAILABLE = "UNAVAILABLE";

/** The refusal `type` of a saga that an operator wanted compensated. */
export const STOPPED_BY_OPERATOR = "STOPPED_BY_OPERATOR";

export function nextMove(definition: SagaDefinition, known: Knowledge, circumstances: Circumstances): Move {
  if (known.decision) return undoMove(definition, known, known.decision);
  const { wait, steps } = positionOf(definition, known);
  const onwards: Move = wait ? { kind: "wait", wait } : { kind: "call", steps };
  const committed = isCommitted(definition, known);
  if (!wait && steps.length === 0 && (committed || !known.stopped)) return { kind: "complete" };
  if (committed) return onwards;
  const trouble = troubleOf(definition, known, circumstances);
  if (!trouble) return onwards;
  const pivot = pivotOf(definition);
  const pivotMayHaveHappened = pivot && (!circumstances.firstOwner || known.called.has(pivot.name));
  if (pivotMayHaveHappened && !trouble.excludesPivot) return { kind: "seal", step: pivot };
  const undo = undoSet(definition, known, circumstances);
  return undo.length > 0 ? { kind: "decide", cause: trouble.cause, undo } : { kind: "compensated", cause: trouble.cause };
}

/** Once the pivot is done the saga only goes forward (I4). */
export function isCommitted(definition: SagaDefinition, known: Knowledge): boolean {
  const pivot = pivotOf(definition);
  return pivot !== undefined && pivot.name in known.results;
}

export function pivotOf({ stages }: SagaDefinition): StepDefinition | undefined {
  for (const [step] of stages) if (step?.kind === "pivot") return step;
  return undefined;
}

/** What the steps' parameters and conditions are computed from. */
export const contextOf = ({ input, results }: Knowledge) => ({ input, results });

interface Position {
  wait?: WaitDefinition;
  steps: readonly StepDefinition[];
}

/** What has no result of the first stage that has any without: a wait, or steps. At the end of a saga there is nothing. */
function positionOf({ stages, waits }: SagaDefinition, known: Knowledge): Position {
  const context = contextOf(known);
  for (let at = 0; at <= stages.length; at++) {
    const wait = waits.find(({ name, before }) => before === at && !(name in known.results));
    if (wait) return { wait, steps: [] };
    const steps = (stages[at] ?? []).filter((step) => !(step.name in known.results) && step.when(context));
    if (steps.length > 0) return { steps };
  }
  return { steps: [] };
}

/** The wait that the saga stands at. */
export const waitOf = (definition: SagaDefinition, known: Knowledge): WaitDefinition | undefined => positionOf(definition, known).wait;

interface Trouble {
  cause: Refusal;
  /** It can't be that the pivot happened all the same: somebody refused, and refusals are for ever, or the pivot is sealed. */
  excludesPivot: boolean;
}

/** Why the saga can't go on, if it can't. */
function troubleOf(definition: SagaDefinition, known: Knowledge, { late, overdue }: Circumstances): Trouble | undefined {
  for (const { name } of definition.stages.flat()) {
    const cause = known.refusals[name];
    if (cause) return { cause, excludesPivot: true };
  }
  if (known.stopped) return { cause: refused(STOPPED_BY_OPERATOR), excludesPivot: known.sealed };
  const awaited = overdue ? waitOf(definition, known) : undefined;
  const timedOut = refused((awaited ?? definition).timedOut);
  if (known.sealed) return { cause: late || awaited ? timedOut : refused(UNAVAILABLE), excludesPivot: true };
  if (known.spent.size > 0) return { cause: refused(UNAVAILABLE), excludesPivot: false };
  // Another owner may have heard the signal and gone on: that it has not come excludes nothing.
  if (awaited) return { cause: timedOut, excludesPivot: false };
  const pivot = pivotOf(definition);
  // Neither the deadline nor spent retries compensate a pivot that this owner has called: it is asked for until it is known.
  return late && !(pivot && known.called.has(pivot.name)) ? { cause: timedOut, excludesPivot: false } : undefined;
}

/**
 * Names of the steps to undo. The first owner knows what it called, an outcome that it doesn't know included. One that took over takes
 * every compensable step that may have been called: an undo of something that was never done is a tombstone at the participant.
 */
function undoSet({ stages, waits }: SagaDefinition, known: Knowledge, { firstOwner }: Circumstances): string[] {
  const context = contextOf(known);
  const names: string[] = [];
  let earlierKnown = true;
  for (const [at, stage] of stages.entries()) {
    earlierKnown &&= waits.every(({ name, before }) => before !== at || name in known.results);
    for (const step of stage) {
      if (step.kind !== "compensable") continue;
      const mayBeDone = firstOwner ? known.called.has(step.name) && !known.refusals[step.name] : !earlierKnown || step.when(context);
      if (mayBeDone) names.push(step.name);
    }
    // A condition can be asked only when the results that it may look at are known.
    earlierKnown &&= stage.every((step) => step.name in known.results || !step.when(context));
  }
  return names;
}

/** Undoes in reverse order of the stages. */
function undoMove({ stages }: SagaDefinition, known: Knowledge, { cause, undo }: Decision): Move {
  for (const stage of stages.toReversed()) {
    const steps = stage.filter(({ name }) => undo.includes(name) && !known.undone.has(name));
    if (steps.length > 0) return { kind: "undo", steps };
  }
  return { kind: "compensated", cause };
}
