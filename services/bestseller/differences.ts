import type { z } from "zod";

import type { bestseller } from "./bestseller.contract";
import { periods, spanOf } from "./period";
import type { PeriodSale, Sale } from "./ranking";

export type Difference = z.output<typeof bestseller.$actions.audit.result>["differences"][number];

/** Where a ranking differs from the tally, in the periods that began on the day `since` or after it. */
export function differencesOf(ranking: readonly PeriodSale[], tally: readonly Sale[], since: string): Difference[] {
  const found = new Map<string, Difference>();
  const at = (sale: Omit<PeriodSale, "sold">): Difference => {
    const { period, first, productId } = sale;
    const key = `${period} ${first} ${productId}`;
    const difference = found.get(key) ?? { period, first, productId, ranking: 0, tally: 0 };
    found.set(key, difference);
    return difference;
  };
  for (const sale of ranking) at(sale).ranking += sale.sold;
  for (const { day, productId, sold } of tally) {
    for (const period of periods) {
      const { first } = spanOf(period, day);
      if (first >= since) at({ period, first, productId }).tally += sold;
    }
  }
  return [...found.values()].filter((one) => one.ranking !== one.tally);
}
