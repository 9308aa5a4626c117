import type { Service, ServiceBroker, ServiceSchema } from "moleculer";

import type { LockStore } from "./types";

export { createMemoryLock } from "./memory-lock";
export { createRedisLock, type RedisLockOptions } from "./redis-lock";
export type { LockStore } from "./types";

/** Sets `this.lock`. The store is shared by the services of a node and stays its maker's to close. */
export function lockMixin(options: { store(broker: ServiceBroker): LockStore }): Partial<ServiceSchema> {
  return {
    created(this: Service & { lock?: LockStore }) {
      this.lock = options.store(this.broker);
    },
  };
}
