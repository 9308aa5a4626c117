import { emit } from "../../lib/events";
import type { Tx } from "../../mixins/database";
import { type Payment, toldOf } from "./payment";
import { payment } from "./payment.contract";

const { unknown, approved, failed, refunded, canceled } = payment.events;
const events = { UNKNOWN: unknown, APPROVED: approved, FAILED: failed, REFUNDED: refunded, CANCELED: canceled };

/** Tells with the transaction's commit what a payment has become. */
export function tell(tx: Tx, told: Payment, trace?: Record<string, string>): void {
  const { status } = told;
  if (status === "PENDING" || status === "PARTIALLY_REFUNDED") throw new Error(`there is no event of a payment that is ${status}`);
  emit(tx, events[status], toldOf(told), trace);
}
