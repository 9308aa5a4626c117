import { type ServiceBroker, type Span, TracerExporters } from "moleculer";

/** Keeps the spans of a broker that have ended. */
class Memory extends TracerExporters.Base {
  readonly spans: Span[] = [];

  override spanFinished(span: Span): void {
    this.spans.push(span);
  }
}

/** Every span that ends from now on, in a shop whose `TRACING` isn't off. */
export function recordSpans({ tracer }: ServiceBroker): readonly Span[] {
  const memory = new Memory({});
  memory.init(tracer);
  tracer.exporter.push(memory);
  return memory.spans;
}

/** The span and all that it descends from, the outermost first, by name. Ends at one whose parent isn't there. */
export function pathOf(spans: readonly Span[], span: Span): string[] {
  const parent = spans.find(({ id }) => id === span.parentID);
  return [...(parent ? pathOf(spans, parent) : []), span.name];
}
