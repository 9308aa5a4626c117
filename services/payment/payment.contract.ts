import { z } from "zod";

import { action, contract, event, pivotStep } from "../../lib/contract";
import { currency, money } from "../../lib/money";
import { id, time } from "../../lib/schemas";

export const paymentMethod = z.enum(["POINT", "CARD", "CASH"]);
export type PaymentMethod = z.output<typeof paymentMethod>;

export const paymentStatus = z.enum(["PENDING", "APPROVED", "FAILED", "CANCELED", "REFUNDED", "PARTIALLY_REFUNDED", "UNKNOWN"]);
export type PaymentStatus = z.output<typeof paymentStatus>;

export const paymentView = z.strictObject({
  id,
  orderId: id,
  method: paymentMethod,
  status: paymentStatus,
  amount: money,
  refunded: money,
  currency,
  createdAt: time,
  approvedAt: time.optional(),
});

const told = z.strictObject({
  paymentId: id,
  orderId: id,
  userId: id,
  method: paymentMethod,
  status: paymentStatus,
  amount: money,
  currency,
});

export const payment = contract("payment", {
  actions: {
    read: action({
      params: z.strictObject({ id, userId: id }),
      result: paymentView,
      refuses: ["PAYMENT_NOT_FOUND"],
      rest: "GET /payments/:id",
    }),
    /** Pays for an order. POINT was taken by the point step and is only recorded, CASH is approved at once, CARD asks the provider. */
    process: pivotStep({
      params: z.strictObject({ orderId: id, userId: id, method: paymentMethod, amount: money, currency, token: z.string().optional() }),
      result: z.strictObject({ paymentId: id, status: paymentStatus }),
      refuses: ["PAYMENT_DECLINED"],
      verify: "outcome",
    }),
  },
  events: {
    approved: event("commerce.payment.v1", { key: "orderId", data: told }),
    failed: event("commerce.payment.v1", { key: "orderId", data: told }),
  },
});
