/**
 * Moleculer metrics of an outbox, with the label `service`: the gauges `outbox.waiting` and `outbox.oldest.ms`, read from the table now and
 * then by every node that has them on, and the counter `outbox.sent.total` of what this node's relay has sent.
 */
import { METRIC, type ServiceBroker } from "moleculer";

import { pause } from "../waiting";
import type { RelayLogger } from "./relay";
import type { OutboxLag, OutboxStore } from "./store";

const labelNames = ["service"];
const gauges = [
  { name: "outbox.waiting", description: "Events that are still to be sent" },
  { name: "outbox.oldest.ms", description: "Age of the oldest of them" },
];
const counter = { name: "outbox.sent.total", description: "Events that this node has sent" };

export class OutboxMetrics {
  readonly #stopping = new AbortController();
  readonly #labels: { service: string };
  #watching: Promise<void> | undefined;

  constructor(
    private readonly broker: ServiceBroker,
    service: string,
    private readonly store: Pick<OutboxStore, "lag">,
    private readonly everyMs: number,
    private readonly logger: RelayLogger,
  ) {
    this.#labels = { service };
    if (broker.isMetricsEnabled()) register(broker);
  }

  /** Does nothing where metrics are off. */
  start(): void {
    if (this.broker.isMetricsEnabled()) this.#watching ??= this.#watch();
  }

  sent(count: number): void {
    if (this.broker.isMetricsEnabled()) this.broker.metrics.increment(counter.name, this.#labels, count);
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#watching;
  }

  async #watch(): Promise<void> {
    const { signal } = this.#stopping;
    for (let failures = 0; !signal.aborted; await pause(this.everyMs, signal)) {
      try {
        this.#tell(await this.store.lag());
        failures = 0;
      } catch (error) {
        if (failures++ === 0) this.logger.warn(`the outbox can't be measured: ${String(error)}`);
      }
    }
  }

  #tell({ waiting, oldestMs }: OutboxLag): void {
    this.broker.metrics.set("outbox.waiting", waiting, this.#labels);
    this.broker.metrics.set("outbox.oldest.ms", oldestMs, this.#labels);
  }
}

/** Once for a node: registered anew a metric would lose what other services have told it. */
function register({ metrics }: ServiceBroker): void {
  if (metrics.hasMetric(counter.name)) return;
  for (const gauge of gauges) metrics.register({ ...gauge, type: METRIC.TYPE_GAUGE, labelNames });
  metrics.register({ ...counter, type: METRIC.TYPE_COUNTER, labelNames });
}
