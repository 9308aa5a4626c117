import { createHash } from "node:crypto";

import type { Redis } from "ioredis";

/** Runs the script at one moment: nothing else happens in Redis meanwhile. */
export type RedisScript = (redis: Redis, keys: readonly string[], values: readonly (string | number)[]) => Promise<unknown>;

/** A Lua script. Its text is sent only to a server that doesn't know it, e.g. after a restart. */
export function redisScript(lua: string): RedisScript {
  const sha = createHash("sha1").update(lua).digest("hex");
  return async (redis, keys, values) => {
    try {
      return await redis.evalsha(sha, keys.length, ...keys, ...values);
    } catch (error) {
      if (!(error as Error).message.startsWith("NOSCRIPT")) throw error;
      return redis.eval(lua, keys.length, ...keys, ...values);
    }
  };
}
