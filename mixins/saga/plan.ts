/**
 * The pure part of the engine: what is known of a saga in, the next move out. No clock, no I/O. The model check in `test/model` runs this
 * very code against every loss, repetition and reordering of messages.
 *
 * - I3 nothing is undone before the decision to compensate is durable: `undo` comes only from a decision.
 * - I4 nothing is undone once the pivot is done: after it the only moves are calls and the end. An owner that can't know whether the pivot
 *   was called seals it before it decides.
 * - I2 what is decided to be undone holds every step that may have been called, whatever is known of its outcome.
 * - I9 the same entries give the same knowledge, and the same knowledge the same move.
 */
import { refused, type Refusal } from "../outcome";
import type { SagaDefinition, StepDefinition } from "./definition";

/** One line of the log: a call that came to something. `done`, `refused` and `sealed` are results; the others are told for people. */
export interface Entry {
  step: string;
  phase: "forward" | "undo" | "verify" | "seal";
  /** `sealed`: the pivot never happened and never will. */
  outcome: "done" | "refused" | "failed" | "unknown" | "sealed";
  /** The result, the refusal, or what went wrong. */
  detail?: unknown;
  attempt: number;
  /** How long the call took. */
  ms: number;
  /** When it ended, ms since the epoch. */
  at: number;
}

export interface Decision {
  cause: Refusal;
  /** Names of the steps to undo. */
  undo: readonly string[];
}

export interface Knowledge {
  readonly input: unknown;
  readonly results: Record<string, unknown>;
  readonly refusals: Record<string, Refusal>;
  readonly undone: Set<string>;
  /** The pivot never happened and never will. */
  sealed: boolean;
  decision: Decision | undefined;
  /** What this owner has called; an owner that takes over knows nothing of those before. Never in the log. */
  readonly called: Set<string>;
  /** Compensable steps that this owner has given up. Never in the log. */
  readonly spent: Set<string>;
}

export function knowledge(input: unknown, decision?: Decision): Knowledge {
  return { input, results: {}, refusals: {}, undone: new Set(), sealed: false, decision, called: new Set(), spent: new Set() };
}

/** Whether the entry tells something that is final. */
export const isResult = ({ outcome }: Entry): boolean => outcome === "done" || outcome === "refused" || outcome === "sealed";

export function learn(known: Knowledge, { step, phase, outcome, detail }: Entry): void {
  if (outcome === "sealed") known.sealed = true;
  else if (outcome === "refused") known.refusals[step] = detail as Refusal;
  else if (outcome === "done" && phase === "undo") known.undone.add(step);
  else if (outcome === "done") known.results[step] = detail;
}

export interface Circumstances {
  /** The owner is the one that started the saga. */
  firstOwner: boolean;
  /** The deadline has passed. */
  late: boolean;
}

export type Move =
  /** Call the steps, side by side. */
  | { kind: "call"; steps: readonly StepDefinition[] }
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

export function nextMove(definition: SagaDefinition, known: Knowledge, circumstances: Circumstances): Move {
  if (known.decision) return undoMove(definition, known, known.decision);
  const open = openSteps(definition, known);
  if (open.length === 0) return { kind: "complete" };
  if (isCommitted(definition, known)) return { kind: "call", steps: open };
  const trouble = troubleOf(definition, known, circumstances);
  if (!trouble) return { kind: "call", steps: open };
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

/** The steps of the first stage that has any without a result. */
function openSteps({ stages }: SagaDefinition, known: Knowledge): readonly StepDefinition[] {
  const context = contextOf(known);
  for (const stage of stages) {
    const open = stage.filter((step) => !(step.name in known.results) && step.when(context));
    if (open.length > 0) return open;
  }
  return [];
}

interface Trouble {
  cause: Refusal;
  /** It can't be that the pivot happened all the same: somebody refused, and refusals are for ever, or the pivot is sealed. */
  excludesPivot: boolean;
}

/** Why the saga can't go on, if it can't. */
function troubleOf(definition: SagaDefinition, known: Knowledge, { late }: Circumstances): Trouble | undefined {
  for (const { name } of definition.stages.flat()) {
    const cause = known.refusals[name];
    if (cause) return { cause, excludesPivot: true };
  }
  const timedOut = refused(definition.timedOut);
  if (known.sealed) return { cause: late ? timedOut : refused(UNAVAILABLE), excludesPivot: true };
  if (known.spent.size > 0) return { cause: refused(UNAVAILABLE), excludesPivot: false };
  const pivot = pivotOf(definition);
  // Neither the deadline nor spent retries compensate a pivot that this owner has called: it is asked for until it is known.
  return late && !(pivot && known.called.has(pivot.name)) ? { cause: timedOut, excludesPivot: false } : undefined;
}

/**
 * Names of the steps to undo. The first owner knows what it called, an outcome that it doesn't know included. One that took over takes
 * every compensable step that may have been called: an undo of something that was never done is a tombstone at the participant.
 */
function undoSet({ stages }: SagaDefinition, known: Knowledge, { firstOwner }: Circumstances): string[] {
  const context = contextOf(known);
  const names: string[] = [];
  let earlierKnown = true;
  for (const stage of stages) {
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
