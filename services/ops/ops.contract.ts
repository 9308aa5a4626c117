import { z } from "zod";

import { action, contract } from "../../lib/contract";
import {
  deadLetterAuditEntry,
  deadLetterDetails,
  deadLetterView,
  letterFilter,
  instruction as letterInstruction,
  refusals as letterRefusals,
  replayMany,
  replayOne,
  replayView,
} from "../../lib/dead-letters/contract";
import { first, freedView, outboxAuditEntry, refusals as outboxRefusals, why as outboxWhy, parkedKeyView } from "../../lib/outbox/contract";
import { rebuildSource, rebuildView } from "../../lib/read-models/contract";
import { byHand, refusals, sagaAuditEntry, sagaDetails, sagaKey, sagaState, sagaView, why } from "../../lib/sagas/contract";
import { id, nothing, page, pageOf } from "../../lib/schemas";

/** How a service's events are going out. Without figures when it doesn't answer. */
const outboxView = z
  .strictObject({
    service: z.string(),
    available: z.boolean(),
    waiting: z.int().optional().meta({ description: "Events that are still to be sent" }),
    oldestMs: z.int().optional().meta({ description: "Age of the oldest of them, in ms" }),
    parked: z.int().optional().meta({ description: "Events that are held because they, or one before them, can't be published" }),
    parkedKeys: z.int().optional().meta({ description: "Keys that these belong to" }),
    sentPerSecond: z
      .number()
      .optional()
      .meta({ description: "Events that the relays of all nodes have sent in a second, over the last minute" }),
  })
  .meta({ id: "Outbox" });

/** The publisher whose events are meant. */
const publisher = { service: id.meta({ examples: ["order"] }) };
const larger = { examples: [{ why: "The brokers take larger messages now" }] };

const staff = { auth: "admin", status: 200 } as const;
/** `userId` is who acts. */
const instruction = { ...sagaKey, userId: id, why };
/** The consumer whose dead letters are meant. */
const service = { service: id.meta({ examples: ["product"] }) };
const mended = { why: "The handler was mended" };
const whyOnly = { examples: [{ why: "The provider is back" }] };

