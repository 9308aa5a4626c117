/** A payment, pure. Money moves outside of this shop or not at all: only a card needs the provider. */
import type { z } from "zod";

import { iso } from "../../lib/clock";
import type { EventData } from "../../lib/contract";
import type { Currency } from "../../lib/money";
import type { payment, PaymentMethod, PaymentStatus, paymentView } from "./payment.contract";

/** Amounts in minor units, times in ms since the epoch. */
export interface Payment {
  id: string;
  orderId: string;
  userId: string;
  method: PaymentMethod;
  status: PaymentStatus;
  amount: number;
  refunded: number;
  currency: Currency;
  createdAt: number;
  approvedAt?: number;
}

interface Due {
  orderId: string;
  userId: string;
  method: PaymentMethod;
  amount: number;
  currency: Currency;
}

/** Points were taken by the point step, cash is paid on delivery, and nothing is nothing: these are approved at once. */
export function needsProvider({ method, amount }: Pick<Due, "method" | "amount">): boolean {
  return method === "CARD" && amount > 0;
}

/** The payment as it begins: approved, or PENDING until the provider has decided. */
export function newPayment(id: string, due: Due, at: number): Payment {
  const { orderId, userId, method, amount, currency } = due;
  const begun = { id, orderId, userId, method, amount, refunded: 0, currency, createdAt: at };
  return needsProvider(due) ? { ...begun, status: "PENDING" } : { ...begun, status: "APPROVED", approvedAt: at };
}

export function viewOf(payment: Payment): z.output<typeof paymentView> {
  const { id, orderId, method, status, amount, refunded, currency, createdAt, approvedAt } = payment;
  return {
    id,
    orderId,
    method,
    status,
    amount,
    refunded,
    currency,
    createdAt: iso(createdAt),
    ...(approvedAt !== undefined && { approvedAt: iso(approvedAt) }),
  };
}

/** What the events of a payment tell of it. */
export function toldOf(told: Payment): EventData<typeof payment.events.approved> {
  const { id, orderId, userId, method, status, amount, currency } = told;
  return { paymentId: id, orderId, userId, method, status, amount, currency };
}
