import type { Service } from "moleculer";

import type { Tx } from "../database/types";
import type { Outcome, Refusal } from "../outcome";

/** Names one step of one saga; the participant's barrier row has this as its key. */
export interface StepKey {
  /** The saga's type, e.g. `place-order`. */
  saga: string;
  /** The business key that the saga was started with, e.g. the order's id. */
  id: string;
  step: string;
}

/** A step with the request id and trace of its saga, which are missing when nobody called, but the sweep at start asked. */
export type Traced = StepKey & { trace?: Record<string, string> };

/** One forward call as it travels: `{ calls: StepCall[] }` in, `{ outcomes: StepAnswer[] }` out. */
export interface StepCall<P = unknown> extends StepKey {
  params: P;
  /** Request id and trace of the saga, for logs, spans and the headers of events. */
  trace?: Record<string, string>;
}

/** A call whose own transaction failed although its neighbours' did not: the engine tries it again. */
export interface Failure {
  ok: false;
  failed: true;
  type: string;
  detail?: string;
}

/** What a forward or an undo comes to on the wire. */
export type StepAnswer<R = unknown> = Outcome<R> | Failure;

export interface VerifyCall extends StepKey {
  /** Write a tombstone when nothing is known of the step, so that a late forward is refused (`SAGA_STEP_SEALED`). */
  seal: boolean;
  trace?: Record<string, string>;
}

/** What became of a pivot. `absent` is never said to a call that seals; `sealed` means that it never happened and never will. */
export type VerifyAnswer<R = unknown> =
  { state: "done"; result: R } | { state: "refused"; refusal: Refusal } | { state: "unknown" } | { state: "absent" } | { state: "sealed" };

/** A late forward that finds the step undone, tombed or sealed is refused with this; it is never a cause to tell a customer. */
export const SAGA_STEP_SEALED = "SAGA_STEP_SEALED";

/** The outside doesn't know yet what became of a pivot: the `type` of a `Failure`. */
export const SAGA_STEP_UNKNOWN = "SAGA_STEP_UNKNOWN";

/** A step to take back, with what its forward returned. */
export type UndoCall<R = unknown> = StepKey & { result: R; trace?: Record<string, string> };

/** A step whose whole work lies in the participant's own database. */
export interface StepHandler<P, R> {
  /** Does the work of every call; what it returns is stored, answered again to repeated calls, and given to `undo`. */
  forward(calls: readonly StepCall<P>[], tx: Tx): Promise<readonly Outcome<R>[]>;
  /** Rows that `forward` changes for a call and others may want at the same time. */
  hotRows?(params: P): readonly string[];
  /** Takes back what `forward` did. Called at most once for a step, only for one that was done. Not for a pivot. */
  undo?(calls: readonly UndoCall<R>[], tx: Tx): Promise<void>;
}

/**
 * A pivot whose work may lie outside of the database (a payment provider). Two transactions and a call between them:
 * `begin` either finishes at once or answers `started`; then `perform` runs with no transaction open, idempotent under the step's key;
 * then `settle` writes what came of it.
 */
export interface OutsideStepHandler<P, R, W> {
  /** Inside the first transaction: decide at once, or write down everything that `perform` needs and hand it on as `work`. */
  begin(calls: readonly StepCall<P>[], tx: Tx): Promise<readonly Begun<R, W>[]>;
  /** The work of a step that was started by a call which never came back; undefined when nothing was started. */
  resume(key: StepKey, tx: Tx): Promise<W | undefined>;
  /**
   * Outside of any transaction. Repeating it must have one effect, and it must come to an end by itself: whoever asks meanwhile waits for
   * the same attempt. `unknown` is asked again later. `host` is the service that it runs in.
   */
  perform(key: StepKey, work: W, host: Service): Promise<Performed>;
  /** Inside the second transaction when the outcome is unknown: shows to readers that it is. */
  doubt?(calls: readonly Traced[], tx: Tx): Promise<void>;
  /** Inside the second transaction: write the outcome, and give what the step answers. `host` is the service that it runs in. */
  settle(calls: readonly SettledCall[], tx: Tx, host: Service): Promise<readonly Outcome<R>[]>;
}

/** What came of a step outside. */
export type SettledCall = Traced & { performed: Exclude<Performed, { state: "unknown" }> };

export type Begun<R, W> = Outcome<R> | { started: W };

export type Performed = { state: "approved"; reference: string } | { state: "declined"; refusal: Refusal } | { state: "unknown" };

/** One step as a service offers it: the names of its actions and what they do. */
export interface ParticipantStep {
  /** Local name of the forward action, e.g. `use`. */
  name: string;
  /** Local name of the action that takes it back. */
  undo?: string;
  /** Local name of the action that tells what became of it, and seals it. For pivots. */
  verify?: string;
  /** Checks the parameters of one call and gives what the handler gets; throws an error whose `type` the caller is refused with. */
  parse(params: unknown): unknown;
  handler: StepHandler<unknown, unknown> | OutsideStepHandler<unknown, unknown, unknown>;
}
