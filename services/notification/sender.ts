import type { Service, ServiceSchema } from "moleculer";

import { configOf } from "../../lib/config";
import { oncePer } from "../../lib/once-per";
import type { Database } from "../../mixins/database";
import { pause, Wakeup } from "../../mixins/waiting";
import { handOver } from "./hand-over";
import { claimDue, type Handed, noteHanded, releaseAll } from "./notifications";
import { type MessageProvider, providerOf } from "./provider";
import { readRecipients } from "./recipients";

export interface SenderOptions {
  db: Database;
  provider: MessageProvider;
  /** Of the dates in messages. */
  timeZone: string;
  /** Nobody else sends from this database: what an earlier process has left is due at once. */
  exclusive: boolean;
  warn(message: string): void;
}

/** In ms, but for `batch`: messages that are handed over together. */
export const timings = {
  batch: 50,
  /** What comes within this time goes out together: a transaction before and one after it. */
  gatherMs: 100,
  /** How often it is looked for messages that failed, or that another process has left. */
  pollMs: 1_000,
  /** For the provider to take a message. Mail servers look at a mail before they take it, and who gives up too soon sends it twice. */
  timeoutMs: 30_000,
  /** How long nobody else takes a message that was taken; longer than the provider may take. */
  leaseMs: 60_000,
  /** For the provider to take what it was given when the sender is stopped; then it is aborted. */
  stopMs: 4_000,
  /** Between tries of a message that the provider doesn't take. */
  retryMs: { base: 1_000, cap: 3_600_000 },
  /** How long a message waits for its customer's address to become known; then it is given up. */
  addressMs: 3 * 24 * 3_600_000,
};

/**
 * Hands messages to the provider after they were committed, and again until it has taken them. A process that dies in between leaves
 * them to the next: a message may so be handed over twice, under the same id, and is never lost. One that it refuses for good is given up.
 */
export class Sender {
  readonly #stopping = new AbortController();
  readonly #aborting = new AbortController();
  readonly #wakeup = new Wakeup();
  #running: Promise<void> | undefined;

  constructor(
    private readonly options: SenderOptions,
    private readonly figures = timings,
  ) {}

  async start(): Promise<void> {
    if (this.options.exclusive) await releaseAll(this.options.db);
    this.#running ??= this.#run(this.#stopping.signal);
  }

  /** There are new messages. */
  wake(): void {
    this.#wakeup.call();
  }

  /** Resolves when what was handed over has been noted. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    const impatience = setTimeout(() => this.#aborting.abort(new Error("the service stops")), this.figures.stopMs);
    await this.#running;
    clearTimeout(impatience);
    this.options.provider.close?.();
  }

  async #run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        while (!signal.aborted && (await this.#sendDue()) === this.#batch);
      } catch (error) {
        this.options.warn(`messages could not be sent, trying again: ${String(error)}`);
      }
      await this.#wakeup.wait(signal, this.figures.pollMs);
      await pause(this.figures.gatherMs, signal);
    }
  }

  get #batch(): number {
    const { provider } = this.options;
    return Math.min(this.figures.batch, provider.atOnce ?? this.figures.batch);
  }

  /** Gives how many messages were taken up. */
  async #sendDue(): Promise<number> {
    const { db } = this.options;
    const claimed = await claimDue(db, this.#batch, this.figures.leaseMs);
    if (claimed.length === 0) return 0;
    const recipients = await readRecipients(
      db,
      claimed.map(({ userId }) => userId),
    );
    const how = { ...this.options, ...this.figures };
    const handed = await Promise.all(
      claimed.map((message) => {
        const signal = AbortSignal.any([AbortSignal.timeout(this.figures.timeoutMs), this.#aborting.signal]);
        return handOver(message, recipients.get(message.userId), how, signal);
      }),
    );
    await noteHanded(db, handed);
    this.#warnOf(handed);
    return claimed.length;
  }

  #warnOf(handed: readonly Handed[]): void {
    const tell = (what: string, failures: Handed["failure"][]) => {
      if (failures[0]) this.options.warn(`${failures.length} of ${handed.length} messages ${what}: ${failures[0].error}`);
    };
    const failures = handed.flatMap(({ failure }) => failure ?? []);
    tell(
      "were not taken and will be tried again",
      failures.filter(({ waitMs }) => waitMs !== null),
    );
    tell(
      "are given up (failed_at in notification.find)",
      failures.filter(({ waitMs }) => waitMs === null),
    );
  }
}

/** The sender of a running service. */
export const senderOf = oncePer((host: Service) => {
  const { db } = host as Service & { db: Database };
  const { embedded: exclusive, businessTimeZone: timeZone } = configOf(host.broker);
  return new Sender({ db, provider: providerOf(host), timeZone, exclusive, warn: (message) => host.logger.warn(message) });
});

/** Sends from when the service starts until it stops. */
export const sending: Partial<ServiceSchema> = {
  started(this: Service) {
    return senderOf(this).start();
  },
  stopped(this: Service) {
    return senderOf(this).stop();
  },
};
