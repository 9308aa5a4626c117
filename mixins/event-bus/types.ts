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

/** How far a group has come in a partition. Positions are those of messages: what lies before `position` is committed. */
export interface PartitionProgress {
  topic: string;
  partition: number;
  /** Of the oldest message that is still there. Above 0 when retention has removed some. */
  first: number;
  /** `first` when the group is not known. */
  position: number;
  /** Of the message that will come next. */
  next: number;
}

/** Messages of a partition from `from` up to, not including, `to`. */
export interface PartitionRange {
  topic: string;
  partition: number;
  from: number;
  to: number;
}

/** What an event bus promises: at least once, in order for a key, kept until retention passes, across restarts. */
export interface EventBus {
  /** Resolves also while the servers of the bus are away: they are tried until they are there. */
  start(): Promise<void>;
  /**
   * Creates the topics that are missing, as the bus is configured.
   * @throws TopicsError when some can't be used; any other error while the bus is away
   */
  ensureTopics(topics: readonly string[]): Promise<void>;
  /**
   * Resolves when every message is durable; rejects when one may not be: with a MessageRejectedError that names a message which can never
   * be taken as it is, with any other error while the bus is away.
   */
  publish(messages: readonly BusMessage[]): Promise<void>;
  subscribe(options: SubscribeOptions): Promise<Subscription>;
  /** How far the group has come in every partition of these topics; a topic that doesn't exist has none. */
  progress(group: string, topics: readonly string[]): Promise<PartitionProgress[]>;
  /** Reads messages that are there, whoever has consumed them; those of a partition in order. They are all held at once. */
  read(ranges: readonly PartitionRange[]): Promise<ReceivedMessage[]>;
  /** Strikes a group that is gone for good. */
  forget(group: string): Promise<void>;
  stop(): Promise<void>;
}

/** Messages that the group has not committed yet, by topic; 0 for one that doesn't exist. */
export async function lagOf(bus: Pick<EventBus, "progress">, group: string, topics: readonly string[]): Promise<Record<string, number>> {
  const lag = Object.fromEntries(topics.map((topic) => [topic, 0]));
  for (const { topic, position, next } of await bus.progress(group, topics)) lag[topic] = (lag[topic] ?? 0) + next - position;
  return lag;
}
