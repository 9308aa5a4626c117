/** What operators can see of parked events and do to them. */
import type { By } from "../by";
import type { Outcome } from "../outcome";

/** A key whose events are held, with the event that can't be published. Times in ms since the epoch. */
export interface ParkedKey {
  /** Of the row, rising; unique within the database. */
  number: number;
  topic: string;
  key: string;
  /** Of the first event: this is what the key is told by. */
  eventId: string;
  /** `ce_type` of the first event. */
  type?: string;
  /** Why the bus rejected it. Missing where that was not kept. */
  error?: string;
  attempts: number;
  /** Events of the key, the first one included. */
  events: number;
  /** Missing where that was not kept. */
  parkedAt?: number;
  createdAt: number;
}

/** What an operator did: a row of `outbox_audit`. */
export interface OutboxAuditEntry {
  /** Of the row, rising; unique within the database. */
  number: number;
  action: "retry" | "discard";
  /** Missing, like the next two, where all keys were meant. */
  topic?: string;
  key?: string;
  /** The first event of the key. */
  eventId?: string;
  /** Events that are sent again. */
  events: number;
  who: string;
  why: string;
  /** The event that was discarded. */
  detail?: DiscardedEvent;
  /** Ms since the epoch. */
  at: number;
}

export interface DiscardedEvent {
  headers: Record<string, string>;
  payload: string;
  error?: string;
}

/** Which rows are listed. */
export interface OutboxPage {
  /** Default 100. */
  limit?: number;
  /** The number of the last one of the page before; the list goes on behind it. */
  after?: number;
}

/** What became of parked events. */
export interface Freed {
  keys: number;
  /** Events that are sent again, in the order of their keys. */
  events: number;
}

/** The `type` of the refusal when no parked key begins with that event: it was freed, or stands behind another. */
export const PARKED_EVENT_NOT_FOUND = "PARKED_EVENT_NOT_FOUND";

/** What can be done to parked events, on any node. Each is one transaction with its audit row. */
export interface ParkedEvents {
  /** The oldest first. */
  parked(page: OutboxPage): Promise<ParkedKey[]>;
  /** Sends a key's events again, the first one included. `eventId` is the first one's. */
  retry(eventId: string, by: By): Promise<Outcome<Freed>>;
  /** The same for all keys. */
  retryAll(by: By): Promise<Freed>;
  /** Never sends this event, and goes on with what stands behind it. The audit keeps it. */
  discard(eventId: string, by: By): Promise<Outcome<Freed>>;
  /** What operators did, the newest first. */
  audit(page: OutboxPage): Promise<OutboxAuditEntry[]>;
}
