import type { Currency } from "../../lib/money";

export interface Charge {
  amount: number;
  currency: Currency;
  /** What the customer's browser got from the provider for his card. */
  token: string;
}

/** What became of a charge. `unknown`: the provider can't tell yet; ask again. */
export type ChargeOutcome = { state: "approved"; reference: string } | { state: "declined"; reason: string } | { state: "unknown" };

/**
 * A payment provider, so far as this service needs one. A real one is an adapter of this shape. There is no call that only asks what
 * became of a charge: whoever can't tell, after a crash too, charges again under the same key, which also starts what never arrived.
 */
export interface PaymentProvider {
  /** Takes the money once for a key: asking again gives what became of the first charge. Rejects when the signal aborts. */
  charge(key: string, charge: Charge, signal: AbortSignal): Promise<ChargeOutcome>;
  close(): Promise<void>;
}
