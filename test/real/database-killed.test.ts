import { createConnection } from "mysql2/promise";

import { MariaDbServer } from "../../scripts/mariadb/server";
import { readUnderWay, reconcile } from "../../scripts/reconcile";
import { prepareIntents } from "../fault/intents";
import type { Intent } from "../fault/orders";
import { expectTrue, finalMs, follow } from "../fault/outcomes";
import { ShopProcess } from "../fault/shop-process";
import { atEnd } from "../support/cleanup";
import { waitFor } from "../support/wait";

const customers = 10;

jest.setTimeout(240_000);

/** A shop on a server of its own, with 100 orders to be placed. */
async function open(): Promise<{ server: MariaDbServer; shop: ShopProcess; intents: Intent[] }> {
  const server = await MariaDbServer.start();
  atEnd(() => server.remove());
  const shop = await ShopProcess.start({ DATABASE_URL: `${server.url}_killed` });
  const intents = await prepareIntents(shop, customers);
  return { server, shop, intents };
}

/** Places all orders at once, and does something when 20 of them were answered. */
async function placeAll(shop: ShopProcess, intents: readonly Intent[], afterSome: () => Promise<unknown>): Promise<void> {
  let done: Promise<unknown> | undefined;
  let answered = 0;
  await Promise.all(
    intents.map(async (intent) => {
      if ((await intent.ask(shop)) && ++answered >= 20) done ??= afterSome();
    }),
  );
  await done;
}

/** I1, I2, I8 */
async function expectSound(shop: ShopProcess, intents: readonly Intent[]): Promise<void> {
  const orders = await Promise.all(intents.map((intent) => follow(shop, intent)));
  intents.forEach((intent, at) => expectTrue(intent, orders[at]!));
  await waitFor(async () => (await readUnderWay(shop.config)).length === 0, { what: "everything under way to end", timeoutMs: finalMs });
  expect(await reconcile(shop.config)).toMatchObject({ violations: [], underWay: [] });
}

test("the database is killed before and after commits of 100 running orders: each is final, what was told is true, nothing is lost (I1, I2, I8)", async () => {
  const { server, shop, intents } = await open();
  await placeAll(shop, intents, () => server.kill().then(() => server.run()));
  await expectSound(shop, intents);
});

test("a process is killed, and the database while the next one recovers its sagas: each is final, what was told is true, nothing is lost (I1, I2, I6, I8)", async () => {
  const { server, shop, intents } = await open();
  await placeAll(shop, intents, () => shop.kill());
  const next = await shop.again();
  const connection = await createConnection(`${server.url}_killed_order`);
  const isRecovering = async () => {
    const [rows] = await connection.query("select count(*) as n from saga_instance where epoch > 1 and owner <> ''");
    return (rows as { n: number }[])[0]?.n;
  };
  await waitFor(isRecovering, { what: "the recovery", timeoutMs: finalMs, everyMs: 1 });
  connection.destroy();
  await server.kill();
  await server.run();
  await expectSound(next, intents);
});
