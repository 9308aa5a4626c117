import { now } from "../../lib/clock";
import type { Database } from "../../mixins/database";
import { deferred } from "../../mixins/waiting";
import { testDatabase } from "../../test/support/database";
import { waitFor } from "../../test/support/wait";
import { createMemoryRanking } from "./memory-ranking";
import { dailySales } from "./migrations/0001-daily-sales";
import { countedOrders } from "./migrations/0002-counted-orders";
import { tallyVersion } from "./migrations/0004-tally";
import { dayOf, spanOf } from "./period";
import type { Change, Ranking } from "./ranking";
import { type Standing, Standings } from "./standings";
import { addSales } from "./tally";

const today = dayOf(now(), "UTC");
const day = spanOf("day", today);

let db: Database;
beforeAll(async () => {
  db = await testDatabase("standings", [dailySales, countedOrders, tallyVersion]);
});
beforeEach(() =>
  db.transaction(async (tx) => {
    await tx.execute("delete from daily_sales");
    await tx.execute("update tally set last_at = null");
  }),
);

/** Standings over a ranking whose operations can be made to fail; one that has failed is asked again at once. */
function standingsWith(faults: Partial<Ranking> = {}, graceMs = 0) {
  const warnings: string[] = [];
  const ranking = { ...createMemoryRanking(), ...faults };
  const warn = (message: string) => warnings.push(message);
  const standings = new Standings({ db, ranking, timeZone: "UTC", graceMs, restMs: 0, warn });
  const soldBy = async (productId: string) => {
    await standings.load();
    return (await standings.top(day, 10)).places.find((place) => place.productId === productId)?.sold;
  };
  return { standings, ranking, warnings, soldBy };
}

const count = (productId: string, sold: number, at = now()) => db.transaction((tx) => addSales(tx, [{ day: today, productId, sold }], at));

/** Counts a sale as the consumer does. */
async function sell(standings: Standings, productId: string, sold: number, at = now()): Promise<Change> {
  const change = await count(productId, sold, at);
  standings.add(change);
  return change;
}

const shown = ({ places, stale }: Standing) => ({ stale, places: places.map(({ productId, sold }) => [productId, sold]) });

/** What a read gives that isn't stale any more. */
const fresh = (standings: Standings) =>
  waitFor(async () => {
    const standing = await standings.top(day, 10);
    return !standing.stale && shown(standing).places;
  });

test("holds what was sold before it began and what is sold since", async () => {
  await count("a", 1, 1_000);
  const { standings, soldBy } = standingsWith();
  expect(await soldBy("a")).toBe(1);
  expect((await standings.top(day, 1)).lastAt).toBe(1_000);
  await sell(standings, "a", 2, 2_000);
  await sell(standings, "a", 4, 1_500);
  expect(await soldBy("a")).toBe(7);
  expect((await standings.top(day, 1)).lastAt).toBe(2_000);
});

test("until it stands the tally answers, stale", async () => {
  await count("a", 1);
  const { standings, warnings } = standingsWith();
  expect(shown(await standings.top(day, 1))).toEqual({ stale: true, places: [["a", 1]] });
  expect(await fresh(standings)).toEqual([["a", 1]]);
  expect(warnings).toEqual([]);
});

test("nothing is counted twice when a load comes between the commit and the addition (I1)", async () => {
  const { standings, soldBy } = standingsWith();
  await standings.load();
  const change = await count("a", 1);
  await standings.load();
  standings.add(change);
  standings.add(change);
  expect(await soldBy("a")).toBe(1);
});

test("an addition that is lost is noticed by the tally's version: after the grace the tally answers, and it is loaded anew", async () => {
  let graceMs = 60_000;
  const memory = createMemoryRanking();
  const loads = jest.spyOn(memory, "load");
  const parts = { db, ranking: memory, timeZone: "UTC", restMs: 0, warn: () => undefined };
  const standings = new Standings({ ...parts, get graceMs() { return graceMs; } }); // prettier-ignore
  await standings.load();
  await sell(standings, "a", 1);
  await count("a", 1);
  await sell(standings, "b", 5);
  for (let n = 0; n < 3; n++) expect(shown(await standings.top(day, 9))).toEqual({ stale: false, places: [["a", 1]] });
  expect(loads).toHaveBeenCalledTimes(1);
  graceMs = -1;
  const loading = deferred();
  const load = memory.load.bind(memory);
  loads.mockImplementationOnce((read) => loading.promise.then(() => load(read)));
  for (let n = 0; n < 3; n++) expect(shown(await standings.top(day, 9))).toEqual({ stale: true, places: [["b", 5], ["a", 2]] }); // prettier-ignore
  loading.resolve();
  expect(await fresh(standings)).toEqual([["b", 5], ["a", 2]]); // prettier-ignore
  // A read that began before it stood may ask for another load.
  expect(loads.mock.calls.length).toBeGreaterThan(1);
});

