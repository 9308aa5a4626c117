import type { ParkedEvents } from "./operations";
import type { OutboxLag, OutboxStatus } from "./store";

/** What a service can ask of its outbox (`this.outbox`). */
export interface Outbox extends ParkedEvents {
  /** More events wait than `mostWaiting`: work that publishes is not to be begun. As of a few seconds ago. */
  readonly full: boolean;
  lag(): Promise<OutboxLag>;
  /** The same, how many keys are parked, and how fast events are sent. */
  status(): Promise<OutboxStatus>;
  /** Resolves when every event that was committed so far, parked ones apart, is on the bus; whichever node has put it there. */
  drained(): Promise<void>;
  /** Finishes the batch in hand; what is left is sent after the next start. May be called twice. */
  stop(): Promise<void>;
}
