/**
 * Asks participants until they say something final, or it is time to stop asking. Technical errors, and only they, are repeated; what a
 * participant refuses is final. Everything that is heard is learnt at once and kept for the log.
 */
import { SAGA_STEP_SEALED, type StepAnswer, type StepKey, type VerifyAnswer } from "../participant/types";
import type { SagaDefinition, StepDefinition } from "./definition";
import type { Instance } from "./instance";
import { isResult, learn, type CallPhase, type Entry } from "./knowledge";
import { contextOf, isCommitted } from "./plan";
import { jitter } from "./timings";
import type { RunContext } from "./run";

type Said = Pick<Entry, "detail"> & { outcome: Exclude<Entry["outcome"], "begun"> };
type Question = { phase: CallPhase; said: Promise<Said> };

export class Steps {
  /** What was heard and is not in the log yet. */
  readonly unlogged: Entry[] = [];

  constructor(
    private readonly context: RunContext,
    private readonly definition: SagaDefinition,
    private readonly saga: Instance,
  ) {}

  /** Learns what no participant has said, and keeps it for the log. */
  note(entry: Entry): void {
    learn(this.saga.known, entry);
    this.unlogged.push(entry);
  }

  /** The deadline has passed. */
  get late(): boolean {
    return this.context.time.now() >= this.saga.deadlineAt;
  }

  /** False when the step stays unanswered and has to be asked again another time. */
  async call(step: StepDefinition): Promise<boolean> {
    this.saga.known.called.add(step.name);
    if (step.kind === "pivot") return this.#callPivot(step);
    if (step.kind === "retriable" || isCommitted(this.definition, this.saga.known)) return this.#repeat(step, () => this.#insist(step));
    await this.#callCompensable(step);
    return true;
  }

  seal(step: StepDefinition): Promise<boolean> {
    return this.#repeat(step, () => this.#verify(step, true));
  }

  undo(step: StepDefinition): Promise<boolean> {
    return this.#repeat(step, () => this.#undo(step));
  }

  /** Stops asking when the saga can't succeed any more; that the step was given up is knowledge too. */
  async #callCompensable(step: StepDefinition): Promise<void> {
    const { known } = this.saga;
    /** The saga can't succeed any more, whatever this step comes to: its time is over, or a step was refused. */
    const hopeless = () => this.late || Object.keys(known.refusals).length > 0;
    const answered = await this.#repeat(step, () => this.#forward(step), {
      goesOn: (last) => !hopeless() && !isSealed(last.detail),
      until: this.saga.deadlineAt,
    });
    if (!answered && !hopeless()) known.spent.add(step.name);
  }

  /**
   * A call of unknown outcome may have been done: it is asked for, and made again only when the participant has never seen it. So does an
   * owner who knows from the log that the outcome is waited for.
   */
  #callPivot(step: StepDefinition): Promise<boolean> {
    const awaited = step.name in this.saga.known.begun;
    const asks = (last: Entry | undefined) => (last ? last.detail !== absent : awaited);
    return this.#repeat(step, (last) => (asks(last) ? this.#verify(step, false) : this.#forward(step)));
  }

  #forward(step: StepDefinition): Question {
    return { phase: "forward", said: this.#answerTo(step).then((answer) => saidBy(answer, step)) };
  }

  /** A step that can't be refused any more: a refusal is a fault, and the step is asked again. */
  #insist(step: StepDefinition): Question {
    const said = this.#answerTo(step).then((answer): Said => (answer.ok ? saidBy(answer, step) : { outcome: "failed", detail: answer }));
    return { phase: "forward", said };
  }

  async #answerTo(step: StepDefinition): Promise<StepAnswer> {
    const context = contextOf(this.saga.known);
    return this.context.participants.forward(step, { ...this.#addressed(step), params: step.params(context) }, step.alone(context));
  }

  #verify(step: StepDefinition, seal: boolean): Question {
    return {
      phase: seal ? "seal" : "verify",
      said: this.context.participants.verify(step, { ...this.#addressed(step), seal }).then(saidByVerify),
    };
  }

  #undo(step: StepDefinition): Question {
    const said = this.context.participants
      .undo(step, this.#addressed(step))
      .then((answer): Said => (answer.ok ? { outcome: "done" } : { outcome: "failed", detail: answer }));
    return { phase: "undo", said };
  }

  #addressed(step: StepDefinition): StepKey & { trace?: Record<string, string> } {
    const { type, id, trace } = this.saga;
    return { saga: type, id, step: step.name, ...(trace && { trace }) };
  }

  async #repeat(step: StepDefinition, ask: (last?: Entry) => Question, { goesOn, until } = forEver): Promise<boolean> {
    const { stopping, timings, time, random } = this.context;
    const { times = timings.retries, baseMs = timings.retryBaseMs, capMs = timings.retryCapMs } = step.retry ?? {};
    let last: Entry | undefined;
    for (let attempt = 1; ; attempt++) {
      last = await this.#hear(step, attempt, ask(last));
      if (isResult(last)) return true;
      if (attempt > times || !goesOn(last)) return false;
      await time.pause(Math.min(jitter(attempt - 1, baseMs, capMs, random), until - time.now()), stopping);
      if (stopping.aborted || !goesOn(last)) return false;
    }
  }

  async #hear(step: StepDefinition, attempt: number, { phase, said }: Question): Promise<Entry> {
    const { time, onStep } = this.context;
    const begun = performance.now();
    const { outcome, detail } = await said.catch(saidByError);
    const ms = Math.round(performance.now() - begun);
    const entry: Entry = { step: step.name, phase, outcome, detail, attempt, ms, at: time.now() };
    this.note(entry);
    onStep({ type: this.saga.type, id: this.saga.id, step: step.name, phase, outcome, ms, attempt });
    return entry;
  }
}

/** How long a step is asked. */
interface Patience {
  goesOn(last: Entry): boolean;
  /** No pause is longer, ms since the epoch. */
  until: number;
}

const forEver: Patience = { goesOn: () => true, until: Infinity };

/** The participant has never seen the step. */
const absent = { state: "absent" } as const;

const isSealed = (detail: unknown): boolean => (detail as { type?: unknown } | undefined)?.type === SAGA_STEP_SEALED;

function saidBy(answer: StepAnswer, step: StepDefinition): Said {
  if (answer.ok) return { outcome: "done", detail: answer.result };
  if ("failed" in answer) return { outcome: "failed", detail: answer };
  if (!isSealed(answer)) return { outcome: "refused", detail: answer };
  // A tombstone is nobody's refusal. A pivot that meets one never happens; a compensable step that does belongs to somebody else by now.
  return { outcome: step.kind === "pivot" ? "sealed" : "failed", detail: answer };
}

function saidByVerify(answer: VerifyAnswer): Said {
  switch (answer.state) {
    case "done":
      return { outcome: "done", detail: answer.result };
    case "refused":
      return { outcome: "refused", detail: answer.refusal };
    case "sealed":
      return { outcome: "sealed" };
    case "absent":
      return { outcome: "unknown", detail: absent };
    case "unknown":
      return { outcome: "unknown" };
  }
}

/** Whatever is thrown is technical. */
function saidByError(error: unknown): Said {
  if (!(error instanceof Error)) return { outcome: "failed", detail: { type: "Error", detail: String(error) } };
  const { type } = error as { type?: unknown };
  return { outcome: "failed", detail: { type: typeof type === "string" ? type : error.name, detail: error.message } };
}
