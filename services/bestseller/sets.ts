import { periods, type Span, spanOf } from "./period";
import type { Sale } from "./ranking";

/** What was sold in a period, by product. */
export interface PeriodSet {
  /** E.g. `week:2026-11-23`. */
  name: string;
  span: Span;
  sold: Map<string, number>;
}

export const nameOf = ({ period, first }: Pick<Span, "period" | "first">): string => `${period}:${first}`;

/** The sales summed up in each of the periods that they fall into. */
export function setsOf(sales: readonly Sale[]): PeriodSet[] {
  const sets = new Map<string, PeriodSet>();
  for (const { day, productId, sold } of sales) {
    for (const period of periods) {
      const span = spanOf(period, day);
      const name = nameOf(span);
      const set = sets.get(name) ?? { name, span, sold: new Map<string, number>() };
      set.sold.set(productId, (set.sold.get(productId) ?? 0) + sold);
      sets.set(name, set);
    }
  }
  return [...sets.values()];
}
