import type { Tx } from "../database/types";
import type { Refusal } from "../outcome";
import type { SagaDefinition } from "./definition";

export type SagaState = "RUNNING" | "WAITING" | "COMPENSATING" | "COMPLETED" | "COMPENSATED" | "PARKED";

export type SagaResult<R> =
  { status: "COMPLETED"; results: R } | { status: "COMPENSATED"; cause: Refusal } | { status: "RUNNING" } | { status: "PARKED" };

export interface SagaStart<I> {
  /** The business key; a second start of one type and key fails on the table's key. */
  id: string;
  input: I;
  /** Request id and trace, handed on to every call of the saga. */
  trace?: Record<string, string>;
}

/** What a service that hosts sagas can do with them (`this.sagas`). */
export interface Sagas {
  /** Writes the start into the caller's transaction; the runs begin after its commit. */
  start<I, R>(definition: SagaDefinition<I, R>, starts: readonly SagaStart<I>[], tx: Tx): Promise<void>;
  /** Starts in a transaction of its own and waits at most `waitMs` for the end. */
  run<I, R>(definition: SagaDefinition<I, R>, start: SagaStart<I>, waitMs: number): Promise<SagaResult<R>>;
  /** Waits at most `waitMs` for the end of a saga that was started here; asks the log when it isn't running here. */
  result<I, R>(definition: SagaDefinition<I, R>, id: string, waitMs: number): Promise<SagaResult<R>>;
  status(type: string, id: string): Promise<SagaStatus | undefined>;
  /** Newest first where keys are ordered by time, as UUIDv7 are; at most `limit` (100). */
  list(filter: { type?: string; state?: SagaState; limit?: number }): Promise<SagaStatus[]>;
  /** Finishes what is awaited, as far as it doesn't take longer than a few seconds, then lets go of everything. May be called twice. */
  stop(): Promise<void>;
}

export interface SagaStatus {
  type: string;
  id: string;
  version: number;
  state: SagaState;
  cause?: Refusal;
  owner: string | null;
  epoch: number;
  recoveries: number;
  nextAt: number | null;
  deadlineAt: number;
  createdAt: number;
  updatedAt: number;
}

/** Emitted on `broker.localBus` as `$saga.step` and `$saga.end`, in this process only, for displays and tests. */
export interface SagaStepNotice {
  type: string;
  id: string;
  step: string;
  phase: "forward" | "undo" | "verify" | "seal";
  outcome: "done" | "refused" | "failed" | "unknown" | "sealed";
  /** Wall time of the call in ms, retries apart. */
  ms: number;
  attempt: number;
}

export interface SagaEndNotice {
  type: string;
  id: string;
  state: SagaState;
  /** From the start, in ms. */
  ms: number;
  cause?: string;
}
