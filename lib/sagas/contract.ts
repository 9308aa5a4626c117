/** The actions that a service has because it hosts sagas: what operators see of them and do to them. */
import { z } from "zod";

import { action, contract } from "../contract";
import { id, text, time } from "../schemas";

/** States as operators see them. */
export const sagaState = z.enum(["RUNNING", "WAITING", "COMPENSATING", "COMPLETED", "COMPENSATED", "PARKED"]).meta({ id: "SagaState" });

const name = z.string().meta({ examples: ["pay"] });

/** A saga as a line of a list. Times are ISO 8601 here and below. */
export const sagaView = z
  .strictObject({
    type: z.string().meta({ examples: ["place-order"] }),
    id: z.string().meta({ description: "Its business key", examples: ["0198c2f1-2b40-7f11-8a52-6c0d9e8f7a61"] }),
    version: z.int().meta({ description: "Of the definition that it runs by" }),
    state: sagaState,
    cause: z.strictObject({ code: z.string(), detail: z.string().optional() }).optional().meta({ description: "Why it is or was undone" }),
    waitsFor: z.strictObject({ kind: z.enum(["signal", "delay", "outcome"]), name, until: time }).optional(),
    owner: z.string().optional().meta({ description: "The process that runs it" }),
    epoch: z.int().meta({ description: "How often it has changed hands, and one" }),
    recoveries: z.int().meta({ description: "How often owners have died of it in a row" }),
    nextAt: time.optional().meta({ description: "When it is claimed again" }),
    deadlineAt: time,
    createdAt: time,
    updatedAt: time,
  })
  .meta({ id: "Saga" });

/** What an operator did. Numbers rise within one host. */
export const sagaAuditEntry = z
  .strictObject({
    number: z.int(),
    type: sagaView.shape.type,
    id: sagaView.shape.id,
    action: z.enum(["retry", "skip", "compensate"]),
    step: name.optional(),
    who: z.string().meta({ description: "The id of the member of staff, or the name that he gave" }),
    why: z.string(),
    stateBefore: sagaState,
    detail: z.unknown().optional().meta({ description: "The result that was given to a step" }),
    at: time,
  })
  .meta({ id: "SagaAuditEntry" });

const trailEntry = z
  .strictObject({
    epoch: z.int(),
    step: name.optional().meta({ description: "None where an operator's instruction is about all of the saga" }),
    phase: z.enum(["forward", "undo", "verify", "seal", "signal", "delay", "operator"]),
    outcome: z.enum(["done", "refused", "failed", "unknown", "sealed", "begun"]),
    attempt: z.int(),
    ms: z.int().meta({ description: "How long it took" }),
    at: time.meta({ description: "When it ended" }),
    detail: z.unknown().optional().meta({ description: "The result, the refusal, what went wrong, or the instruction" }),
  })
  .meta({ id: "SagaTrailEntry" });

/** A saga with all that its log has. */
export const sagaDetails = sagaView
  .extend({
    input: z.unknown().optional().meta({ description: "Without secrets; none where the code of that version is not loaded" }),
    undo: z.array(name).optional().meta({ description: "The steps to undo, once that is decided" }),
    requestId: z.string().optional().meta({ description: "Of the request that started it" }),
    trail: z.array(trailEntry).meta({ description: "In the order in which it was written; a saga that runs writes behind" }),
    signals: z.array(z.strictObject({ name, payload: z.unknown().optional(), at: time })),
    audit: z.array(sagaAuditEntry).meta({ description: "What operators did to it, the newest first" }),
  })
  .meta({ id: "SagaDetails" });

const limit = z.int().min(1).max(101).default(20);
/** Names a saga. */
export const sagaKey = { type: id.meta({ examples: ["place-order"] }), id };
/** The reason that an operator gives, for the audit. */
export const why = text(500).meta({ examples: ["The provider is back"] });
/** What is said of a step that was done by hand. */
export const byHand = {
  step: text(64).meta({ examples: ["pay"] }),
  result: z.record(z.string(), z.unknown()).optional().meta({ description: "What the step would have answered; nothing for an undo" }),
};
const instruction = { ...sagaKey, who: text(100), why };

/** Why an instruction is not carried out. */
export const refusals = {
  retry: ["SAGA_NOT_FOUND", "SAGA_NOT_PARKED", "IDEMPOTENCY_KEY_REUSED"],
  skip: [
    ...["SAGA_NOT_FOUND", "SAGA_STEP_NOT_FOUND", "SAGA_NOT_PARKED", "SAGA_STEP_NOT_SKIPPABLE"],
    ...["SAGA_RESULT_INVALID", "IDEMPOTENCY_KEY_REUSED"],
  ],
  compensate: ["SAGA_NOT_FOUND", "SAGA_NOT_PARKED", "SAGA_COMPENSATING", "SAGA_PIVOT_DONE", "IDEMPOTENCY_KEY_REUSED"],
} as const;

/** The actions of every host. Lists have at most `limit` rows; the next page begins behind the last row of the one before. */
export const sagaActions = {
  sagaList: action({
    params: z.strictObject({
      type: id.optional(),
      state: sagaState.optional(),
      limit,
      /** The last one of the page before. */
      after: z.strictObject({ createdAt: time, type: id, id }).optional(),
    }),
    result: z.array(sagaView),
  }),
  sagaShow: action({ params: z.strictObject(sagaKey), result: sagaDetails, refuses: ["SAGA_NOT_FOUND"] }),
  sagaRetry: action({ params: z.strictObject(instruction), result: sagaView, refuses: refusals.retry, idempotencyKey: "optional" }),
  sagaSkip: action({
    params: z.strictObject({ ...instruction, ...byHand }),
    result: sagaView,
    refuses: refusals.skip,
    idempotencyKey: "optional",
  }),
  sagaCompensate: action({
    params: z.strictObject(instruction),
    result: sagaView,
    refuses: refusals.compensate,
    idempotencyKey: "optional",
  }),
  sagaAudit: action({
    params: z.strictObject({
      type: id.optional(),
      id: id.optional(),
      limit,
      /** The last one of the page before. */
      before: z.strictObject({ at: time, type: id, number: z.int() }).optional(),
    }),
    result: z.array(sagaAuditEntry),
  }),
};

/** The references to these actions of one service. */
export const sagaHost = <N extends string>(service: N) => contract(service, { actions: sagaActions });

/** One service that hosts sagas, as its callers know it. */
export type SagaHost = ReturnType<typeof sagaHost>;
