import { periods, type Span, spanOf } from "./period";
import { byPlace, type PeriodSale, type Place, type Ranking, type Sale } from "./ranking";

/** Sold by product in a period, and the places when nothing was sold since they were asked for. */
interface SortedSet {
  span: Span;
  sold: Map<string, number>;
  places?: Place[];
}

/** Rankings of one process. */
export function createMemoryRanking(): Ranking {
  const sets = new Map<string, SortedSet>();
  let since = "";

  function count({ day, productId, sold }: Sale): void {
    for (const period of periods) {
      const span = spanOf(period, day);
      const set = sets.get(keyOf(span)) ?? { span, sold: new Map<string, number>() };
      set.sold.set(productId, (set.sold.get(productId) ?? 0) + sold);
      delete set.places;
      sets.set(keyOf(span), set);
    }
  }

  return {
    async load(from, sales) {
      since = from;
      sets.clear();
      for (const sale of sales) count(sale);
    },
    async add(sales) {
      for (const sale of sales) count(sale);
    },
    async top(span, limit) {
      if (span.first < since) return undefined;
      const set = sets.get(keyOf(span));
      if (!set) return [];
      set.places ??= [...set.sold]
        .map(([productId, sold]) => ({ productId, sold }))
        .filter(({ sold }) => sold > 0)
        .sort(byPlace);
      return set.places.slice(0, limit);
    },
    async held() {
      const held = [...sets.values()].filter(({ span }) => span.first >= since);
      return { since, sales: held.flatMap(salesOf) };
    },
  };
}

function salesOf({ span: { period, first }, sold }: SortedSet): PeriodSale[] {
  return [...sold].filter(([, pieces]) => pieces !== 0).map(([productId, pieces]) => ({ period, first, productId, sold: pieces }));
}

function keyOf({ period, first }: Span): string {
  return `${period}:${first}`;
}
