import type { ServiceBroker } from "moleculer";

import type { Turns } from "../mixins/group-commit";
import { createRedisLock, type LockStore } from "../mixins/lock";
import { configOf } from "./config";
import { oncePer } from "./once-per";
import { processWide } from "./process-wide";
import { redisOf } from "./redis";

/**
 * A turn is looked for often and not for long: groups that wait can't do meanwhile what needs no lock. Since a node has one transaction at
 * a time for a database, few contend, and the database's own queue for a row is hard to beat.
 */
const retryMs = 1;
/** For Redis to answer; no group waits so long, but an event loop that is busy for a moment is no outage. */
const answerMs = 100;

const locks = oncePer((broker: ServiceBroker): LockStore | undefined => {
  const { lockWaitMs: waitMs } = configOf(broker);
  const redis = waitMs > 0 ? redisOf(broker) : undefined;
  const logger = broker.getLogger("lock");
  // That Redis is away is told where its connection is.
  const quietly = { warn: (message: string) => logger.info(message), info: (message: string) => logger.info(message) };
  return redis && createRedisLock(redis, { waitMs, answerMs, retryMs, logger: quietly });
}, processWide("locks"));

/** How nodes take turns at the rows of a service that many want at once; undefined where one process has the service to itself. */
export function turnsOf(broker: ServiceBroker, service: string): Turns | undefined {
  const lock = locks(broker);
  const { namespace, lockWaitMs } = configOf(broker);
  return lock && { lock, keyOf: (row) => `${namespace}:${service}:lock:${row}`, waitMs: lockWaitMs };
}
