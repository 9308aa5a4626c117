import type { BatchCaller, RemoteCall } from "../batch-call";
import { createBatchCaller } from "../batch-call";
import type { SpanOf, Trace } from "../tracing";
import type { StepAnswer, StepCall, StepKey, Traced, VerifyAnswer, VerifyCall } from "../participant/types";
import type { StepDefinition } from "./definition";

/** Makes a call within a span: of each call its own, whatever message it shares. The call carries the span on. */
export type SpannedCall = <C extends { trace?: Trace }, A>(
  span: Omit<SpanOf, "service">,
  call: C,
  make: (call: C) => Promise<A>,
) => Promise<A>;

const unspanned: SpannedCall = (_span, call, make) => make(call);

const spanOf = ({ saga, id, step }: StepKey, action: string): Omit<SpanOf, "service"> => ({
  name: `${saga} ${step}: ${action}`,
  type: "saga-step",
  tags: { saga, id, step },
});

/**
 * How the engine reaches participants. Calls to one action in one turn of the event loop travel as one message. What may wait for
 * something outside of the participant's database travels alone, so that nobody's answer waits for a stranger's: the pivots that their
 * definition says so of, and every verify.
 */
export class Participants {
  readonly #together: BatchCaller;

  constructor(
    private readonly call: RemoteCall,
    private readonly timeoutMs: number,
    private readonly spanned: SpannedCall = unspanned,
  ) {
    this.#together = createBatchCaller(call);
  }

  forward(step: StepDefinition, call: StepCall, alone: boolean): Promise<StepAnswer> {
    return this.spanned(spanOf(call, step.call), call, (one) =>
      alone ? this.#alone(step, step.call, one) : this.#shared(step, step.call, one),
    );
  }

  async undo(step: StepDefinition, key: Traced): Promise<StepAnswer> {
    const action = named(step, "undo");
    return this.spanned(spanOf(key, action), key, (one) => this.#shared(step, action, one));
  }

  async verify(step: StepDefinition, call: VerifyCall): Promise<VerifyAnswer> {
    const action = named(step, "verify");
    return this.spanned(spanOf(call, action), call, (one) => this.#alone(step, action, one));
  }

  #shared(step: StepDefinition, action: string, call: Traced): Promise<StepAnswer> {
    return this.#together(action, call, { timeoutMs: step.timeoutMs ?? this.timeoutMs });
  }

  async #alone<A>(step: StepDefinition, action: string, call: object): Promise<A> {
    const timeoutMs = step.timeoutMs ?? this.timeoutMs;
    const answer = (await this.call(action, { calls: [call] }, { timeoutMs })) as { outcomes?: A[]; answers?: A[] } | undefined;
    const [only] = answer?.outcomes ?? answer?.answers ?? [];
    if (only === undefined) throw new Error(`${action} answered nothing`);
    return only;
  }
}

function named(step: StepDefinition, phase: "undo" | "verify"): string {
  const action = step[phase];
  if (action === undefined) throw new Error(`step ${step.name} has no ${phase}`);
  return action;
}
