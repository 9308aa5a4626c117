import { v7 as uuid } from "uuid";

import { now } from "../../lib/clock";
import { configOf } from "../../lib/config";
import { refuse } from "../../lib/errors";
import { emit } from "../../lib/events";
import { pivotHandler } from "../../lib/handlers";
import { done } from "../../mixins/outcome";
import { newPayment, toldOf } from "./payment";
import { payment } from "./payment.contract";
import { approvePayments, doubtPayments, failPayments, findOpenCharge, insertPayments, lockOpen } from "./payments";
import type { Charge } from "./provider";
import { providerOf } from "./sandbox";

/**
 * Pays for orders. What needs no provider is approved in the first transaction. A card is charged between two transactions under the key
 * `saga:order:step`, so that asking again, after a crash too, charges once. A saga's id is the order's, which finds the payment again.
 */
export const processPayment = pivotHandler(payment.process, {
  async begin(calls, tx) {
    const begun = calls.map(({ id, params, trace }) => {
      if (id !== params.orderId) throw new Error(`saga ${id} pays for order ${params.orderId}: the payment would not be found again`);
      return { payment: newPayment(uuid(), params, now()), token: params.token, trace };
    });
    await insertPayments(tx, begun);
    return begun.map(({ payment: made, token = "", trace }) => {
      if (made.status === "PENDING") return { started: { amount: made.amount, currency: made.currency, token } };
      emit(tx, payment.events.approved, toldOf(made), trace);
      return done({ paymentId: made.id, status: made.status });
    });
  },

  resume: ({ id }, tx) => findOpenCharge(tx, id),

  async perform({ saga, id, step }, charge: Charge, host) {
    const signal = AbortSignal.timeout(configOf(host.broker).providerTimeoutMs);
    try {
      const outcome = await providerOf(host).charge(`${saga}:${id}:${step}`, charge, signal);
      return outcome.state === "declined" ? { state: "declined", refusal: refuse("PAYMENT_DECLINED", outcome.reason) } : outcome;
    } catch (error) {
      if (!signal.aborted) throw error;
      return { state: "unknown" };
    }
  },

  async settle(calls, tx) {
    const at = now();
    const payments = await lockOpen(
      tx,
      calls.map(({ id }) => id),
    );
    const references = new Map<string, string>();
    const failed: string[] = [];
    const outcomes = calls.map(({ id, performed, trace }) => {
      const found = payments.get(id);
      if (!found) throw new Error(`order ${id} has no undecided payment`);
      if (performed.state === "declined") {
        failed.push(found.id);
        emit(tx, payment.events.failed, toldOf({ ...found, status: "FAILED" }), trace);
        return performed.refusal;
      }
      references.set(found.id, performed.reference);
      emit(tx, payment.events.approved, toldOf({ ...found, status: "APPROVED" }), trace);
      return done({ paymentId: found.id, status: "APPROVED" as const });
    });
    await approvePayments(tx, references, at);
    await failPayments(tx, failed, at);
    return outcomes;
  },

  async doubt(keys, tx) {
    await doubtPayments(
      tx,
      keys.map(({ id }) => id),
      now(),
    );
  },
});
