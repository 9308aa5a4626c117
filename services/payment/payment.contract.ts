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
  amount: money,
  refunded: money,
  currency,
});

const paymentEvent = event("commerce.payment.v1", { key: "orderId", data: told });

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
    /** The provider can't tell yet whether it is approved. */
    unknown: paymentEvent,
    approved: paymentEvent,
    failed: paymentEvent,
    refunded: paymentEvent,
    /** Given back before anything was taken (CASH). */
    canceled: paymentEvent,
  },
});
