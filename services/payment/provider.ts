import type { Service } from "moleculer";

import { configOf } from "../../lib/config";
import type { Currency } from "../../lib/money";

export interface Charge {
  amount: number;
  currency: Currency;
  /** What the customer's browser got from the provider for his card. */
  token: string;
}

/** What became of a charge. `unknown`: the provider can't tell yet; ask again. */
export type ChargeOutcome = { state: "approved"; reference: string } | { state: "declined"; reason: string } | { state: "unknown" };

export interface Refund {
  /** The provider's name for the charge. */
  reference: string;
  amount: number;
  currency: Currency;
}

/** What became of a refund; `reference` is the provider's name for it, `reason` a sentence for the customer. */
export type RefundOutcome = { state: "refunded"; reference: string } | { state: "declined"; reason: string } | { state: "unknown" };

/**
 * A payment provider, so far as this service needs one. A real one is an adapter of this shape. There is no call that only asks what
 * became of a charge or a refund: whoever can't tell, after a crash too, asks for it again under the same key, which also starts what
 * never arrived.
 */
export interface PaymentProvider {
  /** Takes the money once for a key: asking again gives what became of the first charge. Rejects when the signal aborts. */
  charge(key: string, charge: Charge, signal: AbortSignal): Promise<ChargeOutcome>;
  /** Gives the money back once for a key, at most what was charged. Rejects when the signal aborts. */
  refund(key: string, refund: Refund, signal: AbortSignal): Promise<RefundOutcome>;
  close(): Promise<void>;
}

/** Asks a provider within its time. What it doesn't answer in that time may have been done. */
export async function inTime<T>(host: Service, ask: (signal: AbortSignal) => Promise<T>): Promise<T | { state: "unknown" }> {
  const signal = AbortSignal.timeout(configOf(host.broker).providerTimeoutMs);
  try {
    return await ask(signal);
  } catch (error) {
    if (!signal.aborted) throw error;
    return { state: "unknown" };
  }
}
