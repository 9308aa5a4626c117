/** One event as it lies on the bus. */
export interface BusMessage {
  topic: string;
  key: string;
  headers: Record<string, string>;
  /** JSON. */
  payload: string;
}

export interface ReceivedMessage extends BusMessage {
  partition: number;
  /** Position in the partition; strings as Kafka gives them. */
  offset: string;
}

export interface Subscription {
  /** Stops fetching and waits for the batch in hand. */
  stop(): Promise<void>;
}

export interface SubscribeOptions {
  /** The consumer's name: one offset per partition is kept for it. */
  group: string;
  topics: readonly string[];
  maxBatch: number;
  /**
   * Handles messages of one partition in order. The offset is committed when it resolves; when it rejects, the same messages come again
   * after a back-off and that partition alone waits.
   */
  onBatch(messages: readonly ReceivedMessage[]): Promise<void>;
}

/** What an event bus promises: at least once, in order for a key, kept until retention passes, across restarts. */
export interface EventBus {
  start(): Promise<void>;
  /**
   * Resolves when every message is durable; rejects when one may not be: with a MessageRejectedError that names a message which can never
   * be taken as it is, with any other error while the bus is away.
   */
  publish(messages: readonly BusMessage[]): Promise<void>;
  subscribe(options: SubscribeOptions): Promise<Subscription>;
  /** Messages that the group has not committed yet, by topic. */
  lag(group: string, topics: readonly string[]): Promise<Record<string, number>>;
  stop(): Promise<void>;
}
