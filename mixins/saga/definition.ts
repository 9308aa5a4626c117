import type { ParamsOf, ResultOf, StepRef, UndoRef, VerifyRef } from "../action-ref";
import type { Tx } from "../database/types";
import type { Refusal } from "../outcome";
import { Builder } from "./builder";
import { type Duration, milliseconds } from "./duration";

/** What a step's parameters are computed from. It must be pure: the same log always yields the same parameters (I9). */
export interface StepContext<I, R> {
  input: I;
  /** Results of the steps of earlier stages; a step that was left out by its `when` has none. */
  results: R;
}

export type StepKind = "compensable" | "pivot" | "retriable";

/** One step as the engine sees it, without types. */
export interface StepDefinition {
  name: string;
  kind: StepKind;
  call: string;
  undo?: string;
  verify?: string;
  timeoutMs?: number;
  /** What is left out is the engine's. */
  retry?: { times?: number; baseMs?: number; capMs?: number };
  /** Of a pivot: while its outcome is unknown the saga waits, and this signal makes it ask again at once. */
  signal?: string;
  /** The call travels alone, because its answer may take long and must not hold back those of its neighbours. */
  alone(context: StepContext<unknown, Record<string, unknown>>): boolean;
  when(context: StepContext<unknown, Record<string, unknown>>): boolean;
  params(context: StepContext<unknown, Record<string, unknown>>): unknown;
  /** Checks the result that an operator says a step has; throws when it isn't one. */
  parseResult?(result: unknown): unknown;
}

/**
 * A stage in which nothing is called. A `signal` is over when somebody has sent it, and its payload is the result; a `delay` when its time
 * is over.
 */
export interface WaitDefinition {
  name: string;
  kind: "signal" | "delay";
  /** Index of the stage of steps before which it stands; their number when it is the last. */
  before: number;
  /** How long a delay takes, and how long a signal is waited for. */
  ms: number;
  /** The refusal `type` of a saga whose signal did not come in time. */
  timedOut: string;
  /** Checks a signal's payload and gives the result; throws when it isn't one. */
  parse(payload: unknown): unknown;
}

/** A saga as data: stages run one after the other, the steps of one stage in parallel. */
export interface SagaDefinition<I = never, R = unknown> {
  readonly type: string;
  readonly version: number;
  readonly deadlineMs: number;
  /** The refusal `type` of a saga that was compensated because its deadline passed. */
  readonly timedOut: string;
  readonly stages: readonly (readonly StepDefinition[])[];
  /** What is waited for between the stages, in their order. */
  readonly waits: readonly WaitDefinition[];
  /** The input as operators may see it; all of it when left out. */
  readonly shown?: (input: never) => unknown;
  readonly [io]?: { input: (input: I) => void; results: R };
}

declare const io: unique symbol;

export type InputOf<S> = S extends SagaDefinition<infer I, unknown> ? I : never;
export type ResultsOf<S> = S extends SagaDefinition<never, infer R> ? R : never;

export interface Retry {
  /** How often, before the step is given up or the saga let go of for a while. */
  times?: number;
  /** Full jitter: a repetition waits anything up to `min(cap, base · 2ⁿ)`; at most ten seconds. */
  base?: Duration;
  cap?: Duration;
}

interface Common<I, R, A> {
  call: A;
  /** The step's parameters, a pure function of the input and earlier results. */
  with: (context: StepContext<I, R>) => ParamsOf<A>;
  /** Leaves the step out when false. Pure, like `with`. */
  when?: (context: StepContext<I, R>) => boolean;
  /** How long one call may take. Default: the engine's. */
  timeout?: Duration;
  /** How a call of unknown outcome is repeated. What is left out is the engine's. */
  retry?: Retry;
}

/** A step that can be taken back: its undo is required. */
export type Compensable<I, R, A extends StepRef> = Common<I, R, A> & { undo: UndoRef };
/**
 * The step that decides. Once it is done the saga goes forward to the end. A call that may wait for something outside of the participant's
 * database has to travel `alone`; the others share a message with the pivots of other sagas. Default: alone.
 */
export type Pivot<I, R, A extends StepRef> = Omit<Common<I, R, A>, "when"> & {
  verify: VerifyRef;
  alone?: (context: StepContext<I, R>) => boolean;
  /**
   * Somebody may learn the outcome before the saga asks for it again: this signal makes it ask at once. What the signal says is not believed:
   * the outcome is what `verify` answers.
   */
  signal?: string;
  /** A pivot is never left out: whether it was reached decides what may still be undone. */
  when?: never;
};
/** A step after the pivot: it is repeated until it is done. */
export type Retriable<I, R, A extends StepRef> = Common<I, R, A>;

