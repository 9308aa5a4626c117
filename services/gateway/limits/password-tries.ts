import { rateLimited, type Limit } from "./limit";

/** Tries at one account's password that are here at the same time. */
interface Lane {
  present: number;
  running: number;
  waiting: (() => void)[];
}

/**
 * Counts wrong passwords by account. Only failures count, and they are known late: so no more tries run at once than may still fail, and
 * the others wait. Without that, a thousand guesses at one moment would all pass before the first has failed.
 */
export class PasswordTries {
  readonly #lanes = new Map<string, Lane>();

  constructor(private readonly wrong: Limit) {}

  /** Runs a check that throws INVALID_CREDENTIALS when the password is wrong. Throws RATE_LIMITED after too many of these. */
  async run<T>(account: string, check: () => Promise<T>): Promise<T> {
    const lane = this.#lanes.get(account) ?? { present: 0, running: 0, waiting: [] };
    this.#lanes.set(account, lane);
    lane.present++;
    try {
      await this.#turn(account, lane);
      return await this.#checked(account, check).finally(() => {
        lane.running--;
        for (const wake of lane.waiting.splice(0)) wake();
      });
    } finally {
      if (--lane.present === 0) this.#lanes.delete(account);
    }
  }

  async #turn(account: string, lane: Lane): Promise<void> {
    for (;;) {
      const usage = await this.wrong.look(account);
      if (usage.remaining === 0) throw rateLimited("Too many wrong passwords", usage);
      if (lane.running < usage.remaining) break;
      await new Promise<void>((resolve) => lane.waiting.push(resolve));
    }
    lane.running++;
  }

  async #checked<T>(account: string, check: () => Promise<T>): Promise<T> {
    try {
      return await check();
    } catch (error) {
      if ((error as { type?: unknown } | undefined)?.type === "INVALID_CREDENTIALS") await this.wrong.take(account);
      throw error;
    }
  }
}
