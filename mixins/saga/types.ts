import type { Tx } from "../database/types";
import type { Refusal } from "../outcome";
import type { SagaDefinition } from "./definition";
import type { SagaFilter, SagaOperations } from "./operations";

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
export interface Sagas extends SagaOperations {
  /** Writes the start into the caller's transaction; the runs begin after its commit. */
  start<I, R>(definition: SagaDefinition<I, R>, starts: readonly SagaStart<I>[], tx: Tx): Promise<void>;
  /** Starts in a transaction of its own and waits at most `waitMs` for the end. */
  run<I, R>(definition: SagaDefinition<I, R>, start: SagaStart<I>, waitMs: number): Promise<SagaResult<R>>;
  /** Waits at most `waitMs` for the end of a saga that was started here; asks the log when it isn't running here. */
  result<I, R>(definition: SagaDefinition<I, R>, id: string, waitMs: number): Promise<SagaResult<R>>;
  /**
   * Tells a saga what it waits for, or will wait for: the stage `.signal(name, …)`, or the pivot with that `signal`. The payload is the
   * stage's result, as its `parse` gives it; the first signal of a name counts. The saga goes on after the commit of `tx`, or, without one,
   * of a transaction of its own. Rejects when the saga's definition has no such signal, with what `parse` throws, and where there is a
   * payload and the saga's version is not loaded to check it.
   */
  signal(type: string, id: string, name: string, payload?: unknown, tx?: Tx): Promise<SignalOutcome>;
  /**
   * The same for many, with an outcome for each. It locks their sagas: in a transaction that also writes rows which a saga's end writes,
   * it comes first, or the two wait for each other.
   */
  signalAll(signals: readonly SagaSignal[], tx: Tx): Promise<SignalOutcome[]>;
  status(type: string, id: string): Promise<SagaStatus | undefined>;
  /** Of an open state the oldest first, else the newest first where keys are ordered by time, as UUIDv7 are; at most `limit` (100). */
  list(filter: SagaFilter): Promise<SagaStatus[]>;
  /** Finishes what is awaited, as far as it doesn't take longer than a few seconds, then lets go of everything. May be called twice. */
  stop(): Promise<void>;
}

export interface SagaSignal {
  type: string;
  /** The saga's business key. */
  id: string;
  name: string;
  /** JSON. */
  payload?: unknown;
}

/**
 * What became of a signal. `KEPT`: it is there for the saga, at once or when it comes to it (which may still be refused by others before).
 * `REPEATED`: there was one of that name, and its payload stays. Nothing was written of the others: `NO_SAGA` there is none,
 * `TOO_LATE` it has ended or is being compensated.
 */
export type SignalOutcome = "KEPT" | "REPEATED" | "NO_SAGA" | "TOO_LATE";

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
  /** Only of a WAITING saga. */
  waitsFor?: SagaWait;
  deadlineAt: number;
  createdAt: number;
  updatedAt: number;
}

/** A signal or a delay by its name, or the outcome of a pivot by the pivot's. */
export interface SagaWait {
  kind: "signal" | "delay" | "outcome";
  name: string;
  /** When the saga goes on all the same, in the database's time: the signal is overdue, the delay over, the pivot asked for again. */
  until: number;
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
