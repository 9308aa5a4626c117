import fc from "fast-check";

import { spanOf } from "./period";
import { byPlace, type Ranking, type Sale } from "./ranking";

/** A ranking of a tally that a test counts the versions of. */
function countingOn(ranking: Ranking) {
  let version = 0;
  const next = (sales: readonly Sale[]) => ({ tally: "t", version: ++version, lastAt: 1_000 + version, sales });
  return {
    next,
    load: (since: string, sales: readonly Sale[]) => ranking.load(async () => ({ ...next(sales), since })),
    add: (sales: readonly Sale[]) => ranking.add(next(sales)),
    top: async (...of: Parameters<Ranking["top"]>) => (await ranking.top(...of))?.places,
    held: () => ranking.held(),
    ranking,
  };
}

/** What every implementation of the ranking keeps. `createRanking` gives an empty one. */
export function rankingSuite(createRanking: () => Ranking): void {
  const create = () => countingOn(createRanking());
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

  describe("is the tally at one version (R1)", () => {
    const sold = async ({ ranking }: ReturnType<typeof create>) => {
      const { version, lastAt, places } = (await ranking.top(day, 10)) ?? {};
      return [version, lastAt, places?.map(({ productId, sold: pieces }) => [productId, pieces])];
    };

    test("whatever is told twice, or by several nodes in another order", async () => {
      const change = fc.array(fc.record({ productId: fc.constantFrom("a", "b", "c"), sold: fc.integer({ min: -5, max: 9 }) }), {
        minLength: 1,
        maxLength: 3,
      });
      const told = fc.array(change, { minLength: 1, maxLength: 12 }).chain((all) => {
        const numbers = all.map((_, n) => n);
        const repeats = fc.array(fc.constantFrom(...numbers), { maxLength: 6 });
        return fc.tuple(fc.constant(all), fc.shuffledSubarray(numbers, { minLength: numbers.length }), repeats, fc.nat(all.length));
      });
      await fc.assert(
        fc.asyncProperty(told, async ([all, order, repeats, loadedBefore]) => {
          const some = create();
          await some.load("2026-01-01", []);
          const changes = all.map((moves) => some.next(moves.map((one) => ({ ...one, day: day.first }))));
          for (const [at, n] of [...order, ...repeats].entries()) {
            await some.ranking.add(changes[n]!);
            if (at !== loadedBefore) continue;
            const upTo = changes.slice(0, n + 1);
            const sales = upTo.flatMap((one) => one.sales);
            await some.ranking.load(async () => ({ ...changes[n]!, since: "2026-01-01", sales }));
          }
          const sums = new Map<string, number>();
          for (const { productId, sold: pieces } of all.flat()) sums.set(productId, (sums.get(productId) ?? 0) + pieces);
          const places = [...sums].map(([productId, pieces]) => ({ productId, sold: pieces })).filter((one) => one.sold > 0);
          const { version, lastAt } = changes.at(-1)!;
          expect(await some.ranking.top(day, 10)).toMatchObject({ version, lastAt, places: places.sort(byPlace) });
        }),
        { numRuns: 50 },
      );
    });

    test("one that is missing keeps back what came after it, and a load brings it", async () => {
      const some = create();
      await some.load("2026-01-01", []);
      const [lost, later] = [some.next([sale("a", 1)]), some.next([sale("b", 2)])];
      expect(await some.ranking.add(later)).toBe(true);
      expect(await sold(some)).toEqual([1, 1_001, []]);
      await some.ranking.load(async () => ({ ...lost, since: "2026-01-01" }));
      expect(await sold(some)).toEqual([3, 1_003, [["b", 2], ["a", 1]]]); // prettier-ignore
    });

    test("of which the newest order tells the time, also of none", async () => {
      const some = create();
      await some.ranking.load(async () => ({ tally: "t", version: 0, since: "2026-01-01", sales: [] }));
      expect(await sold(some)).toEqual([0, undefined, []]);
      await some.add([sale("a", 1)]);
      expect(await sold(some)).toEqual([1, 1_001, [["a", 1]]]);
    });
  });

  test("what is told while it is being loaded isn't lost (R2)", async () => {
    const some = create();
    await some.ranking.load(async () => {
      const seen = some.next([sale("a", 1)]);
      expect(await some.ranking.add(seen)).toBe(false);
      expect(await some.add([sale("a", 5)])).toBe(false);
      return { ...seen, since: "2026-01-01" };
    });
    expect(await some.top(day, 10)).toEqual([{ productId: "a", sold: 6 }]);
    expect((await some.held())?.version).toBe(2);
  });

  test("a load never turns it back (R3)", async () => {
    const some = create();
    const old = some.next([sale("a", 1)]);
    await some.load("2026-01-01", [sale("a", 3)]);
    await some.ranking.load(async () => ({ ...old, since: "2026-01-01" }));
    expect(await some.top(day, 10)).toEqual([{ productId: "a", sold: 3 }]);
  });

  test("a load moves what is held to later days, though nothing was sold since", async () => {
    const some = create();
    await some.load("2026-10-01", [sale("a", 3), sale("a", 1, "2026-10-02")]);
    const month = spanOf("month", "2026-10-01");
    expect(await some.top(month, 1)).toEqual([{ productId: "a", sold: 1 }]);
    const { version } = (await some.held())!;
    await some.ranking.load(async () => ({ tally: "t", version, since: "2026-11-01", sales: [sale("a", 3)] }));
    expect(await some.top(month, 1)).toBeUndefined();
    expect(await some.top(day, 1)).toEqual([{ productId: "a", sold: 3 }]);
  });

  test("another tally's changes are none of it, and its load replaces everything", async () => {
    const some = create();
    await some.load("2026-01-01", [sale("a", 3)]);
    expect(await some.ranking.add({ tally: "u", version: 2, lastAt: 1, sales: [sale("a", 1)] })).toBe(false);
    expect(await some.top(day, 1)).toEqual([{ productId: "a", sold: 3 }]);
    await some.ranking.load(async () => ({ tally: "u", version: 0, lastAt: 1, since: "2026-01-01", sales: [sale("b", 1)] }));
    expect(await some.top(day, 2)).toEqual([{ productId: "b", sold: 1 }]);
  });

  test("forgets what it holds, unless it has moved on", async () => {
    const some = create();
    await some.load("2026-01-01", [sale("a", 3)]);
    await some.ranking.drop({ tally: "t", version: 0 });
    expect(await some.top(day, 1)).toHaveLength(1);
    await some.ranking.drop({ tally: "t", version: 1 });
    expect(await some.top(day, 1)).toBeUndefined();
    await some.ranking.load(async () => ({ tally: "t", version: 0, since: "2026-01-01", sales: [] }));
    expect(await some.top(day, 1)).toEqual([]);
  });

  test("holds nothing until it is loaded", async () => {
    const some = create();
    expect([await some.ranking.top(day, 1), await some.held()]).toEqual([undefined, undefined]);
    expect(await some.add([sale("a", 1)])).toBe(false);
    expect(await some.ranking.top(day, 1)).toBeUndefined();
  });
}
