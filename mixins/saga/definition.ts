import type { ParamsOf, ResultOf, StepRef, UndoRef, VerifyRef } from "../action-ref";
import type { Tx } from "../database/types";
import type { Refusal } from "../outcome";

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
  /** The call travels alone, because its answer may take long and must not hold back those of its neighbours. */
  alone(context: StepContext<unknown, Record<string, unknown>>): boolean;
  when(context: StepContext<unknown, Record<string, unknown>>): boolean;
  params(context: StepContext<unknown, Record<string, unknown>>): unknown;
}

/** A saga as data: stages run one after the other, the steps of one stage in parallel. */
export interface SagaDefinition<I = never, R = unknown> {
  readonly type: string;
  readonly version: number;
  readonly deadlineMs: number;
  /** The refusal `type` of a saga that was compensated because its deadline passed. */
  readonly timedOut: string;
  readonly stages: readonly (readonly StepDefinition[])[];
  readonly [io]?: { input: (input: I) => void; results: R };
}

declare const io: unique symbol;

export type InputOf<S> = S extends SagaDefinition<infer I, unknown> ? I : never;
export type ResultsOf<S> = S extends SagaDefinition<never, infer R> ? R : never;

type Duration = `${number}ms` | `${number}s` | `${number}m`;

interface Common<I, R, A> {
  call: A;
  /** The step's parameters, a pure function of the input and earlier results. */
  with: (context: StepContext<I, R>) => ParamsOf<A>;
  /** Leaves the step out when false. Pure, like `with`. */
  when?: (context: StepContext<I, R>) => boolean;
  /** How long one call may take. Default: the engine's. */
  timeout?: Duration;
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
  pivot<N extends string, A extends StepRef>(name: N, step: Pivot<I, R, A>): SagaTail<I, R & Record<N, ResultOf<A>>>;
}

/** After the pivot there are retriable steps only. */
export interface SagaTail<I, R> extends SagaDefinition<I, R> {
  retry<N extends string, A extends StepRef>(name: N, step: Retriable<I, R, A>): SagaTail<I, R & Record<N, ResultOf<A>>>;
  /** Retriable steps that need nothing of each other, in parallel. */
  retryAll<M extends Record<string, StepRef>>(steps: { [N in keyof M]: Retriable<I, R, M[N]> }): SagaTail<
    I,
    R & { [N in keyof M]?: ResultOf<M[N]> }
  >;
}

export interface SagaOptions {
  /** Raised whenever stages, names, parameters or calls change; an instance keeps the version that it was started with. */
  version: number;
  /** From the start until the pivot must have been reached. Default `2m`. */
  deadline?: Duration;
  timedOut?: string;
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
  completed(ended: readonly EndedSaga<I, R>[], tx: Tx): Promise<void>;
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

const units = { ms: 1, s: 1000, m: 60_000 } as const;

function milliseconds(duration: Duration): number {
  const match = /^(\d+)(ms|s|m)$/.exec(duration);
  if (!match) throw new Error(`not a duration: ${duration}`);
  return Number(match[1]) * units[match[2] as keyof typeof units];
}

type Untyped = Common<never, never, StepRef> & { undo?: UndoRef; verify?: VerifyRef; alone?: unknown };

function untyped(name: string, kind: StepKind, step: Untyped): StepDefinition {
  return {
    name,
    kind,
    call: step.call.name,
    ...(step.undo && { undo: step.undo.name }),
    ...(step.verify && { verify: step.verify.name }),
    ...(step.timeout && { timeoutMs: milliseconds(step.timeout) }),
    alone: (step.alone as StepDefinition["alone"] | undefined) ?? (() => kind === "pivot"),
    when: (step.when as StepDefinition["when"] | undefined) ?? (() => true),
    params: step.with as unknown as StepDefinition["params"],
  };
}

class Builder implements SagaDefinition {
  constructor(
    readonly type: string,
    readonly version: number,
    readonly deadlineMs: number,
    readonly timedOut: string,
    readonly stages: readonly (readonly StepDefinition[])[],
  ) {}

  private with(stage: StepDefinition[]): Builder {
    const known = new Set(this.stages.flat().map((step) => step.name));
    for (const { name } of stage) if (known.has(name)) throw new Error(`saga ${this.type} has two steps called ${name}`);
    return new Builder(this.type, this.version, this.deadlineMs, this.timedOut, [...this.stages, stage]);
  }

  step(name: string, step: Untyped) {
    return this.with([untyped(name, "compensable", step)]);
  }

  parallel(steps: Record<string, Untyped>) {
    return this.with(stageOf("compensable", steps));
  }

  pivot(name: string, step: Untyped) {
    return this.with([untyped(name, "pivot", step)]);
  }

  retry(name: string, step: Untyped) {
    return this.with([untyped(name, "retriable", step)]);
  }

  retryAll(steps: Record<string, Untyped>) {
    return this.with(stageOf("retriable", steps));
  }
}

function stageOf(kind: StepKind, steps: Record<string, Untyped>): StepDefinition[] {
  return Object.entries(steps).map(([name, step]) => untyped(name, kind, step));
}

/** Begins the definition of a saga, e.g. `defineSaga<PlaceOrder>("place-order", { version: 1 })`. */
export function defineSaga<I>(type: string, options: SagaOptions): SagaBuilder<I, Record<never, never>> {
  const { version, deadline = "2m", timedOut = "SAGA_TIMED_OUT" } = options;
  return new Builder(type, version, milliseconds(deadline), timedOut, []) as unknown as SagaBuilder<I, Record<never, never>>;
}
