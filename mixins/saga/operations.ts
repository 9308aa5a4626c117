/** What operators can see of sagas and do to those that are PARKED. */
import type { By } from "../by";
import type { Tx } from "../database/types";
import type { Outcome } from "../outcome";
import type { Entry } from "./knowledge";
import type { SagaState, SagaStatus } from "./types";

export type { By } from "../by";

/**
 * A step that was done by hand, or, of a saga that is compensated, was taken back by hand. Its participant hears nothing of it: who says so has
 * to see to it that the participant neither has done it as well nor will, when a message that was given up for lost arrives after all.
 */
export interface DoneByHand {
  step: string;
  /** What the step's action would have answered. Not of one that was taken back. */
  result?: unknown;
}

/** The `type`s of refusals. */
export const refusal = {
  /** There is no such saga; it may have been cleaned away. */
  SAGA_NOT_FOUND: "SAGA_NOT_FOUND",
  SAGA_NOT_PARKED: "SAGA_NOT_PARKED",
  /** It is being compensated already: `retry` goes on with that. */
  SAGA_COMPENSATING: "SAGA_COMPENSATING",
  /** I4: the pivot is done, so the saga can only go forward. */
  SAGA_PIVOT_DONE: "SAGA_PIVOT_DONE",
  /** The saga's definition has no such step. */
  SAGA_STEP_NOT_FOUND: "SAGA_STEP_NOT_FOUND",
  /** It isn't the step that the saga waits for, or one that can't be done by hand; the detail says why. */
  SAGA_STEP_NOT_SKIPPABLE: "SAGA_STEP_NOT_SKIPPABLE",
  /** The result of a step that was done by hand is missing, or is none that the step could have had. */
  SAGA_RESULT_INVALID: "SAGA_RESULT_INVALID",
} as const;

/**
 * The actions on a PARKED saga, each one transaction: the caller's `tx`, or one of its own. They write an entry into the log, which is
 * learnt at every takeover like any other (I9), and a row into `saga_audit`, raise the epoch (I5), and leave the saga to be claimed at
 * once. What they can't do they refuse, with a `type` of `refusal`.
 */
export interface SagaOperations {
  /** Goes on where the saga stood. A deadline that has passed meanwhile counts. */
  retry(type: string, id: string, by: By, tx?: Tx): Promise<Outcome<SagaStatus>>;
  /**
   * Takes a step for done, with `result`, or for taken back when the saga is compensated. Only what the saga waits for: the pivot or a step
   * after it, or an undo. A compensable step can't be skipped: its participant could not take it back. Who says that a step was done by
   * hand has to see to it that the participant doesn't do it as well.
   */
  skip(type: string, id: string, done: DoneByHand, by: By, tx?: Tx): Promise<Outcome<SagaStatus>>;
  /** Undoes what was done, unless the pivot is; where that isn't known it is sealed first, and one that turns out to be done goes forward. */
  compensate(type: string, id: string, by: By, tx?: Tx): Promise<Outcome<SagaStatus>>;
  /** All that the log has of a saga; what a run has heard since its last write is not there yet. */
  show(type: string, id: string): Promise<SagaDetails | undefined>;
  /** What operators did, the newest first; at most `limit` (100). */
  audit(filter: SagaAuditFilter): Promise<SagaAuditEntry[]>;
}

/** Which sagas are listed, and from where on. What is left out is not looked at. */
export interface SagaFilter {
  type?: string;
  state?: SagaState;
  /** Default 100. */
  limit?: number;
  /** The last one of the page before; the list goes on behind it. */
  after?: Pick<SagaStatus, "type" | "id" | "createdAt">;
}

/** One saga with all that the log has of it. */
export interface SagaDetails extends SagaStatus {
  /** As its definition lets operators see it; undefined when that version is not loaded. */
  input: unknown;
  /** Names of the steps to undo, once that is decided. */
  undo?: readonly string[];
  /** Request id and trace that it was started with. */
  trace?: Record<string, string>;
  /** In the order of the log. */
  trail: SagaTrailEntry[];
  /** What it was sent; `at` in ms since the epoch. */
  signals: { name: string; payload?: unknown; at: number }[];
  /** The newest first. */
  audit: SagaAuditEntry[];
}

/** One line of the log: a call, a wait or an instruction. `at` in ms since the epoch, `ms` how long it took. */
export interface SagaTrailEntry extends Omit<Entry, "step"> {
  /** Missing where an operator's instruction is about the whole saga. */
  step?: string;
  /** Of the owner who wrote it. */
  epoch: number;
}

/** What an operator did to a saga: a row of `saga_audit`. It outlives its saga. */
export interface SagaAuditEntry {
  /** Of the row, rising; unique within the database. */
  number: number;
  type: string;
  /** The business key of the saga. */
  id: string;
  action: "retry" | "skip" | "compensate";
  /** Of `skip`: the step that it was about. */
  step?: string;
  who: string;
  why: string;
  /** The saga's state when he acted. */
  stateBefore: SagaState;
  /** The result that was given to a step. Missing otherwise. */
  detail?: unknown;
  /** Ms since the epoch. */
  at: number;
}

/** Which entries are read, and from where on. What is left out is not looked at. */
export interface SagaAuditFilter {
  type?: string;
  /** The business key of the saga. */
  id?: string;
  /** Default 100. */
  limit?: number;
  /** The last one of the page before; the list goes on behind it. */
  before?: Pick<SagaAuditEntry, "at" | "type" | "number">;
}
