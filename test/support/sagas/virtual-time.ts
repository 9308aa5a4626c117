/**
 * A time in which nothing takes long: it goes on to the next moment that somebody waits for as soon as everything is done that was to do at
 * the present one. What runs in it and asks nothing but databases that answer in the same turn does the same again when it is run again.
 */
import { setImmediate } from "node:timers/promises";

import { deferred, type Time } from "../../../mixins/waiting";

interface Waiting {
  at: number;
  wake(): void;
}

/** Between two things that can be seen here lie at most two turns of the event loop: those of a group commit and of a coalesced call. */
const calmTurns = 3;

export class VirtualTime implements Time {
  #now: number;
  /** In the order of their moments, and of their arrival for each. */
  readonly #waiting: Waiting[] = [];
  #underWay = 0;
  #answered = deferred();
  /** Goes up with everything that happens. */
  #happened = 0;

  constructor(startAt = Date.UTC(2030, 0, 1)) {
    this.#now = startAt;
  }

  readonly now = (): number => this.#now;

  readonly pause = (ms: number, signal?: AbortSignal): Promise<void> => {
    if (signal?.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const waiting = { at: this.#now + Math.max(0, ms), wake: end };
      const queue = this.#waiting;
      function end(): void {
        signal?.removeEventListener("abort", aborted);
        resolve();
      }
      const aborted = () => {
        const place = queue.indexOf(waiting);
        if (place >= 0) queue.splice(place, 1);
        this.#happened++;
        end();
      };
      signal?.addEventListener("abort", aborted);
      const later = queue.findIndex(({ at }) => at > waiting.at);
      queue.splice(later < 0 ? queue.length : later, 0, waiting);
      this.#happened++;
    });
  };

  /** The clock stands still until the work is done, as long as that may take outside. */
  async during<T>(work: () => Promise<T>): Promise<T> {
    this.#underWay++;
    this.#happened++;
    try {
      return await work();
    } finally {
      this.#underWay--;
      this.#happened++;
      this.#answered.resolve();
      this.#answered = deferred();
    }
  }

  /** Lets time go on until the condition holds. Throws when it doesn't within `limitMs`, or nobody waits for anything any more. */
  async until(condition: () => boolean | Promise<boolean>, limitMs: number): Promise<void> {
    const limit = this.#now + limitMs;
    for (;;) {
      await this.settled();
      if (await condition()) return;
      const next = this.#waiting[0];
      if (!next || next.at > limit) throw new Error(next ? `it doesn't come about within ${limitMs} ms` : "nothing happens any more");
      this.#goTo(next.at);
    }
  }

  /** Lets so much time go by. */
  async elapse(ms: number): Promise<void> {
    const end = this.#now + ms;
    await this.settled();
    for (let next = this.#waiting[0]; next && next.at <= end; next = this.#waiting[0]) {
      this.#goTo(next.at);
      await this.settled();
    }
    this.#now = end;
  }

  /** Resolves when nothing is left to do at the present moment. */
  async settled(): Promise<void> {
    for (let calm = 0; calm < calmTurns;) {
      const before = this.#happened;
      await (this.#underWay > 0 ? this.#answered.promise : setImmediate());
      calm = before === this.#happened ? calm + 1 : 0;
    }
  }

  /** All who wait for one moment go on together. */
  #goTo(at: number): void {
    this.#now = Math.max(this.#now, at);
    for (let next = this.#waiting[0]; next && next.at <= at; next = this.#waiting[0]) {
      this.#waiting.shift();
      next.wake();
    }
  }
}
