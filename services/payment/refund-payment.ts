import { now } from "../../lib/clock";
import { refuse } from "../../lib/errors";
import { pivotHandler } from "../../lib/handlers";
import { done } from "../../mixins/outcome";
import type { Performed } from "../../mixins/participant/types";
import { beginRefund, giveBack, isBeingRefunded, keep, type Payment } from "./payment";
import { payment } from "./payment.contract";
import { findByRefund, lockPayments, saveRefunds } from "./payments";
import { inTime, type Refund } from "./provider";
import { providerOf } from "./sandbox";
import { tell } from "./tell";

/** What the provider is to be asked, or what it has told of its own accord. */
type Work = { refund: Refund } | { told: Exclude<Performed, { state: "unknown" }> };

/**
 * Gives back all that was paid for orders. What needs no provider is given back in the first transaction. A card's money is given back
 * between two transactions under the key `saga:id:step`, so that asking again, after a crash too, gives back once. The payment holds the
 * saga's id from the first of them on: that finds it again, and refuses every other refund of it until the provider has refused this one.
 */
export const refundPayment = pivotHandler(payment.refund, {
  async begin(calls, tx) {
    const payments = await lockPayments(
      tx,
      "order_id",
      calls.map(({ params }) => params.orderId),
    );
    const begun: Payment[] = [];
    const outcomes = calls.map(({ id, params: { orderId }, trace }) => {
      const outcome = beginRefund(payments.get(orderId), id);
      if (!outcome.ok) return outcome;
      begun.push(outcome.result);
      payments.set(orderId, outcome.result); // for another refund of it in this group
      if (isBeingRefunded(outcome.result)) return { started: workOf(outcome.result) };
      tell(tx, outcome.result, trace);
      return given(outcome.result);
    });
    saveRefunds(tx, begun, "kept", now());
    return outcomes;
  },

  async resume({ id }, tx): Promise<Work | undefined> {
    const found = await findByRefund(tx, id);
    return found && workOf(found);
  },

  async perform({ saga, id, step }, work: Work, host) {
    if ("told" in work) return work.told;
    const outcome = await inTime(host, (signal) => providerOf(host).refund(`${saga}:${id}:${step}`, work.refund, signal));
    switch (outcome.state) {
      case "refunded":
        return { state: "approved", reference: outcome.reference };
      case "declined":
        return { state: "declined", refusal: refuse("ORDER_NOT_CANCELABLE", outcome.reason) };
      case "unknown":
        return outcome;
    }
  },

  async settle(calls, tx, host) {
    const payments = await lockPayments(
      tx,
      "refund_id",
      calls.map(({ id }) => id),
    );
    const ended: Payment[] = [];
    const outcomes = calls.map(({ id, performed, trace }) => {
      const found = payments.get(id);
      if (!found) throw new Error(`refund ${id} is of no payment`);
      if (!isBeingRefunded(found)) {
        if (performed.state === "declined") {
          const text = `ALERT: the provider says that it declined to give payment ${found.id} back, which its webhook has made ${found.status}`;
          tx.afterCommit(() => host.logger.error(text));
        }
        return given(found);
      }
      if (performed.state === "declined") {
        ended.push(keep(found));
        return performed.refusal;
      }
      const refunded = { ...giveBack(found), refundRef: performed.reference };
      ended.push(refunded);
      tell(tx, refunded, trace);
      return given(refunded);
    });
    saveRefunds(tx, ended, "refunding", now());
    return outcomes;
  },
});

function workOf(found: Payment): Work {
  const { amount, currency, providerRef: reference = "", refundRef = "" } = found;
  return isBeingRefunded(found) ? { refund: { reference, amount, currency } } : { told: { state: "approved", reference: refundRef } };
}

const given = ({ id, status }: Payment) => done({ paymentId: id, status });
