import type { SagaResult } from "./types";

type Told = SagaResult<Record<string, unknown>>;

/** Who waits for the end of a saga in this process. */
export class Waiters {
  readonly #waiting = new Map<string, Set<(told?: Told) => void>>();

  /** Gives the end when it is told within `ms`; undefined then, and when it is time to look into the log. */
  wait(saga: string, ms: number): Promise<Told | undefined> {
    return new Promise((resolve) => {
      const waiting = this.#waiting.get(saga) ?? new Set();
      this.#waiting.set(saga, waiting);
      const end = (told?: Told) => {
        clearTimeout(timer);
        waiting.delete(end);
        if (waiting.size === 0) this.#waiting.delete(saga);
        resolve(told);
      };
      const timer = setTimeout(end, ms);
      waiting.add(end);
    });
  }

  /** Without an end: the saga isn't running here any more, whoever waits has to look into the log. */
  tell(saga: string, told?: Told): void {
    for (const end of this.#waiting.get(saga) ?? []) end(told);
  }

  /** The same to whoever waits for any saga: the process stops. */
  tellAll(): void {
    for (const saga of this.#waiting.keys()) this.tell(saga);
  }
}
