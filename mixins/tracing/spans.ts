/**
 * Spans of what travels by other ways than a context: steps of sagas, calls that share a message, events. Which trace they belong to is told
 * by the `traceparent` in what travels, so the trace of each is its own, whatever it shares a message or a transaction with.
 */
import type { ServiceBroker, Span } from "moleculer";

import { formatTraceparent, newSpanId, newTraceId, parseTraceparent, type Place } from "./traceparent";

/** What travels with a call or an event: `traceparent`, and whatever else tells where it came from. */
export type Trace = Record<string, string>;

/** What a span shows. */
export interface SpanOf {
  name: string;
  /** `action`, `call`, `consumer` or whatever else; exporters may show kinds apart. */
  type: string;
  /** Who does it. */
  service: string;
  tags?: Record<string, unknown>;
}

/** A span that is under way, and what travels on from it. */
export interface Started {
  span: Span;
  trace: Trace;
}

/** Begins a span: a child of the place that `traceparent` tells, or the first of a trace. */
export function startSpan(broker: ServiceBroker, { name, ...shown }: SpanOf, traceparent: string | undefined): Span {
  return broker.tracer.startSpan(name, { ...shown, ...idsUnder(parseTraceparent(traceparent)) });
}

/** Ids of a new span. A trace that comes from elsewhere is kept or not as was decided there. */
export function idsUnder(parent: Place | undefined) {
  const id = newSpanId();
  return parent ? { id, traceID: parent.traceId, parentID: parent.spanId, sampled: parent.sampled } : { id, traceID: newTraceId() };
}

/** What a child of the span is told. */
export const traceparentOf = ({ traceID: traceId, id: spanId, sampled }: Span): string => formatTraceparent({ traceId, spanId, sampled });

/** Begins the span of something that has a trace; undefined without tracing. */
export function startTraced(broker: ServiceBroker, shown: SpanOf, trace: Trace | undefined): Started | undefined {
  if (!broker.isTracingEnabled()) return undefined;
  const span = startSpan(broker, shown, trace?.traceparent);
  return { span, trace: { ...trace, traceparent: traceparentOf(span) } };
}

/**
 * Makes a call within a span of its own, which the call then carries on. Without tracing it is made as it is.
 * @param tagsOf what of the answer the span shows
 */
export function inSpan<C extends { trace?: Trace }, A>(
  broker: ServiceBroker,
  shown: SpanOf,
  call: C,
  make: (call: C) => Promise<A>,
  tagsOf?: (answer: A) => Record<string, unknown>,
): Promise<A> {
  const started = startTraced(broker, shown, call.trace);
  return started ? finished(started.span, () => make({ ...call, trace: started.trace }), tagsOf) : make(call);
}

async function finished<A>(span: Span, make: () => Promise<A>, tagsOf?: (answer: A) => Record<string, unknown>): Promise<A> {
  try {
    const answer = await make();
    if (tagsOf) span.addTags(tagsOf(answer));
    return answer;
  } catch (error) {
    span.setError(error as Error);
    throw error;
  } finally {
    span.finish();
  }
}
