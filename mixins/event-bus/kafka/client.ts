import { Kafka, logLevel } from "kafkajs";

import type { KafkaSettings } from "./options";

/**
 * The client of all of a bus's connections. It repeats nothing that writes: a send that it repeats by itself may leave out a partition whose
 * leader has moved, and still resolve.
 */
export function kafkaClient({ brokers, clientId, ssl, sasl, connectMs, answerMs, logger }: KafkaSettings): Kafka {
  return new Kafka({
    brokers: [...brokers],
    clientId,
    ssl: ssl ?? false,
    ...(sasl && { sasl }),
    connectionTimeout: connectMs,
    authenticationTimeout: answerMs,
    requestTimeout: answerMs,
    // Whoever wants to connect tries again as he likes; a stop need not wait for it.
    retry: { initialRetryTime: 100, retries: 2, maxRetryTime: 1_000 },
    // What goes wrong is told by whoever asked; the client tells every try of its own as an error.
    logLevel: logLevel.WARN,
    logCreator:
      () =>
      ({ namespace, log }) =>
        logger.debug(`${namespace}: ${log.message}${typeof log.error === "string" ? ` (${log.error})` : ""}`),
  });
}

type Wrapping = Partial<Record<"type" | "cause" | "originalError" | "errors" | "groups", unknown>>;

/** The types of what brokers have answered (`MESSAGE_TOO_LARGE`): the client wraps them, and several at once in lists. */
export function protocolTypesOf(error: unknown): string[] {
  if (!(error instanceof Error)) return [];
  const { type, cause, originalError, errors, groups } = error as Wrapping;
  const within = [
    cause,
    originalError,
    errors,
    Array.isArray(groups) ? groups.map((group: Wrapping & { error?: unknown }) => group.error) : [],
  ];
  return [...(typeof type === "string" ? [type] : []), ...within.flat().flatMap(protocolTypesOf)];
}
