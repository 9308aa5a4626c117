import { z } from "zod";

import { action, contract } from "../../lib/contract";
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
  })
  .meta({ id: "Outbox" });

const staff = { auth: "admin", status: 200 } as const;
/** `userId` is who acts. */
const instruction = { ...sagaKey, userId: id, why };
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
    audit: action({
      params: z.strictObject({ type: id.optional(), id: id.optional(), ...page }),
      result: pageOf(sagaAuditEntry),
      rest: { route: "GET /ops/audit", ...staff, summary: "What operators did, the newest first" },
    }),
  },
});
