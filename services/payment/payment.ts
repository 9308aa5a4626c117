/** A payment, pure. Money moves outside of this shop or not at all: only a card needs the provider. */
import type { z } from "zod";

import { iso } from "../../lib/clock";
import type { EventData } from "../../lib/contract";
import { refuse } from "../../lib/errors";
import type { Currency } from "../../lib/money";
import { done, type Outcome } from "../../mixins/outcome";
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
  /** The provider's name for the charge. */
  providerRef?: string;
  /** The saga that gives the payment back, or did. */
  refundId?: string;
  /** The provider's name for the refund. */
  refundRef?: string;
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

/** The provider has said neither yes nor no. */
export const isUndecided = ({ status }: Pick<Payment, "status">): boolean => status === "PENDING" || status === "UNKNOWN";

/** The provider was, or will be, asked to give it back, and has not answered. */
export const isBeingRefunded = ({ status, refundId }: Payment): boolean => status === "APPROVED" && refundId !== undefined;

/** The payment after the provider has said yes. */
export const approve = (payment: Payment, providerRef: string, at: number): Payment => ({
  ...payment,
  status: "APPROVED",
  providerRef,
  approvedAt: at,
});

/** The payment after the provider has said no. */
export const fail = (payment: Payment): Payment => ({ ...payment, status: "FAILED" });

/** The payment after all of it was given back. Of cash nothing was ever taken. */
export const giveBack = (payment: Payment): Payment =>
  payment.method === "CASH" ? { ...payment, status: "CANCELED" } : { ...payment, status: "REFUNDED", refunded: payment.amount };

/** The payment after the provider has refused to give it back: another refund may be tried. */
export function keep({ refundId: _refused, ...payment }: Payment): Payment {
  return payment;
}

/** The payment as its refund begins: given back, or under way until the provider has answered. */
export function beginRefund(payment: Payment | undefined, refundId: string): Outcome<Payment> {
  if (!payment || isUndecided(payment) || payment.status === "FAILED") return refuse("ORDER_NOT_CANCELABLE", "The order was not paid");
  if (payment.status !== "APPROVED") return refuse("ORDER_NOT_CANCELABLE", "The payment was given back before");
  if (isBeingRefunded(payment)) return refuse("ORDER_NOT_CANCELABLE", "The payment is being given back");
  const begun = { ...payment, refundId };
  return done(needsProvider(begun) ? begun : giveBack(begun));
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
  const { id, orderId, userId, method, status, amount, refunded, currency } = told;
  return { paymentId: id, orderId, userId, method, status, amount, refunded, currency };
}
