/** What can happen at a boundary, and in which error it shows. */
import { CommitUnknown } from "../../../mixins/database/errors";
import type { Boundary } from "./owner";

export type FaultKind =
  /** The engine's process dies, and two others find that out at the same time. */
  | "crash"
  /** It dies, and nobody is there until the saga's deadline has passed. */
  | "crash, recovered too late"
  /** The message or its answer gets lost; the transaction fails, or its commit is not acknowledged. */
  | "error"
  /** The message arrives twice at once. */
  | "twice"
  /** The participant, or the database, can't be reached for longer than anybody repeats a call. */
  | "outage"
  /** The engine's process stands still past its lease, and wakes when another one has taken over and makes its first call. */
  | "hang, waking in the middle"
  /** The same, waking when the other one makes its first undo. */
  | "hang, waking while the other one undoes"
  /** The same, waking when the other one has brought the saga to its end. */
  | "hang, waking after the end";

export const faultKinds: readonly FaultKind[] = [
  "crash",
  "crash, recovered too late",
  "error",
  "twice",
  "outage",
  "hang, waking in the middle",
  "hang, waking while the other one undoes",
  "hang, waking after the end",
];

export type AnyBoundary = Omit<Boundary, "kind"> & { kind: Boundary["kind"] | "participant" };

/** A boundary of a run: which it is, and the how manieth of its kind. */
export interface Place extends AnyBoundary {
  nth: number;
}

export const textOf = ({ what, side, nth }: Place): string => `${side} ${what} #${nth}`;

/**
 * Whether the fault makes sense there. A participant has no owner's process in it. A process that stands still within a transaction keeps
 * others away by its locks until the database ends it: that is an error, or nothing.
 */
export function canStrike(kind: FaultKind, { kind: where, side }: AnyBoundary): boolean {
  if (kind === "error") return true;
  if (kind === "twice") return where === "message" && side === "before";
  if (kind === "outage") return side === "before";
  if (where === "participant") return false;
  return !(kind.startsWith("hang") && side === "within");
}

export function errorAt({ kind, what, side }: AnyBoundary): Error {
  if (kind === "message") return Object.assign(new Error(`${what}: no answer`), { type: "REQUEST_TIMEOUT" });
  if (side === "before") return Object.assign(new Error("the database is away"), { code: "ECONNREFUSED" });
  return side === "within" ? new Error("the transaction failed") : new CommitUnknown(new Error("the connection was lost"));
}
