/** What operators can see of a consumer's dead letters and do to them. */
import type { By } from "../../by";
import type { Tx } from "../../database/types";
import type { Outcome } from "../../outcome";

/** OPEN: nobody has seen to it yet. */
export type DeadLetterState = "OPEN" | "REPLAYED" | "DISCARDED";

/** One letter. Times in ms since the epoch. */
export interface DeadLetterStatus {
  id: string;
  consumer: string;
  /** Where the message stood that could not be applied. */
  topic: string;
  partition: number;
  offset: number;
  key: string;
  /** Missing when the message is no event. */
  eventId?: string;
  type?: string;
  state: DeadLetterState;
  /** Why it could not be applied, the last time that it was tried. */
  error: string;
  /** Replays that failed. */
  tries: number;
  diedAt: number;
  closedAt?: number;
}

/** A letter with all that came with it. */
export interface DeadLetterDetails extends DeadLetterStatus {
  headers: Record<string, string>;
  /** As it came: JSON, or what should have been. */
  payload: string;
  /** The newest first. */
  audit: DeadLetterAuditEntry[];
}

/** What an operator did to a letter: a row of `dead_letter_audit`. It outlives its letter. */
export interface DeadLetterAuditEntry {
  /** Of the row, rising; unique within the database. */
  number: number;
  consumer: string;
  letter: string;
  topic: string;
  eventId?: string;
  type?: string;
  action: "replay" | "discard";
  outcome: "APPLIED" | "ALREADY_APPLIED" | "FAILED" | "DISCARDED";
  who: string;
  why: string;
  /** The error of a replay that failed. */
  detail?: string;
  /** Ms since the epoch. */
  at: number;
}

/** Which letters are listed, and from where on. What is left out is not looked at. */
export interface DeadLetterFilter {
  state?: DeadLetterState;
  /** Of the event. */
  type?: string;
  /** Default 100. */
  limit?: number;
  /** The last one of the page before; the list goes on behind it. */
  after?: Pick<DeadLetterStatus, "diedAt" | "id">;
}

/** Which entries are read, and from where on. */
export interface DeadLetterAuditFilter {
  letter?: string;
  /** Default 100. */
  limit?: number;
  /** The last one of the page before; the list goes on behind it. */
  before?: Pick<DeadLetterAuditEntry, "at" | "number">;
}

/** What came of a replay, or in a dry run would come of it. */
export interface Replay {
  id: string;
  /**
   * - `APPLIED` the event's effect and what notes it are written
   * - `ALREADY_APPLIED` it had been applied meanwhile: nothing was to be done
   * - `FAILED` it can't be applied still; `detail` is the error
   * - `BEHIND` an earlier letter of its key, which `detail` names, is OPEN
   * - `NOT_REPLAYABLE` it is no event, or none that the consumer has a handler for
   * - `CLOSED` somebody has seen to it already
   * - `NOT_FOUND` there is no such letter
   */
  verdict: "APPLIED" | "ALREADY_APPLIED" | "FAILED" | "BEHIND" | "NOT_REPLAYABLE" | "CLOSED" | "NOT_FOUND";
  detail?: string;
}

/** Where the last letter of a step stood. */
export interface Place {
  topic: string;
  partition: number;
  offset: number;
}

/** One step of replaying all: so many letters, and where the next step begins. */
export interface ReplayStep {
  replays: Replay[];
  /** Missing when none are left. */
  next?: Place;
}

export interface ReplayChoice {
  /** Of the event. */
  type?: string;
  /** Letters that are looked at in this step. Default 100. */
  limit?: number;
  /** `next` of the step before. */
  after?: Place;
}

/** The `type`s of refusals. */
export const refusal = {
  /** There is no such letter; it may have been cleaned away. */
  DEAD_LETTER_NOT_FOUND: "DEAD_LETTER_NOT_FOUND",
  DEAD_LETTER_CLOSED: "DEAD_LETTER_CLOSED",
  DEAD_LETTER_BEHIND: "DEAD_LETTER_BEHIND",
  DEAD_LETTER_FAILED: "DEAD_LETTER_FAILED",
  DEAD_LETTER_NOT_REPLAYABLE: "DEAD_LETTER_NOT_REPLAYABLE",
} as const;

/** Runs inside the transaction that does the work, around it: who keeps answers under keys looks and writes there. */
export type Within = <R>(tx: Tx, work: (tx: Tx) => Promise<Outcome<R>>) => Promise<Outcome<R>>;

/** What can be done to dead letters, on any node that has the consumer's handlers. */
export interface DeadLetters {
  /** OPEN ones the oldest first, others the newest first. */
  list(filter: DeadLetterFilter): Promise<DeadLetterStatus[]>;
  show(id: string): Promise<DeadLetterDetails | undefined>;
  /** Hands the event to this consumer's handler. What it comes to besides APPLIED and ALREADY_APPLIED is a refusal; FAILED is noted. */
  replay(id: string, by: By, within?: Within): Promise<Outcome<Replay>>;
  /** The same for many, in the order in which they stood, each in a transaction of its own. */
  replayAll(choice: ReplayChoice, by: By): Promise<ReplayStep>;
  /** What `replay` would come to now. Its transaction is rolled back. */
  tryOut(id: string): Promise<Replay>;
  /** What `replayAll` would come to. Letters of one key are tried on top of each other. */
  tryOutAll(choice: ReplayChoice): Promise<ReplayStep>;
  /** Takes the letter for seen to: it is never applied. */
  discard(id: string, by: By, within?: Within): Promise<Outcome<DeadLetterStatus>>;
  /** What operators did, the newest first. */
  audit(filter: DeadLetterAuditFilter): Promise<DeadLetterAuditEntry[]>;
}
