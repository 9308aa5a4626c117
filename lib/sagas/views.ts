/** Sagas as they go over the wire. */
import type { z } from "zod";

import type { SagaAuditEntry, SagaDetails, SagaStatus, SagaTrailEntry } from "../../mixins/saga";
import { iso } from "../clock";
import type { sagaAuditEntry, sagaDetails, sagaView } from "./contract";

/** One line of a list. Times are ISO 8601 here and below. */
export type SagaView = z.output<typeof sagaView>;
/** All that there is of one. */
export type SagaDetailsView = z.output<typeof sagaDetails>;
/** What an operator did. */
export type SagaAuditView = z.output<typeof sagaAuditEntry>;

/** What is not there (an owner, a cause, a wait) is left out. */
export function viewOf(saga: SagaStatus): SagaView {
  const { type, id, version, state, cause, owner, epoch, recoveries, nextAt, waitsFor, deadlineAt, createdAt, updatedAt } = saga;
  return {
    ...{ type, id, version, state },
    ...(cause && { cause: { code: cause.type, ...(cause.detail !== undefined && { detail: cause.detail }) } }),
    ...(waitsFor && { waitsFor: { ...waitsFor, until: iso(waitsFor.until) } }),
    ...(owner !== null && { owner }),
    ...{ epoch, recoveries },
    ...(nextAt !== null && { nextAt: iso(nextAt) }),
    ...{ deadlineAt: iso(deadlineAt), createdAt: iso(createdAt), updatedAt: iso(updatedAt) },
  };
}

/** With its log, signals and audit. */
export function detailsViewOf(saga: SagaDetails): SagaDetailsView {
  const { input, undo, trace, trail, signals, audit } = saga;
  return {
    ...viewOf(saga),
    ...(input !== undefined && { input }),
    ...(undo && { undo: [...undo] }),
    ...(trace?.requestId !== undefined && { requestId: trace.requestId }),
    trail: trail.map(trailViewOf),
    signals: signals.map(({ at, ...signal }) => ({ ...signal, at: iso(at) })),
    audit: audit.map(auditViewOf),
  };
}

const trailViewOf = ({ at, ...entry }: SagaTrailEntry): SagaDetailsView["trail"][number] => ({ ...entry, at: iso(at) });

/** An entry of the audit. */
export const auditViewOf = ({ at, ...entry }: SagaAuditEntry): SagaAuditView => ({ ...entry, at: iso(at) });
