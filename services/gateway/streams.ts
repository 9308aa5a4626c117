/** Server-sent events: what an action tells, as long as it has more to tell and the client listens. */
import type { ServerResponse } from "node:http";
import { setTimeout as pause } from "node:timers/promises";

import { ShopError } from "../../lib/errors";

export interface StreamFigures {
  /** Streams of this node. */
  most: number;
  /** Streams of one user. */
  perUser: number;
  /** Time between two comments that keep a connection from looking dead, in ms. */
  beatMs: number;
  /** How long one stream lasts at most, in ms: as long as a new token; the client comes back with one that is still good. */
  lifeMs: number;
  /** Least time between two questions when the first was answered with nothing, in ms. */
  paceMs: number;
}

export const streamFigures: StreamFigures = { most: 1_000, perUser: 10, beatMs: 15_000, lifeMs: 15 * 60_000, paceMs: 250 };

/** What an action answers to the question what came after an event. */
export interface Told {
  events: readonly { id: string; event: string; data: unknown }[];
  /** Nothing comes after these. */
  final: boolean;
}

/** What a stream is about. */
export interface Subscription {
  userId: string;
  /** The last event that the client knows. */
  after: number | undefined;
  ask(after: number | undefined): Promise<Told>;
  /** The stream has ended because of an error; the client comes back by itself. */
  failed(error: unknown): void;
}

/** The streams of a node. One whose client has left keeps its place until its last question is answered, so that these can't pile up. */
export class Streams {
  /** With what ends each of them. */
  readonly #open = new Map<ServerResponse, () => void>();
  readonly #perUser = new Map<string, number>();
  #closed = false;

  constructor(private readonly figures: StreamFigures) {}

  /**
   * Answers with a stream, and resolves when it has ended. Until the first event it may throw what `ask` throws, UNAVAILABLE, OVERLOADED or
   * RATE_LIMITED. To a client that has seen the last event it answers 204, which keeps browsers from coming back.
   */
  async serve(res: ServerResponse, subscription: Subscription): Promise<void> {
    const { userId, after, ask } = subscription;
    const { promise: stopped, resolve: stop } = Promise.withResolvers<undefined>();
    const leave = this.#enter(res, userId, () => (res.headersSent ? void res.end() : stop(undefined)));
    try {
      const first = await Promise.race([ask(after), stopped]);
      if (!first) throw new ShopError("UNAVAILABLE");
      if (isOver(res)) return;
      res.setHeader("Cache-Control", "no-store");
      if (after !== undefined && first.final && first.events.length === 0) return void res.writeHead(204).end();
      res.writeHead(200, { "Content-Type": "text/event-stream", "X-Accel-Buffering": "no" });
      if (res.req.method === "HEAD") return void res.end();
      res.flushHeaders();
      await this.#goOn(res, first, subscription);
    } finally {
      leave();
    }
  }

  /** Ends all streams, and takes no more: a node that stops would wait for them for ever. */
  close(): void {
    this.#closed = true;
    for (const end of this.#open.values()) end();
  }

  #enter(res: ServerResponse, userId: string, end: () => void): () => void {
    const { most, perUser } = this.figures;
    const own = this.#perUser.get(userId) ?? 0;
    if (this.#closed) throw new ShopError("UNAVAILABLE");
    if (own >= perUser) throw new ShopError("RATE_LIMITED", `${perUser} streams are open already`, { retryAfter: 1 });
    if (this.#open.size >= most) throw new ShopError("OVERLOADED");
    this.#open.set(res, end);
    this.#perUser.set(userId, own + 1);
    return () => {
      this.#open.delete(res);
      const left = (this.#perUser.get(userId) ?? 0) - 1;
      if (left > 0) this.#perUser.set(userId, left);
      else this.#perUser.delete(userId);
    };
  }

  async #goOn(res: ServerResponse, first: Told, { after, ask, failed }: Subscription): Promise<void> {
    const { beatMs, lifeMs, paceMs } = this.figures;
    const endAt = performance.now() + lifeMs;
    const beat = setInterval(() => beatOrCut(res), beatMs);
    res.once("close", () => clearInterval(beat));
    try {
      let last = after;
      for (let told = first; !isOver(res);) {
        last = write(res, told) ?? last;
        if (told.final) break;
        if (res.writableNeedDrain) await drained(res);
        const askedAt = performance.now();
        if (isOver(res) || askedAt > endAt) break;
        told = await ask(last);
        const early = askedAt + paceMs - performance.now();
        if (early > 0 && told.events.length === 0 && !told.final) await pause(early, undefined, { ref: false });
      }
    } catch (error) {
      if (!isOver(res)) failed(error);
    } finally {
      res.end();
    }
  }
}

/** The client is gone, or everything is said. */
const isOver = (res: ServerResponse) => res.destroyed || res.writableEnded;

/** The id of the last event, if there was one. */
function write(res: ServerResponse, { events }: Told): number | undefined {
  for (const { id, event, data } of events) res.write(`id: ${id}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  const last = events.at(-1);
  return last && Number(last.id);
}

/** A client that hasn't taken what was sent a beat ago is cut off: what is kept for it would only grow. */
function beatOrCut(res: ServerResponse): void {
  if (res.writableNeedDrain) res.destroy();
  else if (!isOver(res)) res.write(":\n\n");
}

const drained = (res: ServerResponse) =>
  new Promise<void>((resolve) => {
    const done = () => {
      res.off("drain", done).off("close", done);
      resolve();
    };
    res.on("drain", done).on("close", done);
  });
