/** What a process may come to: it runs, it stands still for a while, or it is gone. */
import { deferred, type Deferred, type Time } from "../../../mixins/waiting";

export const never = (): Promise<never> => new Promise<never>(() => undefined);

/** Nothing passes the gate of a process that stands still, and nothing ever that of a dead one. */
export class Mortal {
  #alive = true;
  #frozen: Deferred<void> | undefined;

  get alive(): boolean {
    return this.#alive;
  }

  get frozen(): boolean {
    return this.#alive && this.#frozen !== undefined;
  }

  async gate(): Promise<void> {
    while (this.#frozen) await this.#frozen.promise;
    if (!this.#alive) await never();
  }

  /** As `kill -9` does. */
  kill(): void {
    this.#alive = false;
    this.wake();
  }

  /** As SIGSTOP does. */
  freeze(): void {
    if (this.#alive) this.#frozen ??= deferred();
  }

  /** As SIGCONT does. */
  wake(): void {
    this.#frozen?.resolve();
    this.#frozen = undefined;
  }

  /** Passes on what comes of the work when the process runs again; never, when it doesn't. */
  async survive<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
    } finally {
      await this.gate();
    }
  }

  /** Time as the process has it. `ahead` is how far its clock is, in ms. */
  timeOf(time: Time, ahead = 0): Time {
    return {
      now: () => time.now() + ahead,
      pause: (ms, signal) => this.survive(time.pause(ms, signal)),
    };
  }
}
