import { Loggers, ServiceBroker } from "moleculer";

import { answersNats, natsTransporter, pieces, reachNats } from "../../mixins/nats";
import { atEnd } from "../support/cleanup";
import { OwnServer } from "./own-server";
import { waitFor } from "../support/wait";

/** A node that says warnings into a list. */
async function startNode(nodeID: string, url: string, said: string[], say?: () => string) {
  const logger = new (Loggers.Base as unknown as new () => Loggers.Console)();
  logger.getLogHandler = () => (type, args) => {
    if (type === "warn" || type === "error") said.push(`${nodeID}: ${String(args[0])}`);
  };
  const broker = new ServiceBroker({
    nodeID,
    transporter: natsTransporter(url),
    logger,
    requestTimeout: 500, // a call into the outage has no answer
    middlewares: [pieces()],
  });
  if (say) broker.createService({ name: "far", actions: { say } });
  await broker.start();
  atEnd(() => broker.stop());
  return broker;
}

const away = "The NATS server is away: other nodes can't be reached until it is back";
const back = "The NATS server is back";

test("nodes that were cut off find each other again, and say so once", async () => {
  const server = await OwnServer.start("nats");
  await reachNats(server.url);
  const said: string[] = [];
  const text = "x".repeat(3 * 1024 * 1024);
  await startNode("far", server.url, said, () => text);
  const near = await startNode("near", server.url, said);
  await near.waitForServices("far");
  expect(await near.call("far.say", {}, { timeout: 20_000 })).toBe(text);
  expect(await answersNats(near, 5_000)).toBe(true);
  await server.kill();
  await waitFor(async () => !(await answersNats(near, 100)), { what: "the outage to be seen" });
  await waitFor(() => said.length === 2, { what: "both to tell of it" });
  await server.run();
  const again = () => near.call("far.say").catch((error: { type?: string }) => error.type !== "REQUEST_TIMEOUT" && error);
  expect(await waitFor(again, { what: "an answer", timeoutMs: 20_000 })).toBe(text);
  expect(await answersNats(near, 5_000)).toBe(true);
  expect(said.filter((line) => line.includes("NATS")).toSorted()).toEqual([
    `far: ${away}`,
    `far: ${back}`,
    `near: ${away}`,
    `near: ${back}`,
  ]);
});
