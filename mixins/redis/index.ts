/**
 * A connection to Redis for what may be missing for a while: nothing waits for it long, it comes back by itself for ever, and an outage
 * is told of once. Who uses it must know what to do without an answer.
 */
import Redis from "ioredis";

import { backOff } from "../waiting";

export { redisScript, type RedisScript } from "./script";

/** How a connection behaves. Nothing needs to be given. */
export interface RedisOptions {
  /** Shown in Redis's list of clients. */
  name?: string;
  /** How long a connection may take to be made, in ms. Default 1,000. */
  connectMs?: number;
  /** How long a command may take to be answered, in ms; then it rejects. Default 200. */
  answerMs?: number;
  /** Between two tries to connect: base, doubled each time up to the cap, in ms. Default 100 to 2,000. */
  retryMs?: { base: number; cap: number };
  /** Is told once that Redis is away, and once that it is back. Default: nobody is. */
  logger?: { warn(message: string): void };
}

/**
 * Connects in the background. While there is no connection a command rejects at once. Close it with `disconnect()`.
 * @param url `redis://user:password@host:port/db`
 */
export function openRedis(url: string, options: RedisOptions = {}): Redis {
  const { name, connectMs = 1_000, answerMs = 200, retryMs = { base: 100, cap: 2_000 }, logger } = options;
  const redis = new Redis(url, {
    connectionName: name,
    connectTimeout: connectMs,
    commandTimeout: answerMs,
    enableOfflineQueue: false, // what can't be asked now is not asked later, when nobody waits for it any more
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    disconnectTimeout: 100,
    retryStrategy: (tries) => backOff(tries, retryMs.base, retryMs.cap),
  });
  const where = new URL(url).host;
  let away = false;
  let reason = "the connection was closed";
  const tell = (isAway: boolean, what: string) => {
    if (isAway !== away) logger?.warn(`Redis at ${where} is ${what}`);
    away = isAway;
  };
  redis.on("error", (error: Error & { code?: string }) => (reason = error.code ?? error.message)); // without a listener it is printed
  redis.on("reconnecting", () => tell(true, `away, and tried again until it is back: ${reason}`));
  redis.on("ready", () => tell(false, "back"));
  return redis;
}
