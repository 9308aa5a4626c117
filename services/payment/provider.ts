import type { Currency } from "../../lib/money";

export interface Charge {
  amount: number;
  currency: Currency;
  /** What the customer's browser got from the provider for his card. */
  token: string;
}

/** What became of a charge. `unknown`: the provider can't tell yet; ask again. */
export type ChargeOutcome = { state: "approved"; reference: string } | { state: "declined"; reason: string } | { state: "unknown" };

/** A payment provider, so far as this service needs one. A real one is an adapter of this shape. */
export interface PaymentProvider {
  /** Takes the money once for a key: asking again gives what became of the first charge. Rejects when the signal aborts. */
  charge(key: string, charge: Charge, signal: AbortSignal): Promise<ChargeOutcome>;
  /** What became of the charge; undefined when the provider has never heard of the key. */
  find(key: string): Promise<ChargeOutcome | undefined>;
  close(): Promise<void>;
}
