import type { Service } from "moleculer";

import { now } from "../../lib/clock";
import { refuse } from "../../lib/errors";
import { pivotHandler } from "../../lib/handlers";
import { uuid } from "../../lib/ids";
import { done, type Outcome } from "../../mixins/outcome";
import type { Performed, SettledCall } from "../../mixins/participant/types";
import { approve, fail, isUndecided, newPayment, type Payment } from "./payment";
import { payment, type PaymentStatus } from "./payment.contract";
import { findByOrder, insertPayments, lockPayments, saveApproved, saveDoubted, saveFailed } from "./payments";
import { type Charge, inTime } from "./provider";
import { providerOf } from "./sandbox";
import { tell } from "./tell";

/** What the provider is to be asked, or what it has told of its own accord. */
type Work = { charge: Charge } | { told: Exclude<Performed, { state: "unknown" }> };

/**
 * Pays for orders. What needs no provider is approved in the first transaction. A card is charged between two transactions under the key
 * `saga:order:step`, so that asking again, after a crash too, charges once. A saga's id is the order's, which finds the payment again.
 * A webhook may decide a payment between the two: what was decided first stays.
 */
export const processPayment = pivotHandler(payment.process, {
  async begin(calls, tx) {
    const begun = calls.map(({ id, params, trace }) => {
      if (id !== params.orderId) throw new Error(`saga ${id} pays for order ${params.orderId}: the payment would not be found again`);
      return { payment: newPayment(uuid(), params, now()), token: params.token, trace };
    });
    insertPayments(tx, begun);
    return begun.map(({ payment: made, token = "", trace }) => {
      if (isUndecided(made)) return { started: { charge: { amount: made.amount, currency: made.currency, token } } };
      tell(tx, made, trace);
      return decided(made);
    });
  },

  async resume({ id }, tx): Promise<Work | undefined> {
    const found = await findByOrder(tx, id);
    if (!found) return undefined;
    const { amount, currency, status, providerRef = "" } = found.payment;
    if (isUndecided(found.payment)) return { charge: { amount, currency, token: found.token ?? "" } };
    return { told: status === "FAILED" ? { state: "declined", refusal: declined() } : { state: "approved", reference: providerRef } };
  },

  async perform({ saga, id, step }, work: Work, host) {
    if ("told" in work) return work.told;
    const outcome = await inTime(host, (signal) => providerOf(host).charge(`${saga}:${id}:${step}`, work.charge, signal));
    return outcome.state === "declined" ? { state: "declined", refusal: declined(outcome.reason) } : outcome;
  },

  async settle(calls, tx, host) {
    const payments = await lockPayments(tx, "order_id", idsOf(calls));
    const at = now();
    const approved: Payment[] = [];
    const failed: Payment[] = [];
    const outcomes = calls.map(({ id, performed, trace }) => {
      const found = payments.get(id);
      if (!found) throw new Error(`order ${id} has no payment`);
      if (!isUndecided(found)) {
        if (contradicts(performed, found)) tx.afterCommit(() => alert(host, performed, found));
        return decided(found);
      }
      const settled = performed.state === "approved" ? approve(found, performed.reference, at) : fail(found);
      (performed.state === "approved" ? approved : failed).push(settled);
      tell(tx, settled, trace);
      return performed.state === "approved" ? decided(settled) : performed.refusal;
    });
    saveApproved(tx, approved, at);
    saveFailed(tx, failed, at);
    return outcomes;
  },

  async doubt(calls, tx) {
    const payments = await lockPayments(tx, "order_id", idsOf(calls));
    const doubted: Payment[] = [];
    for (const { id, trace } of calls) {
      const found = payments.get(id);
      if (found?.status !== "PENDING") continue;
      const unknown: Payment = { ...found, status: "UNKNOWN" };
      doubted.push(unknown);
      tell(tx, unknown, trace);
    }
    saveDoubted(tx, doubted, now());
  },
});

const idsOf = (calls: readonly { id: string }[]): string[] => calls.map(({ id }) => id);

const declined = (reason?: string) => refuse("PAYMENT_DECLINED", reason);

const decided = ({ id, status }: Payment): Outcome<{ paymentId: string; status: PaymentStatus }> =>
  status === "FAILED" ? declined() : done({ paymentId: id, status });

/** The provider's answer is not what its webhook has said: money may be where it doesn't belong. */
function contradicts(performed: SettledCall["performed"], { status, providerRef }: Payment): boolean {
  return performed.state === "approved" ? status === "FAILED" || performed.reference !== providerRef : status !== "FAILED";
}

function alert(host: Service, performed: SettledCall["performed"], { id, status }: Payment): void {
  const said = performed.state === "approved" ? `approved ${performed.reference}` : "declined";
  host.logger.error(`ALERT: the provider says that it ${said} for payment ${id}, which its webhook has made ${status}`);
}