export interface SagaBuilder<I, R> extends SagaDefinition<I, R> {
  step<N extends string, A extends StepRef>(name: N, step: Compensable<I, R, A>): SagaBuilder<I, R & Record<N, ResultOf<A>>>;
  parallel<M extends Record<string, StepRef>>(steps: { [N in keyof M]: Compensable<I, R, M[N]> }): SagaBuilder<
    I,
    R & { [N in keyof M]?: ResultOf<M[N]> }
  >;
  /**
   * Waits for a signal, which may also come before: the result is its payload. The saga's deadline counts meanwhile. What can't be undone any
   * more can't be called off for a signal that doesn't come, so there is none after the pivot.
   */
  signal<N extends string, P = unknown>(name: N, signal: SignalWait<P>): SagaBuilder<I, R & Record<N, P>>;
  /** Waits. Before the pivot the saga's deadline counts meanwhile. */
  delay(name: string, duration: Duration): SagaBuilder<I, R>;
  pivot<N extends string, A extends StepRef>(name: N, step: Pivot<I, R, A>): SagaTail<I, R & Record<N, ResultOf<A>>>;
}

export interface SignalWait<P> {
  /** How long it is waited for, from when the saga comes to it. */
  within: Duration;
  /** The refusal `type` of a saga that was compensated because the signal did not come in time. Default `SIGNAL_TIMED_OUT`. */
  timedOut?: string;
  /** Checks the payload when the signal is sent, and gives the stage's result; throws when it isn't one. Default: taken as it is. */
  parse?: (payload: unknown) => P;
}

/** After the pivot there are retriable steps and delays only. */
export interface SagaTail<I, R> extends SagaDefinition<I, R> {
  retry<N extends string, A extends StepRef>(name: N, step: Retriable<I, R, A>): SagaTail<I, R & Record<N, ResultOf<A>>>;
  delay(name: string, duration: Duration): SagaTail<I, R>;
  /** Retriable steps that need nothing of each other, in parallel. */
  retryAll<M extends Record<string, StepRef>>(steps: { [N in keyof M]: Retriable<I, R, M[N]> }): SagaTail<
    I,
    R & { [N in keyof M]?: ResultOf<M[N]> }
  >;
}

export interface SagaOptions<I = unknown> {
  /**
   * An instance keeps the version that it was started with, and every version that may still have open ones stays bound. It is raised whenever
   * a log of the old one would be continued differently by the new: stages, waits, names, calls, undos, parameters and conditions. It stays
   * when only times change, or who may wake the saga: deadline, timeout, retry, `within`, a delay's length, a pivot's `signal`.
   */
  version: number;
  /** From the start until the pivot must have been reached. Default `2m`. */
  deadline?: Duration;
  timedOut?: string;
  /** The input as operators may see it: without secrets. Default: all of it. */
  shown?: (input: I) => unknown;
}

/** A saga that has reached its end, as the hosting service is told of it inside the transaction that ends the saga. */
export interface EndedSaga<I, R> {
  /** The business key. */
  id: string;
  input: I;
  results: R;
  /** Request id and trace that the saga was started with. */
  trace?: Record<string, string>;
}

/** What happens locally at a saga's end. Set-based: all sagas that end in one transaction. */
export interface SagaEnds<I, R> {
  /** May give something for each saga, in the same order, that who waits for its end in this process is told (`SagaResult.told`). */
  completed(ended: readonly EndedSaga<I, R>[], tx: Tx): Promise<readonly unknown[] | void>;
  compensated(ended: readonly (EndedSaga<I, Partial<R>> & { cause: Refusal })[], tx: Tx): Promise<void>;
}

export interface BoundSaga {
  definition: SagaDefinition<never, unknown>;
  ends: SagaEnds<never, never>;
}

/** Binds a definition to the service that hosts it. */
export function saga<I, R>(definition: SagaDefinition<I, R>, ends: SagaEnds<I, R>): BoundSaga {
  return { definition: definition as SagaDefinition<never, unknown>, ends: ends as unknown as SagaEnds<never, never> };
}

/** Begins the definition of a saga, e.g. `defineSaga<PlaceOrder>("place-order", { version: 1 })`. */
export function defineSaga<I>(type: string, options: SagaOptions<I>): SagaBuilder<I, Record<never, never>> {
  const { version, deadline = "2m", timedOut = "SAGA_TIMED_OUT", shown } = options;
  const builder = new Builder({ type, version, deadlineMs: milliseconds(deadline), timedOut, shown, stages: [], waits: [] });
  return builder as unknown as SagaBuilder<I, Record<never, never>>;
}
