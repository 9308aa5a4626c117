import type { Service, ServiceSchema } from "moleculer";

import { configOf } from "../../lib/config";
import { oncePer } from "../../lib/once-per";
import type { Database } from "../../mixins/database";
import { backOff, pause, Wakeup } from "../../mixins/waiting";
import { claimDue, type Claimed, noteHanded, releaseAll } from "./notifications";
import { type MessageProvider, providerOf } from "./provider";
import { readRecipients, type Recipient } from "./recipients";

export interface SenderOptions {
  db: Database;
  provider: MessageProvider;
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
  /** For the provider to take a message. */
  timeoutMs: 5_000,
  /** How long nobody else takes a message that was taken; longer than the provider may take. */
  leaseMs: 15_000,
  /** Between tries of a message that the provider doesn't take. */
  retryMs: { base: 1_000, cap: 3_600_000 },
};

/**
 * Hands messages to the provider after they were committed, and again until it has taken them. A process that dies in between leaves
 * them to the next: a message may so be handed over twice, under the same id, and is never lost.
 */
export class Sender {
  readonly #stopping = new AbortController();
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
    await this.#running;
  }

  async #run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        while (!signal.aborted && (await this.#sendDue()) === this.figures.batch);
      } catch (error) {
        this.options.warn(`messages could not be sent, trying again: ${String(error)}`);
      }
      await this.#wakeup.wait(signal, this.figures.pollMs);
      await pause(this.figures.gatherMs, signal);
    }
  }

  /** Gives how many messages were taken up. */
  async #sendDue(): Promise<number> {
    const { db, warn } = this.options;
    const claimed = await claimDue(db, this.figures.batch, this.figures.leaseMs);
    if (claimed.length === 0) return 0;
    const recipients = await readRecipients(
      db,
      claimed.map(({ userId }) => userId),
    );
    const sent: Claimed[] = [];
    const failed: { message: Claimed; error: unknown }[] = [];
    await Promise.all(
      claimed.map(async (message) => {
        try {
          await this.#send(message, recipients.get(message.userId));
          sent.push(message);
        } catch (error) {
          failed.push({ message, error });
        }
      }),
    );
    await noteHanded(db, { sent, failed: failed.map(({ message }) => ({ ...message, waitMs: this.#waitAfter(message) })) });
    const [first] = failed;
    if (first) warn(`${failed.length} of ${claimed.length} messages were not taken and will be tried again: ${String(first.error)}`);
    return claimed.length;
  }

  async #send({ eventId: id, userId, subject, body }: Claimed, recipient: Recipient | undefined): Promise<void> {
    const to = { userId, ...(recipient && { email: recipient.email, nickname: recipient.nickname }) };
    await this.options.provider.send({ id, to, subject, body }, AbortSignal.timeout(this.figures.timeoutMs));
  }

  #waitAfter({ attempt }: Claimed): number {
    return backOff(attempt, this.figures.retryMs.base, this.figures.retryMs.cap);
  }
}

/** The sender of a running service. */
export const senderOf = oncePer((host: Service) => {
  const { db } = host as Service & { db: Database };
  const { embedded: exclusive } = configOf(host.broker);
  return new Sender({ db, provider: providerOf(host), exclusive, warn: (message) => host.logger.warn(message) });
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
