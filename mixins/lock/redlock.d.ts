/** redlock 4 ships no types; this is the part that the project uses. */
declare module "redlock" {
  import type { EventEmitter } from "node:events";
  import type { Redis } from "ioredis";

  class Redlock extends EventEmitter {
    constructor(
      clients: readonly Redis[],
      options?: { driftFactor?: number; retryCount?: number; retryDelay?: number; retryJitter?: number },
    );
    /** Rejects with a LockError when the lock is held or no quorum of servers answers; the servers' own errors are events `clientError`. */
    lock(resource: string, ttlMs: number): PromiseLike<Redlock.Lock>;
  }

  namespace Redlock {
    interface Lock {
      unlock(): PromiseLike<void>;
    }
  }

  export = Redlock;
}
