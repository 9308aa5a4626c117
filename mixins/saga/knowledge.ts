/**
 * What is known of a saga: entries of its log in, knowledge out. Pure, like the plan that is made from it.
 *
 * - I9 the same entries give the same knowledge. When a wait began is such an entry, so that a takeover doesn't begin it anew.
 */
import type { Refusal } from "../outcome";

/** What a participant was asked for. */
export type CallPhase = "forward" | "undo" | "verify" | "seal";

/**
 * One line of the log: a call that came to something, or a wait. `done`, `refused`, `sealed` and `begun` are what is known of a saga; the
 * others are told for people.
 */
export interface Entry {
  step: string;
  /**
   * `operator`: a person gave an instruction (`Instruction`), and `step` is the one that it is about, if it is about one. `signal`, `delay`:
   * `step` is the name of the wait.
   */
  phase: CallPhase | "operator" | "signal" | "delay";
  /** `sealed`: the pivot never happened and never will. `begun`: of a signal or a delay, and of a pivot whose outcome is waited for. */
  outcome: "done" | "refused" | "failed" | "unknown" | "sealed" | "begun";
  /** The result, the refusal, or what went wrong. */
  detail?: unknown;
  attempt: number;
  /** How long the call took. */
  ms: number;
  /** When it ended, ms since the epoch. */
  at: number;
}

/** What an operator wants of a parked saga: the `detail` of his entry in the log. */
export type Instruction =
  /** To go on where it stood. */
  | { action: "retry" }
  /** The step was done by hand, and this is what it came to. */
  | { action: "skip"; result: unknown }
  /** The step was taken back by hand. */
  | { action: "skip"; undone: true }
  /** To be undone, unless the pivot turns out to be done. */
  | { action: "compensate" };

/** To compensate the saga; it stands from when it is in the log. */
export interface Decision {
  cause: Refusal;
  /** Names of the steps to undo. */
  undo: readonly string[];
}

/** All that the next move is made from. Names are those of steps and waits. */
export interface Knowledge {
  readonly input: unknown;
  /** Of steps that are done, and of waits that are over. */
  readonly results: Record<string, unknown>;
  readonly refusals: Record<string, Refusal>;
  readonly undone: Set<string>;
  /** When the waits began, by their names; that for a pivot's outcome by the pivot's. Ms since the epoch. */
  readonly begun: Record<string, number>;
  /** The pivot never happened and never will. */
  sealed: boolean;
  /** An operator wants it compensated. */
  stopped: boolean;
  decision: Decision | undefined;
  /** What this owner has called; an owner that takes over knows nothing of those before. Never in the log. */
  readonly called: Set<string>;
  /** Compensable steps that this owner has given up. Never in the log. */
  readonly spent: Set<string>;
}

/** Of a saga of which the log has no entries yet, but its start and perhaps a decision. */
export function knowledge(input: unknown, decision?: Decision): Knowledge {
  const nothing = { results: {}, refusals: {}, undone: new Set<string>(), begun: {}, sealed: false, stopped: false };
  return { input, decision, ...nothing, called: new Set(), spent: new Set() };
}

/** Whether the entry tells something that is final. */
export const isResult = ({ outcome }: Entry): boolean => outcome !== "failed" && outcome !== "unknown";

/** Adds what an entry tells; those that aren't final add nothing. */
export function learn(known: Knowledge, { step, phase, outcome, detail, at }: Entry): void {
  if (phase === "operator") obey(known, step, detail as Instruction);
  else if (outcome === "begun") known.begun[step] ??= at;
  else if (outcome === "sealed") known.sealed = true;
  else if (outcome === "refused") known.refusals[step] = detail as Refusal;
  else if (outcome === "done" && phase === "undo") known.undone.add(step);
  else if (outcome === "done") known.results[step] = detail;
}

function obey(known: Knowledge, step: string, instruction: Instruction): void {
  if (instruction.action === "compensate") known.stopped = true;
  if (instruction.action !== "skip") return;
  if ("undone" in instruction) known.undone.add(step);
  else known.results[step] = instruction.result;
}
