import { RateLimiterMemory, type RateLimiterRes } from "rate-limiter-flexible";

import { ShopError } from "../../../lib/errors";

/** How far a limit is used up for one key. */
export interface Usage {
  limit: number;
  /** 0 at the limit and beyond. */
  remaining: number;
  /** Whether more was taken than there is. */
  exceeded: boolean;
  /** Seconds until everything is free again, rounded up. */
  resetSeconds: number;
}

/** Counts by key, each in a window of time that begins with the first one. */
export interface Limit {
  /** Counts one more. */
  take(key: string): Promise<Usage>;
  /** Counts nothing. */
  look(key: string): Promise<Usage>;
}

/** How many in which time. */
export interface LimitFigures {
  most: number;
  seconds: number;
}

/** A limit of this node alone. A key takes memory until its window has passed. */
export function memoryLimit({ most, seconds }: LimitFigures): Limit {
  const counts = new RateLimiterMemory({ points: most, duration: seconds });
  const usageOf = ({ consumedPoints, msBeforeNext }: Pick<RateLimiterRes, "consumedPoints" | "msBeforeNext">): Usage => ({
    limit: most,
    remaining: Math.max(0, most - consumedPoints),
    exceeded: consumedPoints > most,
    resetSeconds: Math.max(0, Math.ceil(msBeforeNext / 1000)),
  });
  return {
    take: async (key) => usageOf(await counts.penalty(key)), // `consume` throws what isn't an error when the limit is reached
    look: async (key) => {
      const seen = await counts.get(key);
      return usageOf(seen && seen.msBeforeNext > 0 ? seen : { consumedPoints: 0, msBeforeNext: 0 });
    },
  };
}

/** RATE_LIMITED until the window has passed. */
export function rateLimited(detail: string, { resetSeconds }: Usage): ShopError {
  return new ShopError("RATE_LIMITED", detail, { retryAfter: Math.max(1, resetSeconds) });
}
