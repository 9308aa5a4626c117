/** The actions that a service has because it publishes events: what operators see of those that the bus doesn't take, and do to them. */
import { z } from "zod";

import { action, contract } from "../contract";
import { id, text, time } from "../schemas";

const topic = z.string().meta({ examples: ["commerce.order.v1"] });
const number = z.int().meta({ description: "Rises within the service" });

/** A key whose events are held. Times are ISO 8601 here and below. */
export const parkedKeyView = z
  .strictObject({
    ...{ number, topic, key: z.string() },
    eventId: z.string().meta({ description: "Of the first event, the one that the bus rejects" }),
    type: z
      .string()
      .optional()
      .meta({ examples: ["order.completed"] }),
    error: z.string().optional().meta({ description: "Why it was rejected" }),
    attempts: z.int(),
    events: z.int().meta({ description: "Events of the key that are held, the first one included" }),
    parkedAt: time.optional(),
    createdAt: time,
  })
  .meta({ id: "ParkedKey" });

/** What an operator did. Without a topic: to all keys. */
export const outboxAuditEntry = z
  .strictObject({
    ...{
      number,
      action: z.enum(["retry", "discard"]),
      topic: topic.optional(),
      key: z.string().optional(),
      eventId: z.string().optional(),
    },
    events: z.int().meta({ description: "Events that are sent again" }),
    who: z.string().meta({ description: "The id of the member of staff, or the name that he gave" }),
    why: z.string(),
    detail: z
      .strictObject({ headers: z.record(z.string(), z.string()), payload: z.string(), error: z.string().optional() })
      .optional()
      .meta({ description: "The event that was discarded" }),
    at: time,
  })
  .meta({ id: "OutboxAuditEntry" });

/** What became of parked events. */
export const freedView = z
  .strictObject({ keys: z.int(), events: z.int().meta({ description: "Events that are sent again, in the order of their keys" }) })
  .meta({ id: "FreedKeys" });

/** The reason that an operator gives, for the audit. */
export const why = text(500).meta({ examples: ["The brokers take larger messages now"] });
/** Names the first event of a parked key. */
export const first = { id: id.meta({ description: "Of the first event of a parked key" }) };
const by = { who: text(100), why };
const page = { limit: z.int().min(1).max(101).default(20), after: z.int().min(0).optional() };

/** Why an instruction is not carried out. */
export const refusals = ["PARKED_EVENT_NOT_FOUND"] as const;

/**
 * The actions of every publisher. Lists have at most `limit` rows; the next page begins behind the number of the last row of the one before.
 * Instructions need no idempotency key: a key that was freed is parked no more, and the repetition is refused.
 */
export const outboxActions = {
  outboxParked: action({ params: z.strictObject(page), result: z.array(parkedKeyView) }),
  outboxRetry: action({ params: z.strictObject({ ...first, ...by }), result: freedView, refuses: refusals, waits: true }),
  outboxRetryAll: action({ params: z.strictObject(by), result: freedView, waits: true }),
  outboxDiscard: action({ params: z.strictObject({ ...first, ...by }), result: freedView, refuses: refusals, waits: true }),
  outboxAudit: action({ params: z.strictObject(page), result: z.array(outboxAuditEntry) }),
};

/** The references to these actions of one service. */
export const publisherOf = <N extends string>(service: N) => contract(service, { actions: outboxActions });

/** One service that publishes events, as operators know it. */
export type PublisherHost = ReturnType<typeof publisherOf>;
