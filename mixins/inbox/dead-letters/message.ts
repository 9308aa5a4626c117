/** Dead letters as they lie on the bus. */
import type { BusMessage, ReceivedMessage } from "../../event-bus";

/** A message that this consumer can't apply, and why. */
export interface DeadLetter {
  message: ReceivedMessage;
  error: unknown;
}

/** The topic of what a consumer could not apply of another topic. */
export function deadLetterTopic(topic: string, consumer: string): string {
  return `${topic}.${consumer}.dlq`;
}

/** The group under whose name a consumer's dead letters are collected into its table. */
export const collectorOf = (consumer: string): string => `${consumer}.dlq`;

/** The message as it was, with the error and where it stood in its headers, so that it can be looked into and replayed. */
export function toBusMessage({ message, error }: DeadLetter, consumer: string, at: number): BusMessage {
  const { topic, partition, offset, key, headers, payload } = message;
  return {
    topic: deadLetterTopic(topic, consumer),
    key,
    headers: {
      ...headers,
      dlq_topic: topic,
      dlq_partition: String(partition),
      dlq_offset: offset,
      dlq_consumer: consumer,
      dlq_error: textOf(error),
      dlq_at: new Date(at).toISOString(),
    },
    payload,
  };
}

/** An error in a few words. */
export const textOf = (error: unknown): string => String(error).slice(0, 500);

/** Shows at start that a consumer's dead letters can be written. No letter: collectors leave it out. */
export function probeOf(topic: string, consumer: string, at: number): BusMessage {
  return { topic, key: consumer, headers: { dlq_probe: consumer, dlq_at: new Date(at).toISOString() }, payload: "null" };
}

export const isProbe = ({ headers }: ReceivedMessage): boolean => headers.dlq_probe !== undefined;

/** A dead letter as it was received: the message as it was when it could not be applied, and what was noted then. */
export interface Died {
  message: ReceivedMessage;
  error: string;
  /** Ms since the epoch. */
  at: number;
}

/** Reads a dead letter. Of what somebody else put into the topic it is only known where it stands there. */
export function readDied(received: ReceivedMessage, now: number): Died {
  const {
    dlq_topic: topic,
    dlq_partition,
    dlq_offset: offset = "",
    dlq_consumer: _,
    dlq_error: error,
    dlq_at = "",
    ...headers
  } = received.headers;
  const partition = Number(dlq_partition);
  const isOurs = topic !== undefined && Number.isSafeInteger(partition) && /^\d{1,15}$/.test(offset);
  const message = isOurs ? { ...received, topic, partition, offset, headers } : received;
  const at = Date.parse(dlq_at);
  return { message, error: error ?? "it does not say why", at: Number.isNaN(at) ? now : at };
}
