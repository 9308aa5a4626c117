export { actionSpans } from "./action-spans";
export { inSpan, type SpanOf, startSpan, startTraced, type Started, type Trace, traceparentOf } from "./spans";
export { formatTraceparent, newTraceparent, parseTraceparent, type Place } from "./traceparent";
export { ZipkinExporter } from "./zipkin";
