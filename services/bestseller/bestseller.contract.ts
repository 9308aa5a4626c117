import { z } from "zod";

import { action, contract } from "../../lib/contract";
import { id, nothing, page, time } from "../../lib/schemas";

export const period = z.enum(["day", "week", "month"]).meta({ id: "Period" });

export const ranking = z
  .strictObject({
    period,
    asOf: time.meta({ description: "When the newest order that has moved the ranking was completed or cancelled; now when there is none" }),
    stale: z.boolean().meta({ description: "The ranking's store is away, or has lost something, and the answer comes from the tally" }),
    items: z.array(z.strictObject({ rank: z.int(), product: z.strictObject({ id, name: z.string() }), sold: z.int() })),
  })
  .meta({ id: "Ranking" });

export const bestseller = contract("bestseller", {
  actions: {
    top: action({
      params: z.strictObject({
        period: period.default("day"),
        date: z.iso.date().optional().meta({ description: "A day of the period; today without it" }),
        limit: page.limit,
      }),
      result: ranking,
      rest: { route: "GET /bestsellers", auth: "public", summary: "Most sold products of a calendar day, ISO week or month" },
    }),
    /** Where the ranking, in this node's memory or in Redis, differs from the tally; only the running shop knows. */
    audit: action({
      params: nothing,
      result: z.strictObject({
        held: z.boolean().meta({
          description: "False where the ranking is read from the tally, also because its store is away, so that nothing can differ",
        }),
        differences: z.array(z.strictObject({ period, first: z.iso.date(), productId: id, ranking: z.int(), tally: z.int() })),
      }),
      rest: { route: "GET /ops/reconcile", auth: "admin", summary: "Where the ranking differs from the tally" },
    }),
  },
});
