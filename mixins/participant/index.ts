import type { Context, Service, ServiceSchema } from "moleculer";

import { inSpan } from "../tracing";
import { Step, type Host } from "./participant";
import { sweep } from "./sweep";
import type { ParticipantStep, StepCall, Traced, VerifyCall } from "./types";

export { createBarrierTable } from "./barrier";
export { SAGA_STEP_SEALED, SAGA_STEP_UNKNOWN } from "./types";
export type {
  Begun,
  Failure,
  OutsideStepHandler,
  ParticipantStep,
  Performed,
  StepAnswer,
  StepCall,
  StepHandler,
  StepKey,
  VerifyAnswer,
  VerifyCall,
} from "./types";

type Actions = NonNullable<ServiceSchema["actions"]>;

/**
 * Lets sagas call a service. For each step it adds the actions
 * - forward: `{ calls: StepCall[] }` → `{ outcomes: StepAnswer[] }`,
 * - undo: `{ calls: StepKey[] }` → `{ outcomes: StepAnswer[] }`,
 * - verify: `{ calls: VerifyCall[] }` → `{ answers: VerifyAnswer[] }`.
 *
 * Needs the database mixin before it and `createBarrierTable` in a migration. At start it asks the outside for every step that an
 * earlier process began and did not settle. With tracing each call has a span in the trace that it carries; the message, which may bring calls of
 * many traces, has none.
 */
export function participantMixin(steps: readonly ParticipantStep[]): Partial<ServiceSchema> {
  const running = new WeakMap<Service, { steps: Map<string, Step>; stop: () => Promise<void> }>();
  const stepOf = (service: Service, name: string): Step => {
    const step = running.get(service)?.steps.get(name);
    if (!step) throw new Error(`${name} is not ready: its service has not started`);
    return step;
  };
  return {
    actions: Object.assign({}, ...steps.map((step) => actionsOf(step, stepOf))) as Actions,
    started(this: Service) {
      const host = this as Host;
      const mine = new Map(steps.map((step) => [step.name, new Step(step, host)]));
      running.set(this, { steps: mine, stop: sweep(host.db, mine, this.logger) });
    },
    async stopped(this: Service) {
      await running.get(this)?.stop();
      running.delete(this);
    },
  };
}

function actionsOf({ name, undo, verify }: ParticipantStep, stepOf: (service: Service, name: string) => Step): Actions {
  const action = <C extends Traced, A extends object>(
    own: string,
    key: "outcomes" | "answers",
    ask: (step: Step, call: C) => Promise<A>,
  ) => ({
    [own]: {
      visibility: "public" as const,
      tracing: false,
      async handler(this: Service, ctx: Context<{ calls: C[] }>) {
        const step = stepOf(this, name);
        const shown = { name: `${this.name}.${own}`, type: "action", service: this.name };
        const asked = ctx.params.calls.map((call) => inSpan(this.broker, shown, call, (one) => ask(step, one), told));
        return { [key]: await Promise.all(asked) };
      },
    },
  });
  return {
    ...action(name, "outcomes", (step, call: StepCall) => step.forward(call)),
    ...(undo && action(undo, "outcomes", (step, key: Traced) => step.undo(key))),
    ...(verify && action(verify, "answers", (step, call: VerifyCall) => step.verify(call))),
  };
}

/** What a span shows of an answer: that it is one, or why not. */
function told(answer: object): Record<string, unknown> {
  const { ok, type, state } = answer as { ok?: boolean; type?: string; state?: string };
  return { outcome: state ?? (ok ? "done" : type) };
}
