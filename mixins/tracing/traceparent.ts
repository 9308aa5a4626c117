/** W3C Trace Context: the header `traceparent`, by which a trace goes on from one part of a system to the next. */
import { randomUUID } from "node:crypto";

/** Where in a trace something happens. */
export interface Place {
  /** 32 hex digits, the same in all of the trace. */
  traceId: string;
  /** 16 hex digits: the span that what follows is a child of. */
  spanId: string;
  /** Whether spans of the trace are kept. */
  sampled: boolean;
}

const form = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;
const nothing = /^0+$/;

/** Undefined for whatever isn't valid. A later version of the header may have more at its end, which is left out. */
export function parseTraceparent(text: unknown): Place | undefined {
  const [, version, traceId, spanId, flags, more] = (typeof text === "string" && form.exec(text)) || [];
  if (traceId === undefined || spanId === undefined || flags === undefined || version === "ff") return undefined;
  if ((version === "00" && more !== undefined) || nothing.test(traceId) || nothing.test(spanId)) return undefined;
  return { traceId, spanId, sampled: (Number.parseInt(flags, 16) & 1) === 1 };
}

/** The header of a place. */
export const formatTraceparent = ({ traceId, spanId, sampled }: Place): string => `00-${traceId}-${spanId}-${sampled ? "01" : "00"}`;

/** The header of a trace that begins here and of which no spans are kept. */
export const newTraceparent = (): string => formatTraceparent({ traceId: newTraceId(), spanId: newSpanId(), sampled: false });

/** Node keeps randomness for UUIDs in store: asking the system for bytes each time costs more. */
export const newTraceId = (): string => randomUUID().replaceAll("-", "");

/** Without the digits that are the same in every UUID of its kind. */
export function newSpanId(): string {
  const random = randomUUID();
  return random.slice(0, 8) + random.slice(28);
}
