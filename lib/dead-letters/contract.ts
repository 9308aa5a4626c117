/** The actions that a service has because it consumes events: what operators see of those that it could not apply, and do to them. */
import { z } from "zod";

import { action, contract } from "../contract";
import { id, text, time } from "../schemas";

/** OPEN: nobody has seen to it yet. */
export const deadLetterState = z.enum(["OPEN", "REPLAYED", "DISCARDED"]).meta({ id: "DeadLetterState" });

const service = z.string().meta({ description: "The consumer", examples: ["product"] });
const letterId = z.string().meta({ examples: ["dl_9b1c2d3e4f506172839405162738495a"] });
const eventId = z.string().optional().meta({ description: "None when it is no event" });
const type = z
  .string()
  .optional()
  .meta({ description: "Of the event", examples: ["order.completed"] });
/** Where a letter stood when it died. */
const place = { topic: z.string(), partition: z.int(), offset: z.int() };

/** A dead letter as a line of a list. Times are ISO 8601 here and below. */
export const deadLetterView = z
  .strictObject({
    ...{ service, id: letterId, ...place, key: z.string(), eventId, type },
    state: deadLetterState,
    error: z.string().meta({ description: "Why it could not be applied, the last time that it was tried" }),
    tries: z.int().meta({ description: "Replays that failed" }),
    diedAt: time,
    closedAt: time.optional(),
  })
  .meta({ id: "DeadLetter" });

/** What an operator did. Numbers rise within one service. */
export const deadLetterAuditEntry = z
  .strictObject({
    ...{ number: z.int(), service, letter: letterId, topic: z.string(), eventId, type },
    action: z.enum(["replay", "discard"]),
    outcome: z.enum(["APPLIED", "ALREADY_APPLIED", "FAILED", "DISCARDED"]),
    who: z.string().meta({ description: "The id of the member of staff, or the name that he gave" }),
    why: z.string(),
    detail: z.string().optional().meta({ description: "The error of a replay that failed" }),
    at: time,
  })
  .meta({ id: "DeadLetterAuditEntry" });

/** A dead letter with all that came with it. */
export const deadLetterDetails = deadLetterView
  .extend({
    headers: z.record(z.string(), z.string()),
    payload: z.string().meta({ description: "As it came: JSON, or what should have been" }),
    audit: z.array(deadLetterAuditEntry).meta({ description: "What operators did to it, the newest first" }),
  })
  .meta({ id: "DeadLetterDetails" });

/** What came of a replay, or would come of it. */
export const replayView = z
  .strictObject({
    id: letterId,
    verdict: z.enum(["APPLIED", "ALREADY_APPLIED", "FAILED", "BEHIND", "NOT_REPLAYABLE", "CLOSED", "NOT_FOUND"]).meta({
      description: "BEHIND: an earlier letter of its key is OPEN. NOT_REPLAYABLE: no event, or none that it has a handler for",
    }),
    detail: z.string().optional().meta({ description: "The error, or what stands in its way" }),
  })
  .meta({ id: "Replay" });

const limit = z.int().min(1).max(101).default(20);
const why = text(500).meta({ examples: ["The handler was mended"] });
/** Nothing that a dry run does stays. */
const dryRun = z.boolean().default(false).meta({ description: "Only tells what would come of it" });

/** Which letters, as operators say it. */
export const letterFilter = { state: deadLetterState.optional(), type: id.optional() };
/** What an operator says beside the letter's id. */
export const instruction = { id, why };
/** The same of a replay. */
export const replayOne = { ...instruction, dryRun };
/** Of a replay of many. `limit`: letters in one step. */
export const replayMany = { type: id.optional(), why, dryRun, limit: z.int().min(1).max(100).default(100) };
const who = { who: text(100) };

/** Why an instruction is not carried out. */
export const refusals = {
  replay: [
    ...["DEAD_LETTER_NOT_FOUND", "DEAD_LETTER_CLOSED", "DEAD_LETTER_BEHIND", "DEAD_LETTER_FAILED"],
    ...["DEAD_LETTER_NOT_REPLAYABLE", "IDEMPOTENCY_KEY_REUSED"],
  ],
  replayAll: ["IDEMPOTENCY_KEY_REUSED"],
  discard: ["DEAD_LETTER_NOT_FOUND", "DEAD_LETTER_CLOSED", "IDEMPOTENCY_KEY_REUSED"],
} as const;

/** The actions of every consumer. Lists have at most `limit` rows; the next page begins behind the last row of the one before. */
export const deadLetterActions = {
  deadLetterList: action({
    params: z.strictObject({ ...letterFilter, limit, after: z.strictObject({ diedAt: time, id }).optional() }),
    result: z.array(deadLetterView),
  }),
  deadLetterShow: action({ params: z.strictObject({ id }), result: deadLetterDetails, refuses: ["DEAD_LETTER_NOT_FOUND"] }),
  deadLetterReplay: action({
    params: z.strictObject({ ...replayOne, ...who }),
    result: replayView,
    refuses: refusals.replay,
    idempotencyKey: "optional",
    waits: true,
  }),
  deadLetterReplayAll: action({
    params: z.strictObject({ ...replayMany, ...who, after: z.strictObject(place).optional() }),
    result: z.strictObject({ replays: z.array(replayView), next: z.strictObject(place).optional() }),
    refuses: refusals.replayAll,
    idempotencyKey: "optional",
    waits: true,
  }),
  deadLetterDiscard: action({
    params: z.strictObject({ ...instruction, ...who }),
    result: deadLetterView,
    refuses: refusals.discard,
    idempotencyKey: "optional",
    waits: true,
  }),
  deadLetterAudit: action({
    params: z.strictObject({ letter: id.optional(), limit, before: z.strictObject({ at: time, number: z.int() }).optional() }),
    result: z.array(deadLetterAuditEntry),
  }),
};

/** The references to these actions of one service. */
export const consumerOf = <N extends string>(service: N) => contract(service, { actions: deadLetterActions });

/** One service that consumes events, as operators know it. */
export type ConsumerHost = ReturnType<typeof consumerOf>;
