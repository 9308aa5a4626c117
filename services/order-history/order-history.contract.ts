import { z } from "zod";

import { action, contract } from "../../lib/contract";
import { id, page, pageOf, time } from "../../lib/schemas";
import { orderStatus, orderView } from "../order/order.contract";

export const orderHistory = contract("order-history", {
  actions: {
    /** Orders by the time when they were placed, the newest first. Staff may name a customer, a product, or both; without they get everybody's. */
    list: action({
      params: z
        .strictObject({
          userId: id.optional(),
          productId: id.optional().meta({ description: "Staff only: orders that hold this product" }),
          status: orderStatus.optional(),
          from: time.optional(),
          to: time.optional(),
          ...page,
        })
        .refine((p) => p.from === undefined || p.to === undefined || Date.parse(p.from) <= Date.parse(p.to), {
          path: ["to"],
          message: "must not be before from",
        }),
      result: pageOf(orderView).extend({
        asOf: time.meta({
          description:
            "When the newest event of any order happened that the history has heard of: what happened later may not be shown yet. 1970 while it has heard of none",
        }),
      }),
      rest: { route: "GET /orders", staffChoosesUser: true, staffFilters: ["productId"], summary: "Your orders; for staff everybody's" },
    }),
  },
});
