/** Dead letters as they go over the wire. */
import type { z } from "zod";

import type { DeadLetterAuditEntry, DeadLetterDetails, DeadLetterStatus } from "../../mixins/inbox";
import { iso } from "../clock";
import type { Merging } from "../merged";
import type { deadLetterAuditEntry, deadLetterDetails, deadLetterView, replayView } from "./contract";

/** One line of a list. Times are ISO 8601 here and below. */
export type DeadLetterView = z.output<typeof deadLetterView>;
/** All that there is of one. */
export type DeadLetterDetailsView = z.output<typeof deadLetterDetails>;
/** What an operator did. */
export type DeadLetterAuditView = z.output<typeof deadLetterAuditEntry>;
/** What came of a replay. */
export type ReplayView = z.output<typeof replayView>;

/** What is not there (an event's id, an end) is left out. */
export function viewOf({ consumer: service, diedAt, closedAt, ...letter }: DeadLetterStatus): DeadLetterView {
  return { service, ...letter, diedAt: iso(diedAt), ...(closedAt !== undefined && { closedAt: iso(closedAt) }) };
}

/** With its headers, payload and audit. */
export function detailsViewOf({ headers, payload, audit, ...letter }: DeadLetterDetails): DeadLetterDetailsView {
  return { ...viewOf(letter), headers, payload, audit: audit.map(auditViewOf) };
}

/** An entry of the audit. */
export const auditViewOf = ({ consumer: service, at, ...entry }: DeadLetterAuditEntry): DeadLetterAuditView => ({
  ...{ service, ...entry },
  at: iso(at),
});

/** The order in which each service lists its own: OPEN ones the oldest first, others the newest first. */
export function letterOrder(state: DeadLetterView["state"] | undefined): Pick<Merging<DeadLetterView>, "by" | "falling"> {
  return { by: ({ diedAt, id }) => [diedAt, id], falling: state !== "OPEN" };
}
