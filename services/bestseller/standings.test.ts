import { now } from "../../lib/clock";
import type { Database } from "../../mixins/database";
import { testDatabase } from "../../test/support/database";
import { createMemoryRanking } from "./memory-ranking";
import { dailySales } from "./migrations/0001-daily-sales";
import { countedOrders } from "./migrations/0002-counted-orders";
import { dayOf, spanOf } from "./period";
import type { Ranking } from "./ranking";
import { Standings } from "./standings";
import { addSales } from "./tally";

const today = dayOf(now(), "UTC");
const day = spanOf("day", today);

let db: Database;
beforeAll(async () => {
  db = await testDatabase("standings", [dailySales, countedOrders]);
});
beforeEach(() => db.transaction((tx) => tx.execute("delete from daily_sales")));

/** Standings over a ranking whose operations can be made to fail. */
function standingsWith(faults: Partial<Ranking> = {}) {
  const warnings: string[] = [];
  const ranking = { ...createMemoryRanking(), ...faults };
  const standings = new Standings({ db, ranking, timeZone: "UTC", warn: (message) => warnings.push(message) });
  const soldBy = async (productId: string) => (await standings.top(day, 10)).places.find((place) => place.productId === productId)?.sold;
  return { standings, ranking, warnings, soldBy };
}

/** Counts a sale as the consumer does. */
async function sell(standings: Standings, productId: string, sold: number, at = now()): Promise<void> {
  const load = await standings.load();
  const sales = [{ day: today, productId, sold }];
  await db.transaction(async (tx) => {
    await addSales(tx, sales, at);
    tx.afterCommit(() => standings.add(load, sales, at));
  });
}

test("holds what was sold before it began and what is sold since", async () => {
  const before = standingsWith();
  await sell(before.standings, "a", 1, 1_000);
  const after = standingsWith();
  expect(await after.soldBy("a")).toBe(1);
  expect(after.standings.lastAt).toBe(1_000);
  await sell(after.standings, "a", 2, 2_000);
  await sell(after.standings, "a", 4, 1_500);
  expect(await after.soldBy("a")).toBe(7);
  expect(after.standings.lastAt).toBe(2_000);
});

test("nothing is counted twice when a load begins between the commit and the addition (I1)", async () => {
  const { standings, ranking, soldBy } = standingsWith();
  const load = await standings.load();
  const sales = [{ day: today, productId: "a", sold: 1 }];
  await db.transaction((tx) => addSales(tx, sales, 1));
  const add = ranking.add;
  ranking.add = () => Promise.reject(new Error("away"));
  standings.add(load, [{ day: today, productId: "b", sold: 0 }], 1);
  ranking.add = add;
  await new Promise(setImmediate);
  await standings.load();
  standings.add(load, sales, 1);
  expect(await soldBy("a")).toBe(1);
});

test("an addition that fails makes it load anew", async () => {
  let fails = true;
  const memory = createMemoryRanking();
  const { standings, warnings, soldBy } = standingsWith({
    ...memory,
    add: (sales) => (fails ? Promise.reject(new Error("away")) : memory.add(sales)),
  });
  await sell(standings, "a", 1);
  fails = false;
  await new Promise(setImmediate);
  expect(warnings).toHaveLength(1);
  expect(await soldBy("a")).toBe(1);
  await sell(standings, "a", 1);
  expect(await soldBy("a")).toBe(2);
});

test("the store is away: the tally answers, stale", async () => {
  const { standings, warnings } = standingsWith({ top: () => Promise.reject(new Error("away")) });
  await sell(standings, "b", 2);
  await sell(standings, "a", 2);
  await sell(standings, "c", 3);
  expect(await standings.top(day, 2)).toEqual({
    stale: true,
    places: [
      { productId: "c", sold: 3 },
      { productId: "a", sold: 2 },
    ],
  });
  expect(warnings).toHaveLength(1);
});

