import { z } from "zod";

import { action, batch, contract, event, sagaStep } from "../../lib/contract";
import { currency, money, positiveMoney } from "../../lib/money";
import { id, page, pageOf, time } from "../../lib/schemas";

export const wallet = z.strictObject({ balance: money, currency });

export const pointEntry = z.strictObject({
  id,
  type: z.enum(["CHARGE", "USE", "REFUND"]),
  amount: positiveMoney,
  balanceAfter: money,
  orderId: id.optional(),
  createdAt: time,
});

const moved = z.strictObject({ userId: id, amount: positiveMoney, balance: money, orderId: id.optional() });

export const point = contract("point", {
  actions: {
    balance: action({ params: z.strictObject({ userId: id }), result: wallet, rest: "GET /points/me" }),
    history: action({ params: z.strictObject({ userId: id, ...page }), result: pageOf(pointEntry), rest: "GET /points/me/history" }),
    charge: action({
      params: z.strictObject({ userId: id, amount: positiveMoney }),
      result: wallet,
      rest: "POST /points/me/charge",
      idempotencyKey: "required",
    }),
    /** The balance as the quote of an order needs it. */
    quote: batch({ params: z.strictObject({ userId: id }), result: wallet }),
    /** Takes points from the wallet for an order; the result is what the undo gives back. */
    use: sagaStep({
      params: z.strictObject({ userId: id, orderId: id, amount: positiveMoney }),
      result: z.strictObject({ userId: id, orderId: id, amount: positiveMoney }),
      refuses: ["POINT_INSUFFICIENT"],
      undo: "refund",
    }),
  },
  events: {
    charged: event("commerce.point.v1", { key: "userId", data: moved }),
    used: event("commerce.point.v1", { key: "userId", data: moved }),
    returned: event("commerce.point.v1", { key: "userId", data: moved }),
  },
});
