/** Waiting that a stop can cut short. None of these rejects: whoever waited asks the signal what happened. */

/** Resolves after `ms`, or at once when the signal fires. */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return sleep(ms, signal);
}

/** What the clock shows, and waiting for it to go on, as one: so that both can be another time than the machine's. */
export interface Time {
  /** Ms since the epoch. */
  now(): number;
  pause: typeof pause;
}

export const wallTime: Time = { now: Date.now, pause };

/** Delay before try `attempt` (1, 2, …): `base`, doubled each time, at most `cap`. */
export function backOff(attempt: number, base: number, cap: number): number {
  return Math.min(cap, base * 2 ** Math.min(attempt - 1, 30));
}

/** Wakes its one waiter. A call that comes while nobody waits is remembered, so that none is lost between a look and the wait for more. */
export class Wakeup {
  #called = false;
  #wake: (() => void) | undefined;

  call(): void {
    this.#called = true;
    this.#wake?.();
  }

  /** Resolves when it was called since the last wait, after `ms` (never, when left out), or when the signal fires. */
  async wait(signal: AbortSignal, ms?: number): Promise<void> {
    if (!this.#called) await sleep(ms, signal, (wake) => (this.#wake = wake));
    this.#wake = undefined;
    this.#called = false;
  }
}

function sleep(ms: number | undefined, signal: AbortSignal | undefined, handOut?: (wake: () => void) => void): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const timer = ms === undefined ? undefined : setTimeout(end, ms);
    function end() {
      clearTimeout(timer);
      signal?.removeEventListener("abort", end);
      resolve();
    }
    signal?.addEventListener("abort", end, { once: true });
    handOut?.(end);
  });
}

/** A promise that is settled from outside. */
export interface Deferred<T> {
  readonly promise: Promise<T>;
  resolve(value: T): void;
  reject(error: unknown): void;
}

export function deferred<T = void>(): Deferred<T> {
  let settle: Pick<Deferred<T>, "resolve" | "reject"> | undefined;
  const promise = new Promise<T>((resolve, reject) => (settle = { resolve, reject }));
  if (!settle) throw new Error("a promise runs its executor at once");
  return { promise, ...settle };
}