test("a ranking of another tally, or of one that is further than this one, is loaded anew", async () => {
  for (const spoil of ["update tally set tally = 'another'", "update tally set version = version - 1"]) {
    const { standings } = standingsWith();
    await standings.load();
    await sell(standings, "a", 1);
    await db.transaction(async (tx) => {
      await tx.execute("update daily_sales set sold = 9");
      await tx.execute(spoil);
    });
    expect(shown(await standings.top(day, 1))).toEqual({ stale: true, places: [["a", 9]] });
    expect(await fresh(standings)).toEqual([["a", 9]]);
    await db.transaction((tx) => tx.execute("delete from daily_sales"));
  }
});

test("the store is away: the tally answers, stale, and it is told once", async () => {
  let away = true;
  const memory = createMemoryRanking();
  const { standings, warnings } = standingsWith({
    ...memory,
    top: (...asked) => (away ? Promise.reject(new Error("away")) : memory.top(...asked)),
  });
  await standings.load();
  await sell(standings, "b", 2);
  await sell(standings, "a", 2);
  await sell(standings, "c", 3);
  for (let n = 0; n < 3; n++) expect(shown(await standings.top(day, 2))).toEqual({ stale: true, places: [["c", 3], ["a", 2]] }); // prettier-ignore
  expect(warnings).toHaveLength(1);
  away = false;
  expect(shown(await standings.top(day, 1))).toEqual({ stale: false, places: [["c", 3]] });
});

test("a load that fails is tried again", async () => {
  let fails = true;
  const memory = createMemoryRanking();
  const { standings, warnings } = standingsWith({
    ...memory,
    load: (read) => (fails ? Promise.reject(new Error("away")) : memory.load(read)),
  });
  await standings.load();
  expect((await standings.top(day, 1)).stale).toBe(true);
  expect(warnings).toHaveLength(1);
  fails = false;
  await sell(standings, "a", 1);
  expect(await fresh(standings)).toEqual([["a", 1]]);
});

test("a period that began long ago is read from the tally, exact", async () => {
  const { standings } = standingsWith();
  await standings.load();
  standings.add(await db.transaction((tx) => addSales(tx, [{ day: "2020-02-29", productId: "old", sold: 5 }], 1)));
  expect(shown(await standings.top(spanOf("month", "2020-02-01"), 10))).toEqual({ stale: false, places: [["old", 5]] });
});

test("a sale of an older day that was taken back is the newest news, also after a restart", async () => {
  await db.transaction((tx) => addSales(tx, [{ day: "2020-02-29", productId: "old", sold: 5 }], 1));
  await count("a", 1, 2);
  await db.transaction((tx) => addSales(tx, [{ day: "2020-02-29", productId: "old", sold: -5 }], 3));
  const { standings } = standingsWith();
  await standings.load();
  expect((await standings.top(day, 1)).lastAt).toBe(3);
});

describe("the audit", () => {
  test("counts an addition that failed as no difference: the ranking is loaded anew", async () => {
    const { standings } = standingsWith({ add: () => Promise.reject(new Error("away")) });
    await sell(standings, "a", 1);
    expect(await standings.audit()).toEqual([]);
  });

  test("finds what the ranking has and the tally hasn't, and the other way round (I1)", async () => {
    const { standings } = standingsWith();
    await standings.load();
    await sell(standings, "a", 2);
    await sell(standings, "b", 2);
    await db.transaction((tx) => tx.execute("update daily_sales set sold = case product_id when 'a' then 3 else 1 end"));
    const found = (await standings.audit())?.filter(({ period }) => period === "day");
    expect(found).toEqual([
      { period: "day", first: today, productId: "a", ranking: 2, tally: 3 },
      { period: "day", first: today, productId: "b", ranking: 2, tally: 1 },
    ]);
  });

  test("waits for what is committed and not yet added", async () => {
    const { standings, ranking } = standingsWith();
    await standings.load();
    const loads = jest.spyOn(ranking, "load");
    const change = await count("a", 1);
    const audit = standings.audit();
    setImmediate(() => standings.add(change));
    expect(await audit).toEqual([]);
    expect(loads).not.toHaveBeenCalled();
  });

  test("has nothing to say of a ranking that holds nothing, is away, or isn't there", async () => {
    const away = () => Promise.reject(new Error("away"));
    for (const faults of [{ held: async () => undefined }, { held: away, load: away }])
      expect(await standingsWith(faults).standings.audit()).toBeUndefined();
    const none = new Standings({ db, ranking: undefined, timeZone: "UTC", warn: () => undefined });
    expect(await none.audit()).toBeUndefined();
  });
});

test("many transactions at once add up", async () => {
  const { standings, soldBy } = standingsWith();
  await standings.load();
  await Promise.all(Array.from({ length: 20 }, () => sell(standings, "a", 1)));
  expect(shown(await standings.top(day, 1))).toEqual({ stale: false, places: [["a", 20]] });
  expect(await soldBy("a")).toBe(20);
});
