/** Every answer comes from one moment, which its `asOf` names, also while several nodes count and take back. */
import { randomUUID } from "node:crypto";

import Redis from "ioredis";

import { now } from "../../lib/clock";
import type { Database } from "../../mixins/database";
import { atEnd } from "../../test/support/cleanup";
import { testDatabase } from "../../test/support/database";
import { createMemoryRanking } from "./memory-ranking";
import { dailySales } from "./migrations/0001-daily-sales";
import { countedOrders } from "./migrations/0002-counted-orders";
import { tallyVersion } from "./migrations/0004-tally";
import { dayOf, type Span, spanOf } from "./period";
import { byPlace, type Ranking, type Sale } from "./ranking";
import { createRedisRanking } from "./redis-ranking";
import { Standings } from "./standings";
import { addSales, readState, setNames } from "./tally";

const week = spanOf("week", dayOf(now(), "UTC"));
const days = [week.first, week.last];
const spans: Span[] = [week, ...days.map((day) => spanOf("day", day))];

const changes = 120;
const products = 7;
/** What makes that version of the tally: a sale, or every fourth time what is taken back of it. Its time is its version. */
const salesOf = (version: number): Sale[] => [
  { day: days[version % 2]!, productId: `p${version % products}`, sold: version % 4 ? 2 : -1 },
  { day: days[1 - (version % 2)]!, productId: "all", sold: 1 },
];

function placesAsOf(version: number, { first, last }: Span) {
  const sold = new Map<string, number>();
  for (let v = 1; v <= version; v++)
    for (const { day, productId, sold: pieces } of salesOf(v))
      if (day >= first && day <= last) sold.set(productId, (sold.get(productId) ?? 0) + pieces);
  return [...sold]
    .map(([productId, pieces]) => ({ productId, sold: pieces }))
    .filter((place) => place.sold > 0)
    .sort(byPlace);
}

/** Counts in turn with the other nodes, so that a version's time is the version. */
async function count(db: Database, standings: Standings): Promise<boolean> {
  const change = await db.transaction(async (tx) => {
    const { version } = await readState(tx, { lock: true });
    return version < changes ? addSales(tx, salesOf(version + 1), version + 1) : undefined;
  });
  if (change) standings.add(change);
  return change !== undefined;
}

/** Holds every answer against the changes until its asOf, while all nodes count. Gives how many moments were seen. */
async function checkUnderLoad(rankingsOf: () => (Ranking | undefined)[]): Promise<number> {
  const db = await testDatabase("one-moment", [dailySales, countedOrders, tallyVersion]);
  const known = ["all", ...Array.from({ length: products }, (_, n) => `p${n}`)].map((productId) => ({
    productId,
    name: `of ${productId}`,
    at: 1,
  }));
  await db.transaction((tx) => setNames(tx, known));
  const warnings: unknown[] = [];
  const warn = (_message: string, error: unknown) => warnings.push(error);
  const nodes = rankingsOf().map((ranking) => new Standings({ db, ranking, timeZone: "UTC", warn }));
  for (const node of nodes) await node.load();
  let over = false;
  const counting = Promise.all(nodes.map(async (node) => { while (await count(db, node)); })).finally(() => (over = true)); // prettier-ignore
  const seen = new Set<number>();
  for (let look = 0; !over; look++) {
    const span = spans[look % spans.length]!;
    const { places, lastAt = 0 } = await nodes[look % nodes.length]!.top(span, 100);
    expect(places).toEqual(placesAsOf(lastAt, span).map((place) => ({ ...place, name: `of ${place.productId}` })));
    seen.add(lastAt);
    await new Promise(setImmediate);
  }
  await counting;
  expect(await nodes[0]!.audit()).toEqual(rankingsOf()[0] && []);
  for (const span of spans) expect((await nodes[0]!.top(span, 100)).places).toMatchObject(placesAsOf(changes, span));
  expect(warnings).toEqual([]);
  return seen.size;
}

describe("every answer is the tally as of its asOf, a week the sum of its days at that moment", () => {
  test("from memory", async () => {
    expect(await checkUnderLoad(() => [createMemoryRanking()])).toBeGreaterThan(5);
  });

  test("from the tally", async () => {
    expect(await checkUnderLoad(() => [undefined, undefined])).toBeGreaterThan(5);
  });

  const url = process.env.TEST_REDIS_URL;
  (url ? test : test.skip)("from Redis, where two nodes count", async () => {
    const redis = new Redis(url ?? "");
    const prefix = `test-${randomUUID()}:bestseller`;
    atEnd(async () => {
      const left = await redis.keys(`${prefix}:*`);
      if (left.length > 0) await redis.unlink(...left);
      await redis.quit();
    });
    const nodes = () => [createRedisRanking(redis, prefix), createRedisRanking(redis, prefix)];
    expect(await checkUnderLoad(nodes)).toBeGreaterThan(5);
  });
});
