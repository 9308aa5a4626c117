import { randomUUID } from "node:crypto";

import Redis from "ioredis";

import { spanOf } from "./period";
import type { Loaded } from "./ranking";
import { rankingSuite } from "./ranking.conformance";
import { createRedisRanking } from "./redis-ranking";

const url = process.env.TEST_REDIS_URL;

(url ? describe : describe.skip)("the ranking in Redis", () => {
  const redis = new Redis(url ?? "", { lazyConnect: true });
  const run = `test-${randomUUID()}`;
  const keysOf = (prefix: string) => redis.keys(`${prefix}:*`);
  afterAll(async () => {
    const left = await keysOf(`${run}*`);
    if (left.length > 0) await redis.unlink(...left);
    await redis.quit();
  });

  let rankings = 0;
  const fresh = () => `${run}-${++rankings}:bestseller`;
  const create = (prefix = fresh()) => createRedisRanking(redis, prefix);

  rankingSuite(() => create());

  const day = spanOf("day", "2026-11-24");
  const loaded = (change: Partial<Loaded> = {}): Loaded => ({
    ...{ tally: "t", version: 5, lastAt: 7, since: "2026-11-01" },
    sales: [
      { day: day.first, productId: "a", sold: 2 },
      { day: "2026-11-25", productId: "b", sold: 1 },
    ],
    ...change,
  });

  test("nodes share it: one loads it and the other reads and adds", async () => {
    const prefix = fresh();
    const [one, other] = [create(prefix), create(prefix)];
    await one.load(async () => loaded());
    expect(await other.add({ tally: "t", version: 6, lastAt: 8, sales: [{ day: day.first, productId: "b", sold: 3 }] })).toBe(true);
    expect(await one.top(day, 1)).toMatchObject({ version: 6, lastAt: 8, places: [{ productId: "b", sold: 3 }] });
  });

  test("one node loads it at a time, and the next may when that failed", async () => {
    const prefix = fresh();
    const [one, other] = [create(prefix), create(prefix)];
    const failing = one.load(async () => {
      expect(await other.load(async () => loaded())).toBe(false);
      throw new Error("no");
    });
    await expect(failing).rejects.toThrow("no");
    expect(await other.load(async () => loaded())).toBe(true);
  });

  test.each(["state", "day:2026-11-24"])("when the key %s is gone, nothing is held until it is loaded anew", async (name) => {
    for (const meet of ["top", "add"] as const) {
      const prefix = fresh();
      const ranking = create(prefix);
      await ranking.load(async () => loaded());
      await redis.del(`${prefix}:{ranking}:${name}`);
      if (meet === "add")
        expect(await ranking.add({ tally: "t", version: 6, lastAt: 8, sales: [{ day: day.first, productId: "a", sold: 1 }] })).toBe(false);
      expect(await ranking.top(day, 1)).toBeUndefined();
      await ranking.load(async () => loaded());
      expect(await ranking.top(day, 1)).toMatchObject({ places: [{ productId: "a", sold: meet === "add" ? 3 : 2 }] });
    }
  });

  test("all keys have one hash tag and expire, and nothing is left of a load or of periods that aren't held any more", async () => {
    const prefix = fresh();
    const ranking = create(prefix);
    await ranking.load(async () => loaded());
    await ranking.add({ tally: "t", version: 6, lastAt: 8, sales: [{ day: "2026-11-26", productId: "a", sold: 1 }] });
    const names = async () =>
      (await keysOf(prefix)).map((key) => key.replace(`${prefix}:{ranking}:`, "")).filter((name) => name !== "loading");
    const sets = ["day:2026-11-24", "day:2026-11-25", "day:2026-11-26", "month:2026-11-01", "week:2026-11-23"];
    expect((await names()).toSorted()).toEqual([...sets, "state"].toSorted());
    for (const key of await keysOf(prefix)) expect(await redis.pttl(key)).toBeGreaterThan(0);
    await ranking.load(async () => loaded({ version: 7, since: "2026-11-25" }));
    expect((await names()).toSorted()).toEqual(["day:2026-11-25", "state"]);
  });

  test("a large tally is loaded whole", async () => {
    const ranking = create();
    const sales = Array.from({ length: 12_345 }, (_, n) => ({ day: day.first, productId: `p${n}`, sold: 1 + (n % 7) }));
    await ranking.load(async () => loaded({ sales }));
    const held = await ranking.held();
    expect(held?.sales).toHaveLength(3 * sales.length);
    const sum = (period: string) => held?.sales.filter((one) => one.period === period).reduce((total, { sold }) => total + sold, 0);
    const all = sales.reduce((total, { sold }) => total + sold, 0);
    expect([sum("day"), sum("week"), sum("month")]).toEqual([all, all, all]);
  });

  test("a server that has forgotten the scripts is told them again", async () => {
    const ranking = create();
    await ranking.load(async () => loaded());
    await redis.script("FLUSH");
    expect(await ranking.top(day, 1)).toMatchObject({ version: 5 });
  });
});
