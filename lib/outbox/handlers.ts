/** Carries out the actions of `contract.ts` on the outbox of the service. */
import { iso } from "../clock";
import { errorOf } from "../errors";
import { handler } from "../handlers";
import type { Outcome } from "../../mixins/outcome";
import { publisherOf } from "./contract";

/** The names are those of every publisher. */
const host = publisherOf("any");

export const outboxHandlers = {
  outboxParked: handler(host.outboxParked, async ({ params, outbox }) =>
    (await outbox.parked(params)).map(({ parkedAt, createdAt, ...key }) => ({
      ...key,
      ...(parkedAt !== undefined && { parkedAt: iso(parkedAt) }),
      createdAt: iso(createdAt),
    })),
  ),
  outboxRetry: handler(host.outboxRetry, async ({ params: { id, ...by }, outbox }) => answered(await outbox.retry(id, by))),
  outboxRetryAll: handler(host.outboxRetryAll, ({ params, outbox }) => outbox.retryAll(params)),
  outboxDiscard: handler(host.outboxDiscard, async ({ params: { id, ...by }, outbox }) => answered(await outbox.discard(id, by))),
  outboxAudit: handler(host.outboxAudit, async ({ params, outbox }) =>
    (await outbox.audit(params)).map(({ at, ...entry }) => ({ ...entry, at: iso(at) })),
  ),
};

function answered<R>(outcome: Outcome<R>): R {
  if (!outcome.ok) throw errorOf(outcome);
  return outcome.result;
}
