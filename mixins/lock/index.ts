export { createMemoryLock } from "./memory-lock";
export { createRedisLock, type RedisLockOptions } from "./redis-lock";
export type { LockStore } from "./types";
