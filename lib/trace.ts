/** Where something came from, as it travels with calls, sagas and events: the request, the trace, and what caused it. */
import type { ServiceBroker } from "moleculer";

import { newTraceparent, parseTraceparent, type Trace } from "../mixins/tracing";
import type { RequestMeta } from "./handlers";

/** What an event or a saga carries of the request that caused it. */
export function traceOf(meta: RequestMeta | undefined): Trace | undefined {
  if (meta?.requestId === undefined && meta?.traceparent === undefined) return undefined;
  const { requestId, traceparent } = meta;
  return { ...(requestId !== undefined && { requestId }), ...(traceparent !== undefined && { traceparent }) };
}

/** The names of the headers, without which nothing is told of where an event came from. */
const headers = { correlation: "ce_correlationid", causation: "ce_causationid", traceparent: "traceparent" } as const;

/**
 * The headers of an event that has this trace: the request at the root of it all (`ce_correlationid`), the request or event that caused this
 * one (`ce_causationid`), both as CloudEvents' correlation extension has them, and the W3C trace.
 */
export function traceHeaders({ requestId, causationId = requestId, traceparent }: Trace = {}): Record<string, string> {
  return {
    ...(requestId !== undefined && { [headers.correlation]: requestId }),
    ...(causationId !== undefined && { [headers.causation]: causationId }),
    ...(traceparent !== undefined && { [headers.traceparent]: traceparent }),
  };
}

/** What is caused by an event carries this: the event is the cause, and all of it belongs to the event's request and trace. */
export function traceOfEvent({ id, headers: given }: { id: string; headers: Readonly<Record<string, string>> }): Trace {
  const { [headers.correlation]: requestId, [headers.traceparent]: traceparent } = given;
  return { causationId: id, ...(requestId !== undefined && { requestId }), ...(traceparent !== undefined && { traceparent }) };
}

/**
 * The `traceparent` of a request from outside: its own when it is valid, else a new one. With tracing there is none then, because the first
 * span begins the trace.
 */
export function incomingTraceparent(broker: ServiceBroker, given: unknown): string | undefined {
  if (parseTraceparent(given)) return given as string;
  return broker.isTracingEnabled() ? undefined : newTraceparent();
}
