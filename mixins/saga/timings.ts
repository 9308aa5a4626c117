import { backOff } from "../waiting";

/** All in ms, except the counts. */
export interface SagaTimings {
  /** Of one call, unless the step says otherwise. */
  stepTimeoutMs: number;
  /** Repetitions of a call whose outcome is not known, before a step is given up or the saga released. */
  retries: number;
  /** Full jitter: a retry waits anything up to `min(cap, base · 2ⁿ)`. */
  retryBaseMs: number;
  retryCapMs: number;
  /** The same for a saga that was released because a step stays unanswered. */
  releaseBaseMs: number;
  releaseCapMs: number;
  /** Releases in a row, without a newly logged result, after which a saga is parked. */
  maxReleases: number;
  /** Claims in a row from owners that died, without a newly logged result, after which a saga is parked. */
  maxRecoveries: number;
  /** An owner that has not renewed its lease for so long is taken for dead. */
  leaseMs: number;
  heartbeatMs: number;
  /** How often sagas that nobody runs are looked for. */
  claimMs: number;
  /** How long recovered sagas wait at start for their participants to be there. */
  readyMs: number;
  /** How long a stop waits for runs to reach a safe point. */
  stopMs: number;
}

export const defaultTimings: Readonly<SagaTimings> = {
  stepTimeoutMs: 3000,
  retries: 5,
  retryBaseMs: 50,
  retryCapMs: 2000,
  releaseBaseMs: 1000,
  releaseCapMs: 300_000,
  maxReleases: 20,
  maxRecoveries: 20,
  leaseMs: 10_000,
  heartbeatMs: 3000,
  claimMs: 1000,
  readyMs: 10_000,
  stopMs: 3000,
};

/** Delay before repetition `count` (0, 1, …): full jitter. */
export function jitter(count: number, baseMs: number, capMs: number, random: () => number): number {
  return Math.round(random() * backOff(count + 1, baseMs, capMs));
}
