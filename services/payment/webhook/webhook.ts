/** What a payment provider tells of its own accord, and what it does to a payment. Pure. */
import type { z } from "zod";

import { approve, fail, giveBack, isBeingRefunded, isUndecided, type Payment } from "../payment";
import type { webhookBody } from "../payment.contract";

export type Webhook = z.output<typeof webhookBody>;

export type Verdict = "APPLIED" | "UNKNOWN_PAYMENT" | "OTHER_AMOUNT" | "NOT_WAITING";

interface Judgement {
  verdict: Verdict;
  /** The payment after it, when it does something. */
  becomes?: Payment;
  /** Money was taken for a payment that has failed, and nobody asks for it any more. */
  alert?: true;
}

/** What a webhook does: it decides a payment, or a refund, that waits for the provider's word, and nothing else. */
export function judge({ type, data: { providerRef, amount } }: Webhook, payment: Payment | undefined, at: number): Judgement {
  if (!payment) return { verdict: "UNKNOWN_PAYMENT" };
  const alert = type === "payment.approved" && payment.status === "FAILED" && { alert: true as const };
  if (amount !== payment.amount) return { verdict: "OTHER_AMOUNT", ...alert };
  if (!(type === "payment.refunded" ? isBeingRefunded(payment) : isUndecided(payment))) return { verdict: "NOT_WAITING", ...alert };
  switch (type) {
    case "payment.approved":
      return { verdict: "APPLIED", becomes: approve(payment, providerRef, at) };
    case "payment.failed":
      return { verdict: "APPLIED", becomes: fail(payment) };
    case "payment.refunded":
      return { verdict: "APPLIED", becomes: { ...giveBack(payment), refundRef: providerRef } };
  }
}