test("a load that fails is tried again", async () => {
  let fails = true;
  const memory = createMemoryRanking();
  const { standings, soldBy } = standingsWith({
    ...memory,
    load: (since, sales) => (fails ? Promise.reject(new Error("away")) : memory.load(since, sales)),
  });
  await expect(standings.load()).rejects.toThrow("away");
  expect((await standings.top(day, 1)).stale).toBe(true);
  fails = false;
  await sell(standings, "a", 1);
  expect(await standings.top(day, 1)).toEqual({ stale: false, places: [{ productId: "a", sold: 1 }] });
  expect(await soldBy("a")).toBe(1);
});

test("a period that began long ago is read from the tally, exact", async () => {
  const { standings } = standingsWith();
  await db.transaction((tx) => addSales(tx, [{ day: "2020-02-29", productId: "old", sold: 5 }], 1));
  const month = spanOf("month", "2020-02-01");
  expect(await standings.top(month, 10)).toEqual({ stale: false, places: [{ productId: "old", sold: 5 }] });
});

test("a sale of an older day that was taken back is the newest news, also after a restart", async () => {
  await db.transaction((tx) => addSales(tx, [{ day: "2020-02-29", productId: "old", sold: 5 }], 1));
  await sell(standingsWith().standings, "a", 1, 2);
  await db.transaction((tx) => addSales(tx, [{ day: "2020-02-29", productId: "old", sold: -5 }], 3));
  const { standings } = standingsWith();
  await standings.load();
  expect(standings.lastAt).toBe(3);
});

describe("the audit", () => {
  test("counts an addition that failed as no difference: the ranking is loaded anew", async () => {
    let fails = true;
    const memory = createMemoryRanking();
    const { standings } = standingsWith({
      ...memory,
      add: (sales) => (fails ? Promise.reject(new Error("away")) : memory.add(sales)),
    });
    await sell(standings, "a", 1);
    fails = false;
    expect(await standings.audit()).toEqual([]);
  });

  test("finds an addition that was lost, and one that was made twice (I1)", async () => {
    const { standings, ranking } = standingsWith();
    await sell(standings, "a", 2);
    await sell(standings, "b", 2);
    await db.transaction((tx) => addSales(tx, [{ day: today, productId: "a", sold: 1 }], 1));
    standings.add(await standings.load(), [{ day: today, productId: "b", sold: 2 }], 1);
    expect(await ranking.top(day, 2)).toHaveLength(2);
    const found = (await standings.audit())?.filter(({ period }) => period === "day");
    expect(found).toEqual([
      { period: "day", first: today, productId: "a", ranking: 2, tally: 3 },
      { period: "day", first: today, productId: "b", ranking: 4, tally: 2 },
    ]);
  });

  test("waits for what is committed and not yet added", async () => {
    const { standings } = standingsWith();
    const load = await standings.load();
    const sales = [{ day: today, productId: "a", sold: 1 }];
    await db.transaction((tx) => addSales(tx, sales, 1));
    const audit = standings.audit();
    setImmediate(() => standings.add(load, sales, 1));
    expect(await audit).toEqual([]);
  });

  test("looks at the ranking as it is loaded anew, when that becomes necessary meanwhile", async () => {
    const { standings } = standingsWith();
    const load = await standings.load();
    const sales = [{ day: today, productId: "a", sold: 1 }];
    await db.transaction((tx) => addSales(tx, sales, 1));
    const audit = standings.audit();
    setImmediate(() => standings.add(load - 1, sales, 1));
    expect(await audit).toEqual([]);
  });

  test("has nothing to say of a ranking that holds nothing", async () => {
    const { standings } = standingsWith({ held: async () => undefined });
    await sell(standings, "a", 1);
    expect(await standings.audit()).toBeUndefined();
  });
});

test("many transactions at once add up", async () => {
  const { standings, soldBy } = standingsWith();
  await Promise.all(Array.from({ length: 20 }, () => sell(standings, "a", 1)));
  expect(await soldBy("a")).toBe(20);
  expect(await standingsWith().soldBy("a")).toBe(20);
});
