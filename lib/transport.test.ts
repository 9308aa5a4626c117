import { Loggers, ServiceBroker } from "moleculer";

import { atEnd } from "../test/support/cleanup";
import { loadConfig, bindConfig } from "./config";
import { othersAreThere, reachable } from "./transport";

async function startNode(said: string[] = []) {
  const logger = new (Loggers.Base as unknown as new () => Loggers.Console)();
  logger.getLogHandler = () => (type, args) => void (type === "warn" && said.push(String(args[0])));
  const broker = new ServiceBroker({ logger, transporter: "Fake", namespace: `test-${process.pid}`, nodeID: `node-${Math.random()}` });
  await broker.start();
  atEnd(() => broker.stop());
  return broker;
}

test("a node that waits for others goes on when the last of them is there, wherever it runs", async () => {
  const said: string[] = [];
  const near = await startNode(said);
  const far = await startNode();
  const waiting = othersAreThere(near, ["a", "b"], undefined, { everyMs: 1, firstMs: 0, nextMs: 60_000 });
  near.createService({ name: "a" });
  far.createService({ name: "b" });
  expect(await waiting).toBe(true);
  expect(said).toEqual(["waiting for a, b on other nodes"]);
});

test("a node that is stopped waits no longer", async () => {
  const stop = new AbortController();
  const waiting = othersAreThere(await startNode(), ["nobody"], stop.signal);
  stop.abort();
  expect(await waiting).toBe(false);
});

test("a node whose server can't be reached doesn't start", async () => {
  const broker = new ServiceBroker({ logger: false, middlewares: [reachable] });
  bindConfig(
    broker,
    loadConfig({ TRANSPORTER: "nats://127.0.0.1:1", EVENTS: "off", SERVICES: "order", DATABASE_URL: "mysql://db/shop" }, ["order"]),
  );
  await expect(broker.start()).rejects.toMatchObject({ name: "NatsAway" });
  await broker.stop();
});
