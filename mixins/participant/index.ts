import type { Context, Service, ServiceSchema } from "moleculer";

import { Step, type Host } from "./participant";
import { sweep } from "./sweep";
import type { ParticipantStep, StepCall, StepKey, VerifyCall } from "./types";

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
 * earlier process began and did not settle.
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
  return {
    [name]: {
      visibility: "public",
      async handler(this: Service, ctx: Context<{ calls: StepCall[] }>) {
        const step = stepOf(this, name);
        return { outcomes: await Promise.all(ctx.params.calls.map((call) => step.forward(call))) };
      },
    },
    ...(undo && {
      [undo]: {
        visibility: "public",
        async handler(this: Service, ctx: Context<{ calls: StepKey[] }>) {
          const step = stepOf(this, name);
          return { outcomes: await Promise.all(ctx.params.calls.map((call) => step.undo(call))) };
        },
      },
    }),
    ...(verify && {
      [verify]: {
        visibility: "public",
        async handler(this: Service, ctx: Context<{ calls: VerifyCall[] }>) {
          const step = stepOf(this, name);
          return { answers: await Promise.all(ctx.params.calls.map((call) => step.verify(call))) };
        },
      },
    }),
  };
}
