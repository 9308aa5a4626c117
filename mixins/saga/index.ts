import type { Service, ServiceBroker, ServiceSchema } from "moleculer";

import type { RemoteCall } from "../batch-call";
import type { Database } from "../database/types";
import type { GroupCommit } from "../group-commit/types";
import type { BoundSaga } from "./definition";
import { SagaEngine } from "./engine";
import type { SagaTimings } from "./timings";
import type { SagaEndNotice, Sagas, SagaStepNotice } from "./types";

export { defineSaga, saga } from "./definition";
export { createSagaTables } from "./tables";
export { defaultTimings } from "./timings";
export type { BoundSaga, EndedSaga, InputOf, ResultsOf, SagaDefinition, SagaEnds } from "./definition";
export type { SagaTimings } from "./timings";
export type { SagaEndNotice, SagaResult, Sagas, SagaStart, SagaState, SagaStatus, SagaStepNotice } from "./types";

export interface SagaMixinOptions {
  /** Every version of every saga that the service hosts and that may still have open instances. */
  sagas: readonly BoundSaga[];
  /** True where this process alone uses the database: all open sagas are claimed at start, without leases. */
  claimAtOnce(broker: ServiceBroker): boolean;
  /** Calls a participant. Default: `broker.call`, never within a request, so that no request's time limit cuts it. */
  call?(broker: ServiceBroker): RemoteCall;
  timings?: Partial<SagaTimings>;
  clock?: () => number;
}

/**
 * Hosts sagas: gives the service `this.sagas` (from `started` on). Needs the database mixin before it and `createSagaTables` in a
 * migration. Emits `$saga.step` (`SagaStepNotice`) and `$saga.end` (`SagaEndNotice`) on the broker's local bus.
 */
export function sagaMixin({ sagas, claimAtOnce, call = callOf, timings, clock }: SagaMixinOptions): Partial<ServiceSchema> {
  const engines = new WeakMap<Service, SagaEngine>();
  return {
    async started(this: Service) {
      const { broker, logger } = this;
      const host = this as Service & { db: Database; group: GroupCommit; sagas: Sagas };
      const { db, group } = host;
      // Whoever listens must not break a saga.
      const tell = (event: string, notice: SagaStepNotice | SagaEndNotice) => {
        try {
          broker.localBus.emit(event, notice);
        } catch (error) {
          logger.error(`a listener of ${event} failed`, error);
        }
      };
      const engine = new SagaEngine({
        ...{ db, group, sagas, logger, timings, clock },
        call: call(broker),
        alone: claimAtOnce(broker),
        ready: () => actionsOf(sagas).every((action) => broker.registry.actions.isAvailable(action)),
        onStep: (notice) => tell("$saga.step", notice),
        onEnd: (notice) => tell("$saga.end", notice),
      });
      engines.set(this, engine);
      host.sagas = engine;
      await engine.open();
    },
    async stopped(this: Service) {
      await engines.get(this)?.stop();
      engines.delete(this);
    },
  };
}

/** The engine itself repeats what fails, so nothing below it does. */
function callOf(broker: ServiceBroker): RemoteCall {
  return (action, params, { timeoutMs }) => broker.call(action, params, { timeout: timeoutMs, retries: 0 });
}

/** Every action that the sagas call. */
function actionsOf(sagas: readonly BoundSaga[]): string[] {
  const steps = sagas.flatMap(({ definition }) => definition.stages.flat());
  return [...new Set(steps.flatMap(({ call, undo, verify }) => [call, undo, verify]).filter((name) => name !== undefined))];
}
