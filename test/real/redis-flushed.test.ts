/** The ranking in a real Redis that loses everything, is killed and hangs, while two nodes count at once. */
import Redis from "ioredis";
import type { Service } from "moleculer";

import type { Inbox } from "../../mixins/inbox";
import { testDatabaseUrl } from "../support/database";
import { databaseOf } from "../support/database-of";
import { deliver } from "../support/events";
import { orderEvent } from "../support/order-events";
import { startShop, type TestShop } from "../support/shop";
import { waitFor } from "../support/wait";
import { OwnServer } from "./own-server";

interface Ranking {
  asOf: string;
  stale: boolean;
  items: { rank: number; product: { id: string; name: string }; sold: number }[];
}

let server: OwnServer;
let nodes: [TestShop, TestShop];
beforeAll(async () => {
  server = await OwnServer.start("redis");
  const env = { REDIS_URL: server.url, BESTSELLER_DATABASE_URL: await testDatabaseUrl("ranking"), DATABASE_URL: "", LOCK_WAIT_MS: "0" };
  const start = () => startShop({ only: ["bestseller"], env });
  nodes = [await start(), await start()];
});

const at = new Date().toISOString();
const top = (node: TestShop, period = "day") => node.broker.call<Ranking, object>("bestseller.top", { period, limit: 100 });
const audit = (node: TestShop) => node.broker.call<{ held: boolean; differences: object[] }, object>("bestseller.audit", {});
const soldOf = ({ items }: Ranking) => items.map(({ product, sold }) => [product.id, sold]);
const settled = () =>
  Promise.all(nodes.map(({ broker }) => (broker.getLocalService("bestseller") as Service & { inbox: Inbox }).inbox.settled()));

/** What the tally alone says. */
const tally = async () => {
  const rows = await databaseOf(nodes[0], "bestseller").select<{ id: string; sold: number }>(
    "select product_id as id, sum(sold) as sold from daily_sales group by product_id having sum(sold) > 0 order by sum(sold) desc, product_id",
  );
  return rows.map(({ id, sold }) => [id, sold]);
};

let orders = 0;
/** Both nodes hear of orders of their own; every third is cancelled. */
async function sell(rounds: number, during: (round: number) => Promise<unknown> = async () => undefined): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    await Promise.all(
      nodes.map((node, n) => {
        const of = { orderId: `o${++orders}`, sold: { both: 1, [`of-${n}`]: 2, [`p${orders % 5}`]: 1 }, at };
        return deliver(node, orderEvent("completed", of), ...(orders % 3 ? [] : [orderEvent("canceled", of)]));
      }),
    );
    await during(round);
  }
  await settled();
}

/** What the audits of both nodes say once both show what the tally has, from Redis. */
async function audits(): Promise<object[]> {
  for (const node of nodes) {
    const ranking = await waitFor(async () => {
      const [answer, due] = [await top(node), await tally()];
      return !answer.stale && JSON.stringify(soldOf(answer)) === JSON.stringify(due) && answer;
    });
    expect(ranking.asOf).toBe(at);
  }
  return Promise.all(nodes.map(audit));
}

const sound = [0, 1].map(() => ({ held: true, differences: [] }));

test("two nodes that count at once show one ranking (I1)", async () => {
  await sell(20);
  expect(await audits()).toEqual(sound);
});

test("FLUSHALL while they count: the ranking is right again without a hand", async () => {
  const redis = new Redis(server.url);
  await sell(30, async (round) => {
    if (round % 10 === 5) await redis.flushall();
    for (const node of nodes) await top(node);
  });
  expect(await audits()).toEqual(sound);
  await redis.flushall();
  expect(await top(nodes[0])).toMatchObject({ stale: true });
  expect(await audits()).toEqual(sound);
  await redis.quit();
});

test("a set that is evicted is noticed", async () => {
  const redis = new Redis(server.url);
  await redis.del((await redis.keys("*:day:*"))[0]!);
  expect(await top(nodes[0])).toMatchObject({ stale: true });
  expect(await audits()).toEqual(sound);
  await redis.quit();
});

test("the audit finds what Redis has and the tally hasn't", async () => {
  const redis = new Redis(server.url);
  const day = (await redis.keys("*:day:*"))[0]!;
  await redis.zincrby(day, -3, "both");
  const { differences } = await audit(nodes[1]);
  expect(differences).toEqual([expect.objectContaining({ period: "day", productId: "both" })]);
  await redis.zincrby(day, 3, "both");
  expect(await audit(nodes[1])).toEqual({ held: true, differences: [] });
  await redis.quit();
});

test("a replica that was behind, and takes over, is brought up to the tally", async () => {
  const redis = new Redis(server.url);
  const older = await Promise.all((await redis.keys("*")).map(async (key) => ({ key, held: await redis.dumpBuffer(key) })));
  await sell(3);
  expect(await audits()).toEqual(sound);
  for (const { key, held } of older) await redis.restore(key, 60_000, held, "REPLACE");
  expect(soldOf(await top(nodes[0]))).not.toEqual(await tally());
  expect(await audits()).toEqual(sound);
  await redis.quit();
});

test("killed and started again: meanwhile the tally answers at once and events are counted, afterwards Redis does", async () => {
  await server.kill();
  await sell(10);
  const began = performance.now();
  const meanwhile = await top(nodes[0]);
  expect(performance.now() - began).toBeLessThan(1_000);
  expect([meanwhile.stale, soldOf(meanwhile)]).toEqual([true, await tally()]);
  expect(await audit(nodes[0])).toEqual({ held: false, differences: [] });
  await server.run();
  expect(await audits()).toEqual(sound);
});

test("a Redis that hangs holds up no event: all are counted, and the tally answers", async () => {
  server.freeze();
  await sell(10);
  const meanwhile = await top(nodes[1]);
  expect([meanwhile.stale, soldOf(meanwhile)]).toEqual([true, await tally()]);
  server.wake();
  expect(await audits()).toEqual(sound);
});
