/**
 * A lock that saves contention and guards nothing: the work must be right without it (a conditional update or a unique key is the guard).
 * So a lock never makes work fail: it runs unlocked when the lock can't be had within the store's wait or its server is away.
 */
export interface LockStore {
  /**
   * Runs the work while no other work of the same key runs, and gives what it gives or throws. After `ttlMs` the lock lapses although
   * the work goes on, so that a hung holder doesn't hold up the others.
   */
  using<T>(key: string, ttlMs: number, work: () => Promise<T>): Promise<T>;
}
