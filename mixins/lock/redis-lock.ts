/**
 * Locks across processes, through redlock. It fails open: with Redis away or slow the work runs without the lock, at once.
 * redlock has no fencing token and trusts the local clock, which is enough for a lock that guards nothing.
 */
import type { Redis } from "ioredis";
import Redlock from "redlock";

import { pause } from "../waiting";
import type { LockStore } from "./types";

export interface RedisLockOptions {
  /** How long work waits for a held lock before it runs without it, in ms. */
  waitMs?: number;
  /** Between two looks at a held lock, in ms; each is spread by half of it. */
  retryMs?: number;
  /** What Redis is given to answer, in ms; after that it counts as away. */
  answerMs?: number;
  /** For how long Redis isn't asked again once it was away, in ms. */
  awayMs?: number;
  /** Local ms. */
  clock?: () => number;
  logger?: { warn(message: string): void; info(message: string): void };
}

type Answer = Redlock.Lock | "held" | "away";

/** One client, or one for each of several independent servers (then a majority decides). The clients stay the caller's to close. */
export function createRedisLock(redis: Redis | readonly Redis[], options: RedisLockOptions = {}): LockStore {
  const { waitMs = 5_000, retryMs = 50, clock = Date.now } = options;
  const ask = createAsker(redis, options);

  async function acquire(key: string, ttlMs: number): Promise<Redlock.Lock | undefined> {
    for (const giveUpAt = clock() + waitMs; ; await pause(retryMs * (0.5 + Math.random()))) {
      const answer = await ask(key, ttlMs);
      if (answer === "away") return undefined;
      if (answer !== "held") return answer;
      if (clock() >= giveUpAt) return undefined;
    }
  }

  return {
    async using(key, ttlMs, work) {
      const lock = await acquire(key, ttlMs);
      try {
        return await work();
      } finally {
        if (lock) release(lock);
      }
    },
  };
}

/** One look at the lock, which tells a held one from a Redis that is away, and remembers and reports outages. */
function createAsker(redis: Redis | readonly Redis[], options: RedisLockOptions): (key: string, ttlMs: number) => Promise<Answer> {
  const { answerMs = 200, awayMs = 1_000, clock = Date.now, logger } = options;
  const servers = Array.isArray(redis) ? (redis as readonly Redis[]) : [redis as Redis];
  // redlock would go on asking a Redis that is away as if the lock were held, so it gets one try and the loop stays here.
  const redlock = new Redlock(servers, { retryCount: 0 });
  const majority = Math.floor(servers.length / 2) + 1;
  let errors = 0;
  let awayUntil = 0;
  let lastError: Error | undefined;
  redlock.on("clientError", (error: Error) => {
    errors++;
    lastError = error;
  });

  return async (key, ttlMs) => {
    if (clock() < awayUntil) return "away";
    const errorsBefore = errors;
    const answer = await orAway(attempt(redlock, key, ttlMs), answerMs);
    if (answer === "away" || (answer === "held" && errors - errorsBefore >= majority)) {
      if (awayUntil === 0)
        logger?.warn(`locks are off, work goes on without them: ${lastError?.message ?? `no answer within ${answerMs} ms`}`);
      awayUntil = clock() + awayMs;
      return "away";
    }
    if (awayUntil !== 0) logger?.info("locks are on again");
    awayUntil = 0;
    return answer;
  };
}

/** redlock gives the same error for a lock that is held and for servers that fail; the caller counts the servers' own errors. */
async function attempt(redlock: Redlock, key: string, ttlMs: number): Promise<Redlock.Lock | "held"> {
  try {
    return await redlock.lock(key, ttlMs);
  } catch {
    return "held";
  }
}

async function orAway(asked: Promise<Redlock.Lock | "held">, answerMs: number): Promise<Answer> {
  const answered = new AbortController();
  const late = pause(answerMs, answered.signal).then(() => "away" as const);
  const answer = await Promise.race([asked, late]);
  answered.abort();
  // A lock that comes after all is held by nobody.
  if (answer === "away") void asked.then((lock) => lock !== "held" && release(lock));
  return answer;
}

/** Nobody waits for it, and a failure needs no handling: a lock that could not be freed, or had lapsed, is gone after its ttl. */
function release(lock: Redlock.Lock): void {
  lock.unlock().then(undefined, () => undefined);
}
