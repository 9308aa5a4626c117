/** How a definition is put together, without its types: each call gives a new one, so that what is common can be built upon. */
import type { StepRef, UndoRef, VerifyRef } from "../action-ref";
import type { Retriable, Retry, SagaDefinition, SignalWait, StepDefinition, StepKind, WaitDefinition } from "./definition";
import { type Duration, milliseconds } from "./duration";

type Untyped = Retriable<never, never, StepRef> & { undo?: UndoRef; verify?: VerifyRef; signal?: string; alone?: unknown };

export class Builder implements SagaDefinition {
  readonly type: string;
  readonly version: number;
  readonly deadlineMs: number;
  readonly timedOut: string;
  readonly shown: SagaDefinition["shown"];
  readonly stages: readonly (readonly StepDefinition[])[];
  readonly waits: readonly WaitDefinition[];

  constructor(definition: SagaDefinition) {
    this.type = definition.type;
    this.version = definition.version;
    this.deadlineMs = definition.deadlineMs;
    this.timedOut = definition.timedOut;
    this.shown = definition.shown;
    this.stages = definition.stages;
    this.waits = definition.waits;
  }

  step(name: string, step: Untyped) {
    return this.#stage([untyped(name, "compensable", step)]);
  }

  parallel(steps: Record<string, Untyped>) {
    return this.#stage(stageOf("compensable", steps));
  }

  signal(name: string, { within, timedOut = "SIGNAL_TIMED_OUT", parse = (payload) => payload }: SignalWait<unknown>) {
    return this.#wait({ name, kind: "signal", ms: milliseconds(within), timedOut, parse });
  }

  delay(name: string, duration: Duration) {
    return this.#wait({ name, kind: "delay", ms: milliseconds(duration), timedOut: this.timedOut, parse: (payload) => payload });
  }

  pivot(name: string, step: Untyped) {
    return this.#stage([untyped(name, "pivot", step)]);
  }

  retry(name: string, step: Untyped) {
    return this.#stage([untyped(name, "retriable", step)]);
  }

  retryAll(steps: Record<string, Untyped>) {
    return this.#stage(stageOf("retriable", steps));
  }

  #stage(stage: readonly StepDefinition[]): Builder {
    this.#mustBeNew(stage.flatMap(({ name, signal }) => (signal === undefined ? name : [name, signal])));
    return new Builder({ ...this.#parts(), stages: [...this.stages, stage] });
  }

  #wait(wait: Omit<WaitDefinition, "before">): Builder {
    this.#mustBeNew([wait.name]);
    const waits = [...this.waits, { ...wait, before: this.stages.length }];
    const waited = waits.reduce((sum, { ms }) => sum + ms, 0);
    if (!this.stages.flat().some(({ kind }) => kind === "pivot") && waited >= this.deadlineMs) {
      throw new Error(`saga ${this.type} may wait for ${waited} ms before its pivot, and its deadline is ${this.deadlineMs} ms`);
    }
    return new Builder({ ...this.#parts(), waits });
  }

  #parts(): SagaDefinition {
    const { type, version, deadlineMs, timedOut, shown, stages, waits } = this;
    return { type, version, deadlineMs, timedOut, shown, stages, waits };
  }

  /** Results, signals and the log go by the names of steps and waits. */
  #mustBeNew(names: readonly string[]): void {
    const taken = new Set([...this.stages.flat().flatMap(({ name, signal }) => [name, signal]), ...this.waits.map(({ name }) => name)]);
    for (const name of names) if (taken.has(name)) throw new Error(`saga ${this.type} has two steps called ${name}`);
  }
}

function stageOf(kind: StepKind, steps: Record<string, Untyped>): StepDefinition[] {
  return Object.entries(steps).map(([name, step]) => untyped(name, kind, step));
}

function untyped(name: string, kind: StepKind, step: Untyped): StepDefinition {
  return {
    name,
    kind,
    call: step.call.name,
    ...(step.undo && { undo: step.undo.name }),
    ...(step.verify && { verify: step.verify.name }),
    ...(step.timeout && { timeoutMs: milliseconds(step.timeout) }),
    ...(step.retry && { retry: retryOf(step.retry) }),
    ...(step.signal !== undefined && { signal: step.signal }),
    ...(step.call.parseResult && { parseResult: step.call.parseResult }),
    alone: (step.alone as StepDefinition["alone"] | undefined) ?? (() => kind === "pivot"),
    when: (step.when as StepDefinition["when"] | undefined) ?? (() => true),
    params: step.with as unknown as StepDefinition["params"],
  };
}

/** Repetitions are made within a run; what is to be asked again later than that is released, and a `.delay` is what persists. */
const longestPauseMs = 10_000;

function retryOf({ times, base, cap }: Retry): StepDefinition["retry"] {
  const [baseMs, capMs] = [base, cap].map((duration) => duration && milliseconds(duration));
  if (Math.max(baseMs ?? 0, capMs ?? 0) > longestPauseMs)
    throw new Error(`a step is repeated within ${longestPauseMs} ms, not ${base} and ${cap}`);
  return { ...(times !== undefined && { times }), ...(baseMs !== undefined && { baseMs }), ...(capMs !== undefined && { capMs }) };
}
