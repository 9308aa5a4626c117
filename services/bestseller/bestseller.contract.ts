import { z } from "zod";

import { action, contract } from "../../lib/contract";
import { id, page, time } from "../../lib/schemas";

export const period = z.enum(["day", "week", "month"]);

export const ranking = z.strictObject({
  period,
  /** When the newest order that is counted here was completed; now when there is none. */
  asOf: time,
  /** True when the ranking store is away and the answer comes from the tally. */
  stale: z.boolean(),
  items: z.array(z.strictObject({ rank: z.int(), product: z.strictObject({ id, name: z.string() }), sold: z.int() })),
});

export const bestseller = contract("bestseller", {
  actions: {
    /** Most sold products of the calendar day, ISO week or month that holds `date` (default: today). */
    top: action({
      params: z.strictObject({ period: period.default("day"), date: z.iso.date().optional(), limit: page.limit }),
      result: ranking,
      rest: { route: "GET /bestsellers", auth: "public" },
    }),
  },
});
