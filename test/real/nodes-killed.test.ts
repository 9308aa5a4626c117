import { MariaDbServer } from "../../scripts/mariadb/server";
import { readUnderWay, reconcile } from "../../scripts/reconcile";
import { prepareIntents } from "../fault/intents";
import type { Intent } from "../fault/orders";
import { expectTrue, finalMs, follow } from "../fault/outcomes";
import { atEnd } from "../support/cleanup";
import { waitFor } from "../support/wait";
import { ownKafka } from "./own-kafka";
import { OwnServer } from "./own-server";
import { nodeCount, Nodes } from "./nodes";

const customers = 10;

jest.setTimeout(300_000);

test("each of three nodes, NATS and Kafka are killed during 100 orders: each is final, what was told is true, nothing is lost (I1, I2, I8)", async () => {
  const database = await MariaDbServer.start();
  atEnd(() => database.remove());
  const nats = await OwnServer.start("nats");
  const kafka = await ownKafka();
  const shop = await Nodes.start(`${database.url}_nodes`, nats.url, kafka.brokers);
  const intents = await prepareIntents(shop, customers);

  const blows = [
    () => nats.kill().then(() => nats.run()),
    () => kafka.kill().then(() => kafka.run()),
    ...Array.from({ length: nodeCount }, (_, at) => () => shop.restart(at)),
  ];
  const lot = intents.length / blows.length;
  for (const [at, blow] of blows.entries()) {
    let answered = 0;
    let struck: Promise<void> | undefined;
    const ask = async (intent: Intent) => {
      await intent.ask(shop);
      if (++answered >= 3) struck ??= blow();
    };
    await Promise.all(intents.slice(at * lot, (at + 1) * lot).map(ask));
    await struck;
  }

  const orders = await Promise.all(intents.map((intent) => follow(shop, intent)));
  intents.forEach((intent, at) => expectTrue(intent, orders[at]!));
  expect(orders.filter(({ status }) => status === "COMPLETED").length).toBeGreaterThan(0);
  await waitFor(async () => (await readUnderWay(shop.config)).length === 0, {
    what: "everything under way to end",
    timeoutMs: 2 * finalMs,
  });
  expect(await reconcile(shop.config)).toMatchObject({ violations: [], underWay: [] });
});
