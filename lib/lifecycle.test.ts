import { ServiceBroker } from "moleculer";

import { bindConfig, loadConfig } from "./config";
import { lifecycle } from "./lifecycle";
import { redisOf } from "./redis";

test("a node that has never asked for Redis doesn't open a connection in order to close it", async () => {
  const broker = new ServiceBroker({ logger: false });
  bindConfig(broker, loadConfig({ REDIS_URL: "redis://127.0.0.1:1/0", EVENTS: "off" }, ["product"]));
  await lifecycle.stopped?.(broker);
  expect(redisOf.ifMade(broker)).toBeUndefined();
});
