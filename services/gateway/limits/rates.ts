import type { IncomingMessage, ServerResponse } from "node:http";

import type { AddressReader } from "./addresses";
import { memoryLimit, rateLimited, type Limit, type LimitFigures, type Usage } from "./limit";
import { PasswordTries } from "./password-tries";

export interface RateFigures {
  /** Requests of a user. */
  user: LimitFigures;
  /** Requests from an address. */
  address: LimitFigures;
  /** Wrong passwords for one account from one address. */
  passwords: LimitFigures;
}

export const rateFigures: RateFigures = {
  user: { most: 1_000, seconds: 10 },
  address: { most: 2_000, seconds: 10 },
  passwords: { most: 10, seconds: 60 },
};

/** What a client may take of the shop in a time, told in `RateLimit-*` on every answer that counts. */
export class Rates {
  readonly #users: Limit;
  readonly #addresses: Limit;
  readonly #passwords: PasswordTries;

  constructor(
    { user, address, passwords }: RateFigures,
    private readonly addressOf: AddressReader,
  ) {
    this.#users = memoryLimit(user);
    this.#addresses = memoryLimit(address);
    this.#passwords = new PasswordTries(memoryLimit(passwords));
  }

  /** Counts a request, before anything is known of it. Throws RATE_LIMITED. */
  async countAddress(req: IncomingMessage, res: ServerResponse): Promise<void> {
    demand(res, await this.#addresses.take(this.addressOf(req)), "from this address");
  }

  /** Counts a request of a user. Throws RATE_LIMITED. */
  async countUser(userId: string, res: ServerResponse): Promise<void> {
    demand(res, await this.#users.take(userId), "of this user");
  }

  /** Runs what checks a password of that account. Throws RATE_LIMITED after too many wrong ones from the request's address. */
  tryPassword<T>(req: IncomingMessage, account: string, check: () => Promise<T>): Promise<T> {
    return this.#passwords.run(`${this.addressOf(req)} ${account}`, check);
  }
}

function demand(res: ServerResponse, usage: Usage, what: string): void {
  const shown = res.getHeader("RateLimit-Remaining");
  if (shown === undefined || usage.remaining < Number(shown)) {
    res.setHeader("RateLimit-Limit", usage.limit);
    res.setHeader("RateLimit-Remaining", usage.remaining);
    res.setHeader("RateLimit-Reset", usage.resetSeconds);
  }
  if (usage.exceeded) throw rateLimited(`Too many requests ${what}`, usage);
}
