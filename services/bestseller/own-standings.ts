import type { Service } from "moleculer";

import { configOf } from "../../lib/config";
import { oncePer } from "../../lib/once-per";
import { redisOf } from "../../lib/redis";
import type { Database } from "../../mixins/database";
import { createMemoryRanking } from "./memory-ranking";
import type { Ranking } from "./ranking";
import { createRedisRanking } from "./redis-ranking";
import { Standings } from "./standings";

/** The standings of a service that has started. */
export const standingsOf = oncePer((host: Service) => {
  const { db } = host as Service & { db: Database };
  const { businessTimeZone: timeZone } = configOf(host.broker);
  return new Standings({ db, ranking: rankingOf(host), timeZone, warn: (message, error) => host.logger.warn(message, error) });
});

function rankingOf({ broker, name }: Service): Ranking | undefined {
  const { embedded, namespace } = configOf(broker);
  const redis = redisOf(broker);
  if (redis) return createRedisRanking(redis, `${namespace}:${name}`);
  // Where another process may count too, what this one has in memory is not the whole: the tally answers.
  return embedded ? createMemoryRanking() : undefined;
}

/** Connects; a ranking of this process's own is there when the service is. One in Redis may stand already, and is loaded when it doesn't. */
export async function startStandings(host: Service): Promise<void> {
  const standings = standingsOf(host);
  if (!redisOf(host.broker)) await standings.load();
}
