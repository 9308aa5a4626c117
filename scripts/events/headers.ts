/** The headers of events, as `lib/events.ts` writes them: CloudEvents 1.0, Kafka's binary mode, and W3C Trace Context. */
import type { EventRef } from "../../lib/contract";
import { sourceOf } from "../../lib/events";

const text = (description: string, more: object = {}) => ({ type: "string", description, ...more });

/** What the headers of every event hold. */
export const headersSchema = {
  type: "object",
  properties: {
    ce_specversion: { type: "string", const: "1.0" },
    ce_id: text("Unique, and the same at every delivery", { examples: ["0198c2f1-2c55-7c02-a7be-90f8d1e2c3b4"] }),
    ce_source: text("The service that publishes it", { format: "uri-reference", examples: ["/order"] }),
    ce_type: text("The event's name"),
    ce_time: text("When it happened", { format: "date-time", examples: ["2026-11-24T09:00:00.120Z"] }),
    ce_subject: text("The key", { examples: ["0198c2f1-2b40-7f11-8a52-6c0d9e8f7a61"] }),
    "content-type": { type: "string", const: "application/json" },
    ce_correlationid: text("The request at the root of it all: its `X-Request-Id`"),
    ce_causationid: text("What caused it: that request, or the `ce_id` of another event"),
    traceparent: text("W3C Trace Context of what published it", { examples: ["00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"] }),
  },
  required: ["ce_specversion", "ce_id", "ce_source", "ce_type", "ce_time", "ce_subject", "content-type"],
};

/** What is always so in the headers of one event. */
export const createdBy = (event: EventRef) => ({
  type: "object",
  properties: { ce_type: { type: "string", const: event.name }, ce_source: { type: "string", const: sourceOf(event) } },
});
