import type { ServiceBroker } from "moleculer";

import { startTraced } from "../tracing";
import type { Delivery } from "./event";

/** Applies deliveries, and shows that it does. Rejects as `apply` does. */
export type Applying = (deliveries: readonly Delivery[], apply: (deliveries: readonly Delivery[]) => Promise<void>) => Promise<void>;

/**
 * With tracing: a span for each event in the trace that the event carries, a child of what published it, for as long as the transaction takes that
 * the events share. Each try is a span. The handler gets the event with the consumer's span as its `traceparent`. Without: nothing.
 */
export function inSpans(broker: ServiceBroker, service: string, consumer: string): Applying {
  return (deliveries, apply) => (broker.isTracingEnabled() ? traced(broker, { service, consumer }, deliveries, apply) : apply(deliveries));
}

async function traced(
  broker: ServiceBroker,
  { service, consumer }: { service: string; consumer: string },
  deliveries: readonly Delivery[],
  apply: (deliveries: readonly Delivery[]) => Promise<void>,
): Promise<void> {
  const spans = deliveries.flatMap(({ event, message }) => {
    const { topic, partition, offset } = message;
    const tags = { consumer, event: event.id, topic, partition, offset, together: deliveries.length };
    return startTraced(broker, { name: `${consumer} applies ${event.type}`, type: "consumer", service, tags }, event.headers) ?? [];
  });
  try {
    await apply(
      deliveries.map((delivery, at) => ({
        ...delivery,
        event: { ...delivery.event, headers: spans[at]?.trace ?? delivery.event.headers },
      })),
    );
  } catch (error) {
    for (const { span } of spans) span.setError(error as Error);
    throw error;
  } finally {
    for (const { span } of spans) span.finish();
  }
}
