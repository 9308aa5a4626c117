import { z } from "zod";

import { action, contract, event, pivotStep } from "../../lib/contract";
import { currency, money } from "../../lib/money";
import { id, nothing, time } from "../../lib/schemas";

export const paymentMethod = z.enum(["POINT", "CARD", "CASH"]).meta({ id: "PaymentMethod" });
export type PaymentMethod = z.output<typeof paymentMethod>;

export const paymentStatus = z
  .enum(["PENDING", "APPROVED", "FAILED", "CANCELED", "REFUNDED", "PARTIALLY_REFUNDED", "UNKNOWN"])
  .meta({ id: "PaymentStatus" });
export type PaymentStatus = z.output<typeof paymentStatus>;

/** How far a payment has come. Events may be late: one that tells of less than is known, or of as much, is no news. */
export const paymentProgress: Readonly<Record<PaymentStatus, number>> = {
  PENDING: 1,
  UNKNOWN: 2,
  APPROVED: 3,
  FAILED: 3,
  PARTIALLY_REFUNDED: 4,
  CANCELED: 5,
  REFUNDED: 5,
};

export const paymentView = z
  .strictObject({
    id,
    orderId: id,
    method: paymentMethod,
    status: paymentStatus,
    amount: money,
    refunded: money,
    currency,
    createdAt: time,
    approvedAt: time.optional(),
  })
  .meta({ id: "Payment" });

/** A name that the provider gives. */
const name = z
  .string()
  .min(1)
  .max(128)
  .regex(/^[\x21-\x7e]+$/)
  .meta({ examples: ["evt_1"] });

/** The body of a webhook. `providerRef` is the provider's name for the charge, or for the refund; `amount` that of the whole payment. */
export const webhookBody = z
  .strictObject({
    id: name,
    type: z.enum(["payment.approved", "payment.failed", "payment.refunded"]),
    data: z.strictObject({ paymentId: id, providerRef: name, amount: money }),
  })
  .meta({ id: "Webhook" });

const told = z.strictObject({
  paymentId: id,
  orderId: id,
  userId: id,
  method: paymentMethod,
  status: paymentStatus,
  amount: money.meta({ description: "All that is paid for the order, in the currency's minor unit" }),
  refunded: money.meta({ description: "What of it was given back so far" }),
  currency,
});
const toldExample = {
  paymentId: "0198c2f1-2b91-7a3c-b0de-4f5a6b7c8d92",
  orderId: "0198c2f1-2b40-7f11-8a52-6c0d9e8f7a61",
  userId: "0198c2f0-7d7a-7c36-9f3e-5b1c2d3e4f51",
  method: "CARD",
  status: "APPROVED",
  amount: 31_400,
  refunded: 0,
  currency: "KRW",
} as const;

/** All of them tell the payment as it then is. */
const paymentEvent = (summary: string, change: Partial<z.output<typeof told>> = {}) =>
  event("commerce.payment.v1", { key: "orderId", summary, data: told, example: { ...toldExample, ...change } });

const pivotResult = z.strictObject({ paymentId: id, status: paymentStatus });

export const payment = contract("payment", {
  actions: {
    read: action({
      params: z.strictObject({ id, userId: id }),
      result: paymentView,
      refuses: ["PAYMENT_NOT_FOUND"],
      rest: { route: "GET /payments/:id", summary: "A payment" },
    }),
    /** What a payment provider tells of its own accord: signed, stored, and applied once. `body` is the raw text that was signed. */
    webhook: action({
      params: z.strictObject({
        provider: id.meta({ examples: ["sandbox"] }),
        body: z.string().max(100_000),
        signature: z.string().optional().meta({ description: 't=<unix seconds>,v1=<hex HMAC-SHA256 of "<t>.<raw body>">' }),
      }),
      result: nothing,
      refuses: ["UNAUTHENTICATED", "NOT_FOUND", "BAD_REQUEST"],
      rest: {
        route: "POST /payments/webhooks/:provider",
        auth: "public",
        status: 204,
        raw: { headers: { signature: "X-Signature" }, body: webhookBody },
        summary: "What a payment provider tells, signed",
      },
    }),
    /** Pays for an order. POINT was taken by the point step and is only recorded, CASH is approved at once, CARD asks the provider. */
    process: pivotStep({
      params: z.strictObject({ orderId: id, userId: id, method: paymentMethod, amount: money, currency, token: z.string().optional() }),
      result: pivotResult,
      refuses: ["PAYMENT_DECLINED"],
      verify: "outcome",
    }),
    /** Gives back all that was paid for an order. Points are given back by the point service and only recorded here, CASH was never taken. */
    refund: pivotStep({
      params: z.strictObject({ orderId: id }),
      result: pivotResult,
      refuses: ["ORDER_NOT_CANCELABLE"],
      verify: "refundOutcome",
    }),
  },
  events: {
    unknown: paymentEvent("The provider can't tell yet whether the payment is approved.", { status: "UNKNOWN" }),
    approved: paymentEvent("An order is paid for."),
    failed: paymentEvent("The provider has declined.", { status: "FAILED" }),
    refunded: paymentEvent("The money was given back.", { status: "REFUNDED", refunded: 31_400 }),
    canceled: paymentEvent("Given back before anything was taken (CASH).", { method: "CASH", status: "CANCELED", refunded: 31_400 }),
  },
});
