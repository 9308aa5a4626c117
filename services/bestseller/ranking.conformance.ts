import fc from "fast-check";

import { spanOf } from "./period";
import { byPlace, type Ranking, type Sale } from "./ranking";

/** What every implementation of the ranking keeps. */
export function rankingSuite(create: () => Ranking): void {
  const day = spanOf("day", "2026-11-24");
  const sale = (productId: string, sold: number, on = "2026-11-24"): Sale => ({ day: on, productId, sold });

  test("counts a sale in its day, its week and its month", async () => {
    const ranking = create();
    await ranking.load("2026-01-01", []);
    await ranking.add([sale("a", 1, "2026-11-30"), sale("a", 2, "2026-12-01")]);
    const sold = async (...of: Parameters<typeof spanOf>) => (await ranking.top(spanOf(...of), 1))?.[0]?.sold;
    expect(await sold("day", "2026-11-30")).toBe(1);
    expect(await sold("day", "2026-12-01")).toBe(2);
    expect(await sold("week", "2026-12-06")).toBe(3);
    expect(await sold("month", "2026-11-15")).toBe(1);
    expect(await sold("month", "2026-12-15")).toBe(2);
    expect(await sold("day", "2026-12-02")).toBeUndefined();
  });

  test("places equals by product id, at most as many as are asked for", async () => {
    const ranking = create();
    await ranking.load("2026-01-01", [sale("c", 2), sale("a", 1), sale("b", 2), sale("d", 3)]);
    expect((await ranking.top(day, 3))?.map(({ productId }) => productId)).toEqual(["d", "b", "c"]);
    await ranking.add([sale("a", 2)]);
    expect((await ranking.top(day, 10))?.map(({ productId }) => productId)).toEqual(["a", "d", "b", "c"]);
  });

  test("leaves out what was all given back", async () => {
    const ranking = create();
    await ranking.load("2026-01-01", [sale("a", 2)]);
    await ranking.add([sale("a", -2)]);
    expect(await ranking.top(day, 10)).toEqual([]);
  });

  test("a sale may be taken back in pieces, and never shows below zero", async () => {
    const ranking = create();
    await ranking.load("2026-01-01", [sale("a", 3), sale("b", 2)]);
    await ranking.add([sale("a", -2), sale("b", -2)]);
    expect(await ranking.top(day, 10)).toEqual([{ productId: "a", sold: 1 }]);
    await ranking.add([sale("a", -2), sale("b", 1)]);
    expect(await ranking.top(day, 10)).toEqual([{ productId: "b", sold: 1 }]);
  });

  test("tells all that it holds, of whole periods only", async () => {
    const ranking = create();
    await ranking.load("2026-12-01", [sale("a", 2, "2026-12-01"), sale("b", 1, "2026-12-01")]);
    await ranking.add([sale("b", -1, "2026-12-01"), sale("a", 1, "2026-12-07")]);
    const held = await ranking.held();
    expect(held?.since).toBe("2026-12-01");
    expect(held?.sales.toSorted((a, b) => (a.period + a.first < b.period + b.first ? -1 : 1))).toEqual([
      { period: "day", first: "2026-12-01", productId: "a", sold: 2 },
      { period: "day", first: "2026-12-07", productId: "a", sold: 1 },
      { period: "month", first: "2026-12-01", productId: "a", sold: 3 },
      { period: "week", first: "2026-12-07", productId: "a", sold: 1 },
    ]);
  });

  test("knows nothing of a period that began before what is held", async () => {
    const ranking = create();
    await ranking.load("2026-11-24", [sale("a", 1)]);
    expect(await ranking.top(day, 10)).toHaveLength(1);
    expect(await ranking.top(spanOf("month", "2026-11-24"), 10)).toBeUndefined();
  });

  test("a load replaces everything (I1: nothing is counted twice)", async () => {
    const ranking = create();
    await ranking.load("2026-01-01", [sale("a", 1), sale("b", 5)]);
    await ranking.load("2026-01-01", [sale("a", 1)]);
    expect(await ranking.top(day, 10)).toEqual([{ productId: "a", sold: 1 }]);
  });

  test("is the sum of its sales, in whatever pieces they came", async () => {
    const sales = fc.array(
      fc.record({ day: fc.constant(day.first), productId: fc.constantFrom("a", "b", "c"), sold: fc.integer({ min: 1, max: 9 }) }),
    );
    await fc.assert(
      fc.asyncProperty(sales, sales, async (loaded, added) => {
        const ranking = create();
        await ranking.load("2026-01-01", loaded);
        for (const one of added) await ranking.add([one]);
        const sums = new Map<string, number>();
        for (const { productId, sold } of [...loaded, ...added]) sums.set(productId, (sums.get(productId) ?? 0) + sold);
        const expected = [...sums].map(([productId, sold]) => ({ productId, sold })).sort(byPlace);
        expect(await ranking.top(day, 10)).toEqual(expected);
      }),
    );
  });
}
