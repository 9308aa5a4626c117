/** Sends spans to Zipkin, or to whatever takes its format (Jaeger, Tempo, the OpenTelemetry collector). */
import { type Span, TracerExporters } from "moleculer";

/** Zipkin's kinds by a span's type; others are local. Those that serve show who depends on whom. */
const kinds: Readonly<Record<string, string>> = { action: "SERVER", consumer: "CONSUMER" };

const sendMs = 5_000;

export class ZipkinExporter extends TracerExporters.Zipkin {
  /** With the whole trace id, of which Moleculer's sends half, and without a remote end that is the service itself. */
  override makePayload(span: Span): Record<string, unknown> {
    const { remoteEndpoint: _self, ...payload } = super.makePayload(span);
    return { ...payload, traceId: span.traceID, kind: kinds[span.type] };
  }

  /** Never rejects: spans that can't be sent are lost. Moleculer's tells nobody when it has sent them. */
  override async flush(): Promise<void> {
    if (this.queue.length === 0) return;
    const spans = this.generateTracingData();
    this.queue.length = 0;
    try {
      const { status } = await fetch(`${this.opts.baseURL}/api/v2/spans`, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(spans),
        signal: AbortSignal.timeout(sendMs),
      });
      if (status >= 400) throw new Error(`it answered ${status}`);
    } catch (error) {
      this.logger.warn(`${spans.length} spans are lost, ${this.opts.baseURL} doesn't take them: ${String(error)}`);
    }
  }

  /** Moleculer's forgets what has not been sent yet. */
  override async stop(): Promise<void> {
    super.stop();
    await this.flush();
  }
}
