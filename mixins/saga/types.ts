import type { Tx } from "../database/types";
import type { Refusal } from "../outcome";
import type { SagaDefinition } from "./definition";
import type { SagaFilter, SagaOperations } from "./operations";

/**
 * As it stands in the log. RUNNING: an owner runs it, or it waits to be claimed. WAITING: for a signal, a delay or a pivot's outcome; nobody
 * owns it meanwhile. COMPENSATING: the decision to undo is durable. COMPLETED and COMPENSATED are for ever (`isEnded`). PARKED: it could not be
 * finished, and waits for an operator.
 */
export type SagaState = "RUNNING" | "WAITING" | "COMPENSATING" | "COMPLETED" | "COMPENSATED" | "PARKED";

/**
 * What has come of a saga. `results` by the names of its steps and signals; `cause` is why it was compensated. RUNNING: it has not ended yet,
 * whatever its state is. `told` is what the host gave at the end (`SagaEnds`) when that came in this process, and undefined otherwise. PARKED: an operator has to see to it, and it may still come to either end.
 */
export type SagaResult<R> =
  | { status: "COMPLETED"; results: R; told?: unknown }
  | { status: "COMPENSATED"; cause: Refusal }
  | { status: "RUNNING" }
  | { status: "PARKED" };

/** One saga to be started. */
export interface SagaStart<I> {
  /** The business key; a second start of one type and key fails on the table's key. */
  id: string;
  /** JSON; it is kept in the log as it is. */
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
  /** How the saga stands by the log, wherever it runs; undefined when there is none, or it was removed after its end. */
  status(type: string, id: string): Promise<SagaStatus | undefined>;
  /** Of an open state the oldest first, else the newest first where keys are ordered by time, as UUIDv7 are; at most `limit` (100). */
  list(filter: SagaFilter): Promise<SagaStatus[]>;
  /** Finishes what is awaited, as far as it doesn't take longer than a few seconds, then lets go of everything. May be called twice. */
  stop(): Promise<void>;
}

/** A signal to one saga. */
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

/**
 * A saga's row in the log (`saga_instance`). Times are ms since the epoch: `nextAt` by the database's clock, the others by that of the
 * process which wrote them.
 */
export interface SagaStatus {
  type: string;
  /** The business key. */
  id: string;
  /** Of the definition that it was started with. */
  version: number;
  state: SagaState;
  /** Why it is being compensated, or was. */
  cause?: Refusal;
  /** The process start that runs it; null when it has ended, and when it is nobody's: let go of, or PARKED. */
  owner: string | null;
  /** Counts its owners, from 1: every claim raises it, and so does what an operator does to it. */
  epoch: number;
  /** Claims from owners that died, since the last newly logged result. */
  recoveries: number;
  /** When it is to be claimed; null while somebody owns it, when it is PARKED, and when it has ended. */
  nextAt: number | null;
  /** Only of a WAITING saga. */
  waitsFor?: SagaWait;
  /** Until then the pivot must have been reached. */
  deadlineAt: number;
  createdAt: number;
  /** When the row was last written: of an ended saga, its end. */
  updatedAt: number;
}

/** A signal or a delay by its name, or the outcome of a pivot by the pivot's. */
export interface SagaWait {
  kind: "signal" | "delay" | "outcome";
  name: string;
  /** When the saga goes on all the same, in the database's time: the signal is overdue, the delay over, the pivot asked for again. */
  until: number;
}

/**
 * A call that came to something. Emitted on `broker.localBus` as `$saga.step`, like `$saga.end` in this process only, for displays and tests.
 */
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

/** Emitted as `$saga.end` where the saga ended or was parked, after the commit of that. */
export interface SagaEndNotice {
  type: string;
  id: string;
  /** COMPLETED, COMPENSATED or PARKED. */
  state: SagaState;
  /** From the start, in ms. */
  ms: number;
  /** The refusal `type` that it was compensated for. */
  cause?: string;
}
