import type { BatchCaller, RemoteCall } from "../batch-call";
import { createBatchCaller } from "../batch-call";
import type { StepAnswer, StepCall, StepKey, VerifyAnswer, VerifyCall } from "../participant/types";
import type { StepDefinition } from "./definition";

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
  ) {
    this.#together = createBatchCaller(call);
  }

  forward(step: StepDefinition, call: StepCall, alone: boolean): Promise<StepAnswer> {
    return alone ? this.#alone(step, step.call, call) : this.#together(step.call, call, { timeoutMs: step.timeoutMs ?? this.timeoutMs });
  }

  async undo(step: StepDefinition, key: StepKey): Promise<StepAnswer> {
    return this.#together(named(step, "undo"), key, { timeoutMs: step.timeoutMs ?? this.timeoutMs });
  }

  async verify(step: StepDefinition, call: VerifyCall): Promise<VerifyAnswer> {
    return this.#alone(step, named(step, "verify"), call);
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
