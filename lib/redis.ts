import type { Redis } from "ioredis";
import type { ServiceBroker } from "moleculer";

import { openRedis } from "../mixins/redis";
import { configOf } from "./config";
import { oncePer } from "./once-per";
import { processWide } from "./process-wide";

const open = (broker: ServiceBroker): Redis | undefined => {
  const { redisUrl } = configOf(broker);
  return redisUrl ? openRedis(redisUrl, { name: broker.nodeID, logger: broker.getLogger("redis") }) : undefined;
};

/** The node's connection to Redis, one for all its services; undefined without `REDIS_URL`. Closed by `lib/lifecycle.ts`. */
export const redisOf = oncePer(open, processWide("redis"));
