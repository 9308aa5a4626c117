import type { Middleware } from "moleculer";

import { deferred } from "../../mixins/waiting";

/** What befalls one call of an action: it may or may not be carried out, and its answer may or may not come back. */
export type Fault = (call: () => Promise<unknown>) => Promise<unknown>;

/** Lets a test decide what befalls calls of actions. */
export class Faults {
  readonly #faults = new Map<string, Fault[]>();
  readonly #lasting = new Map<string, Fault>();

  readonly middleware: Middleware = {
    name: "faults",
    localAction: (next, { name = "" }) => {
      const faultOf = () => this.#faults.get(name)?.shift() ?? this.#lasting.get(name);
      return function (ctx) {
        const fault = faultOf();
        return fault ? fault(async () => next.call(this, ctx)) : next.call(this, ctx);
      };
    },
  };

  /** The next calls of the action meet these, one each. */
  next(action: string, ...faults: Fault[]): void {
    this.#faults.set(action, [...(this.#faults.get(action) ?? []), ...faults]);
  }

  /** Every call of the action meets it, until all is mended. */
  every(action: string, fault: Fault): void {
    this.#lasting.set(action, fault);
  }

  mend(): void {
    this.#lasting.clear();
  }
}

class Lost extends Error {
  readonly type = "REQUEST_TIMEOUT";
}

/** The call doesn't reach the service. */
export const neverArrives: Fault = () => Promise.reject(new Lost("the call got lost"));

/** The service does what it was asked, and nobody hears of it. */
export const replyLost: Fault = async (call) => {
  await call();
  throw new Lost("the reply got lost");
};

/** Holds a call before it is carried out, or its answer before it comes back, until it is let go. */
export class Hold {
  readonly #reached = deferred();
  readonly #released = deferred();

  /** Resolves when the call is held. */
  readonly reached = this.#reached.promise;

  before: Fault = async (call) => {
    this.#reached.resolve();
    await this.#released.promise;
    return call();
  };

  after: Fault = async (call) => {
    const answer = await call();
    this.#reached.resolve();
    await this.#released.promise;
    return answer;
  };

  release(): void {
    this.#released.resolve();
  }
}
