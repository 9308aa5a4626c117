/** One product and one coupon that everybody wants, on two nodes with one database: never more than there is, whatever the lock does. */
import Redis from "ioredis";

import { MariaDbServer } from "../../scripts/mariadb/server";
import { reconcile } from "../../scripts/reconcile";
import { couponTerms } from "../e2e/people";
import { atEnd } from "../support/cleanup";
import { Buyer, staff, stock } from "../support/buyer";
import { startShop, type TestShop } from "../support/shop";
import { OwnServer } from "./own-server";

const buyers = 200;
const pieces = 50;

jest.setTimeout(240_000);

let database: MariaDbServer;
let redis: OwnServer;

beforeAll(async () => {
  database = await MariaDbServer.start();
  atEnd(() => database.remove());
  redis = await OwnServer.start("redis");
});

/** Two nodes that know nothing of each other but the servers that they share. */
async function startNodes(name: string, more: Record<string, string> = {}): Promise<[TestShop, TestShop]> {
  const env = { DATABASE_URL: `${database.url}_${name}`, EVENTS: "off", ...more };
  return [await startShop({ env }), await startShop({ env })];
}

/** The sale of one product, half of the buyers at each node. `blow` falls when some of the orders have been answered. */
async function sell(nodes: readonly TestShop[], blow: () => unknown = () => undefined): Promise<void> {
  const productId = await stock(nodes[0]!, { stock: pieces });
  const cart = { items: [{ productId, quantity: 1 }], payment: { method: "CASH" } as const };
  let answered = 0;
  const answers = await Promise.all(
    Array.from({ length: buyers }, async (_, n) => {
      const answer = await new Buyer(nodes[n % 2]!).place(cart);
      if (++answered === 10) await blow();
      return answer;
    }),
  );
  const told = answers.map(({ status, error }) => error?.type ?? status);
  expect(told.filter((one) => one === 201)).toHaveLength(pieces);
  expect(told.filter((one) => one === "PRODUCT_OUT_OF_STOCK")).toHaveLength(buyers - pieces);
  expect((await reconcile(nodes[0]!.config)).violations).toEqual([]);
}

/** The same with a coupon, asked for at both nodes. */
async function issue(nodes: readonly TestShop[]): Promise<void> {
  const { id } = await nodes[0]!.broker.call<{ id: string }, object>("coupon.create", couponTerms({ quantity: pieces }), { meta: staff });
  const take = async (_: unknown, n: number) => {
    const asked = nodes[n % 2]!.broker.call<object, object>("coupon.issue", { id, userId: `user-${n}` });
    return asked.then(
      () => "issued",
      ({ type }: { type: string }) => type,
    );
  };
  const told = await Promise.all(Array.from({ length: buyers }, take));
  expect(told.filter((one) => one === "issued")).toHaveLength(pieces);
  expect(told.filter((one) => one === "COUPON_SOLD_OUT")).toHaveLength(buyers - pieces);
  expect((await reconcile(nodes[0]!.config)).violations).toEqual([]);
}

/** How often the server was asked for a lock. */
async function locks(): Promise<number> {
  const client = new Redis(redis.url);
  const statistics = await client.info("commandstats");
  client.disconnect();
  return Number(/cmdstat_eval(?:sha)?:calls=(\d+)/.exec(statistics)?.[1] ?? 0);
}

test("I8: without Redis", async () => {
  const nodes = await startNodes("without");
  await sell(nodes);
  await issue(nodes);
  expect(await locks()).toBe(0);
});

test("I8: with Redis, with one that stops answering in the middle, and with one that is killed in the middle", async () => {
  const nodes = await startNodes("with", { REDIS_URL: redis.url });
  await sell(nodes);
  expect(await locks()).toBeGreaterThan(0);
  await issue(nodes);
  await sell(nodes, () => redis.freeze());
  await sell(nodes);
  redis.wake();
  await sell(nodes, () => redis.kill());
  await sell(nodes);
  await issue(nodes);
  await redis.run();
  await sell(nodes);
});
