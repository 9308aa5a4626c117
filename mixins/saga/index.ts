import type { Service, ServiceBroker, ServiceSchema } from "moleculer";

import type { RemoteCall } from "../batch-call";
import { cleanUpMixin } from "../clean-up";
import type { Database } from "../database/types";
import type { GroupCommit } from "../group-commit/types";
import { inSpan } from "../tracing";
import type { Time } from "../waiting";
import type { BoundSaga } from "./definition";
import { SagaEngine } from "./engine";
import { removeEnded } from "./retention";
import type { SagaTimings } from "./timings";
import type { SagaEndNotice, Sagas, SagaStepNotice } from "./types";

export { defineSaga, saga } from "./definition";
export { createSagaAuditTable, createSagaRetentionIndex, createSagaSignalTable, createSagaTables, isEnded } from "./tables";
export { refusal } from "./operations";
export { defaultTimings } from "./timings";
export type { BoundSaga, EndedSaga, InputOf, ResultsOf, SagaDefinition, SagaEnds } from "./definition";
export type {
  By,
  DoneByHand,
  SagaAuditEntry,
  SagaAuditFilter,
  SagaDetails,
  SagaFilter,
  SagaOperations,
  SagaTrailEntry,
} from "./operations";
export type { SagaTimings } from "./timings";
export type {
  SagaEndNotice,
  SagaResult,
  Sagas,
  SagaSignal,
  SagaStart,
  SagaState,
  SagaStatus,
  SagaStepNotice,
  SagaWait,
  SignalOutcome,
} from "./types";

export interface SagaMixinOptions {
  /** Every version of every saga that the service hosts and that may still have open instances. */
  sagas: readonly BoundSaga[];
  /** True where this process alone uses the database: all open sagas are claimed at start, without leases. */
  claimAtOnce(broker: ServiceBroker): boolean;
  /** Calls a participant. Default: `broker.call`, never within a request, so that no request's time limit cuts it. */
  call?(broker: ServiceBroker): RemoteCall;
  timings?: Partial<SagaTimings>;
  time?: Time;
  /** How long after its end a saga is kept. Default: 30 days. */
  keepEndedMs?: number;
}

const day = 24 * 3_600_000;
/** A saga takes some rows with it. */
const removedTogether = 200;

/**
 * Hosts sagas: gives the service `this.sagas` (from `started` on). Needs the database mixin before it, and in a
 * migration `createSagaTables`, `createSagaSignalTable`, `createSagaAuditTable` and `createSagaRetentionIndex`. Sagas that ended
 * `keepEndedMs` ago are removed. Emits `$saga.step` (`SagaStepNotice`) and `$saga.end` (`SagaEndNotice`) on the broker's local bus.
 */
export function sagaMixin({
  sagas,
  claimAtOnce,
  call = callOf,
  timings,
  time,
  keepEndedMs = 30 * day,
}: SagaMixinOptions): Partial<ServiceSchema> {
  const engines = new WeakMap<Service, SagaEngine>();
  const cleaning = { what: "ended sagas", remove: removeEnded, keepMs: keepEndedMs, batch: removedTogether };
  return {
    mixins: [cleanUpMixin({ ...cleaning, ...(time && { clock: time.now }) })],
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
        ...{ db, group, sagas, logger, timings, time },
        call: call(broker),
        spanned: (span, one, make) => inSpan(broker, { ...span, service: this.name }, one, make),
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
