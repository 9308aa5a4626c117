import type { BusMessage, ReceivedMessage } from "../event-bus";

/** A message that this consumer can't apply, and why. */
export interface DeadLetter {
  message: ReceivedMessage;
  error: unknown;
}

export function deadLetterTopic(topic: string, consumer: string): string {
  return `${topic}.${consumer}.dlq`;
}

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
      dlq_error: String(error).slice(0, 500),
      dlq_at: new Date(at).toISOString(),
    },
    payload,
  };
}
