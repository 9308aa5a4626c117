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

const moved = z.strictObject({
  userId: id.meta({ description: "Whose points" }),
  amount: positiveMoney.meta({ description: "How many points moved" }),
  balance: money.meta({ description: "What he has afterwards" }),
  orderId: id.optional().meta({ description: "The order that they moved for" }),
});
const movedExample = { userId: "0198c2f0-7d7a-7c36-9f3e-5b1c2d3e4f51", amount: 1_000, balance: 49_000 };
const orderExample = { ...movedExample, orderId: "0198c2f1-2b40-7f11-8a52-6c0d9e8f7a61" };

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
      publishes: true,
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
    charged: event("commerce.point.v1", {
      key: "userId",
      summary: "A customer has charged points.",
      data: moved,
      example: { ...movedExample, balance: 51_000 },
    }),
    used: event("commerce.point.v1", {
      key: "userId",
      summary: "Points were taken for an order, which may still fail.",
      data: moved,
      example: orderExample,
    }),
    returned: event("commerce.point.v1", {
      key: "userId",
      summary: "Points came back: their order failed or was cancelled.",
      data: moved,
      example: { ...orderExample, balance: 50_000 },
    }),
  },
});
