import { pause } from "../waiting";
import type { LockStore } from "./types";

/** Locks within one process, first come first served. `waitMs`: how long work waits for its turn before it runs without the lock. */
export function createMemoryLock(options: { waitMs?: number } = {}): LockStore {
  const { waitMs = 5_000 } = options;
  /** By key, when the last in the queue is through. */
  const tails = new Map<string, Promise<void>>();

  return {
    async using(key, ttlMs, work) {
      const free = new AbortController();
      const before = tails.get(key);
      const mine = (before ?? Promise.resolve()).then(() => pause(ttlMs, free.signal));
      tails.set(key, mine);
      void mine.then(() => tails.get(key) === mine && tails.delete(key));
      try {
        if (before) await atMost(waitMs, before);
        return await work();
      } finally {
        free.abort();
      }
    },
  };
}

async function atMost(ms: number, turn: Promise<void>): Promise<void> {
  const done = new AbortController();
  await Promise.race([turn, pause(ms, done.signal)]);
  done.abort();
}