export const ops = contract("ops", {
  actions: {
    /** Open ones the oldest first, others the newest first. */
    sagas: action({
      params: z.strictObject({ state: sagaState.optional(), type: id.optional(), ...page }),
      result: pageOf(sagaView),
      rest: { route: "GET /ops/sagas", ...staff, summary: "Sagas; PARKED ones need an operator" },
    }),
    saga: action({
      params: z.strictObject(sagaKey),
      result: sagaDetails,
      refuses: ["SAGA_NOT_FOUND"],
      rest: { route: "GET /ops/sagas/:type/:id", ...staff, summary: "A saga with all that its log has" },
    }),
    retry: action({
      params: z.strictObject(instruction).meta(whyOnly),
      result: sagaView,
      refuses: refusals.retry,
      rest: { route: "POST /ops/sagas/:type/:id/retry", ...staff, summary: "Go on with a parked saga" },
      idempotencyKey: "optional",
      waits: true,
    }),
    skip: action({
      params: z
        .strictObject({ ...instruction, ...byHand })
        .meta({ examples: [{ why: "Given back by hand", step: "givePointsBack", result: {} }] }),
      result: sagaView,
      refuses: refusals.skip,
      rest: { route: "POST /ops/sagas/:type/:id/skip", ...staff, summary: "Take a step that was done by hand for done" },
      idempotencyKey: "optional",
      waits: true,
    }),
    compensate: action({
      params: z.strictObject(instruction).meta(whyOnly),
      result: sagaView,
      refuses: refusals.compensate,
      rest: { route: "POST /ops/sagas/:type/:id/compensate", ...staff, summary: "Undo a parked saga whose pivot isn't done" },
      idempotencyKey: "optional",
      waits: true,
    }),
    outbox: action({
      params: nothing,
      result: z.strictObject({ services: z.array(outboxView) }),
      rest: { route: "GET /ops/outbox", ...staff, summary: "Events of each service that are not sent yet" },
    }),
    /** The oldest first. */
    parkedEvents: action({
      params: z.strictObject({ ...publisher, ...page }),
      result: pageOf(parkedKeyView),
      rest: { route: "GET /ops/outbox/:service/parked", ...staff, summary: "Keys whose events are held, with why" },
    }),
    retryParked: action({
      params: z.strictObject({ ...publisher, ...first, userId: id, why: outboxWhy }).meta(larger),
      result: freedView,
      refuses: outboxRefusals,
      rest: { route: "POST /ops/outbox/:service/parked/:id/retry", ...staff, summary: "Send a key's parked events again, in order" },
      waits: true,
    }),
    retryAllParked: action({
      params: z.strictObject({ ...publisher, userId: id, why: outboxWhy }).meta(larger),
      result: freedView,
      rest: { route: "POST /ops/outbox/:service/retry", ...staff, summary: "Send all parked events of a service again, in order" },
      waits: true,
    }),
    discardParked: action({
      params: z
        .strictObject({ ...publisher, ...first, userId: id, why: outboxWhy })
        .meta({ examples: [{ why: "Told to its consumers by hand" }] }),
      result: freedView,
      refuses: outboxRefusals,
      rest: {
        ...{ route: "POST /ops/outbox/:service/parked/:id/discard", ...staff },
        summary: "Never send a parked event, and go on with what stands behind it",
      },
      waits: true,
    }),
    outboxAudit: action({
      params: z.strictObject({ ...publisher, ...page }),
      result: pageOf(outboxAuditEntry),
      rest: { route: "GET /ops/outbox/:service/audit", ...staff, summary: "What operators did to parked events, the newest first" },
    }),
    /** Goes on by itself: its status tells how it stands. */
    rebuild: action({
      params: rebuildSource.extend({ service: id }).meta({ examples: [{}] }),
      result: rebuildView,
      refuses: ["READ_MODEL_NOT_FOUND", "REBUILD_RUNNING", "UNAVAILABLE"],
      rest: {
        route: "POST /ops/read-models/:service/rebuild",
        ...staff,
        status: 202,
        summary: "Build a read model anew while it is in use",
      },
    }),
    rebuildStatus: action({
      params: z.strictObject({ service: id }),
      result: z.strictObject({ rebuild: rebuildView.optional().meta({ description: "The newest one; none when there never was one" }) }),
      refuses: ["READ_MODEL_NOT_FOUND", "UNAVAILABLE"],
      rest: { route: "GET /ops/read-models/:service/rebuild", ...staff, summary: "How the rebuild of a read model stands" },
    }),
    audit: action({
      params: z.strictObject({ type: id.optional(), id: id.optional(), ...page }),
      result: pageOf(sagaAuditEntry),
      rest: { route: "GET /ops/audit", ...staff, summary: "What operators did, the newest first" },
    }),
    /** OPEN ones the oldest first, others the newest first. */
    deadLetters: action({
      params: z.strictObject({ service: service.service.optional(), ...letterFilter, ...page }),
      result: pageOf(deadLetterView),
      rest: { route: "GET /ops/dead-letters", ...staff, summary: "Events that a consumer could not apply" },
    }),
    deadLetter: action({
      params: z.strictObject({ ...service, id }),
      result: deadLetterDetails,
      refuses: ["DEAD_LETTER_NOT_FOUND"],
      rest: { route: "GET /ops/dead-letters/:service/:id", ...staff, summary: "A dead letter with its event" },
    }),
    replay: action({
      params: z.strictObject({ ...service, ...replayOne, userId: id }).meta({ examples: [{ ...mended, dryRun: true }] }),
      result: replayView,
      refuses: letterRefusals.replay,
      rest: { route: "POST /ops/dead-letters/:service/:id/replay", ...staff, summary: "Hand a dead letter to its consumer again" },
      idempotencyKey: "optional",
      waits: true,
    }),
    replayAll: action({
      params: z
        .strictObject({ ...service, ...replayMany, userId: id, cursor: page.cursor })
        .meta({ examples: [{ service: "product", ...mended, dryRun: true }] }),
      result: z.strictObject({ replays: z.array(replayView), nextCursor: z.string().nullable() }).meta({ id: "ReplayStep" }),
      refuses: letterRefusals.replayAll,
      rest: { route: "POST /ops/dead-letters/replay", ...staff, summary: "Hand a consumer its open dead letters again, step by step" },
      idempotencyKey: "optional",
      waits: true,
    }),
    discard: action({
      params: z.strictObject({ ...service, ...letterInstruction, userId: id }).meta({ examples: [{ why: "Corrected by hand" }] }),
      result: deadLetterView,
      refuses: letterRefusals.discard,
      rest: { route: "POST /ops/dead-letters/:service/:id/discard", ...staff, summary: "Take a dead letter for seen to" },
      idempotencyKey: "optional",
      waits: true,
    }),
    deadLetterAudit: action({
      params: z.strictObject({ service: service.service.optional(), letter: id.optional(), ...page }),
      result: pageOf(deadLetterAuditEntry),
      rest: { route: "GET /ops/dead-letters/audit", ...staff, summary: "What operators did to dead letters, the newest first" },
    }),
  },
});
