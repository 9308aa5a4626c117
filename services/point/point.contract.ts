import { z } from "zod";

import { action, batch, contract, event, retriableStep, sagaStep } from "../../lib/contract";
import { currency, money, positiveMoney } from "../../lib/money";
import { id, nothing, page, pageOf, time } from "../../lib/schemas";

export const wallet = z.strictObject({ balance: money, currency }).meta({ id: "Wallet", examples: [{ balance: 50_000, currency: "KRW" }] });

export const pointEntry = z
  .strictObject({
    id,
    type: z.enum(["CHARGE", "USE", "REFUND"]),
    amount: positiveMoney,
    balanceAfter: money,
    orderId: id.optional(),
    createdAt: time,
  })
  .meta({ id: "PointEntry" });

const moved = z.strictObject({ userId: id, amount: positiveMoney, balance: money, orderId: id.optional() });

export const point = contract("point", {
  actions: {
    balance: action({ params: z.strictObject({ userId: id }), result: wallet, rest: { route: "GET /points/me", summary: "Your balance" } }),
    history: action({
      params: z.strictObject({ userId: id, ...page }),
      result: pageOf(pointEntry),
      rest: { route: "GET /points/me/history", summary: "What moved your balance" },
    }),
    charge: action({
      params: z.strictObject({ userId: id, amount: positiveMoney }).meta({ examples: [{ amount: 50_000 }] }),
      result: wallet,
      rest: { route: "POST /points/me/charge", summary: "Charge points" },
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
    /** Gives a customer the points of an order back. */
    giveBack: retriableStep({ params: z.strictObject({ userId: id, orderId: id, amount: positiveMoney }), result: nothing }),
  },
  events: {
    charged: event("commerce.point.v1", { key: "userId", data: moved }),
    used: event("commerce.point.v1", { key: "userId", data: moved }),
    returned: event("commerce.point.v1", { key: "userId", data: moved }),
  },
});
