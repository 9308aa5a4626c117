/**
 * Back-pressure. While the bus is away events wait in the table, and work goes on; but above a bound new work is not begun any more, so that
 * the table is sent off in a time that somebody has chosen. The gate only tells: who begins new work asks it. What is under way publishes
 * whatever it says, or a saga could neither end nor be undone.
 */
import { pause } from "../waiting";
import type { RelayLogger } from "./relay";
import type { OutboxStore } from "./store";

export class Gate {
  readonly #stopping = new AbortController();
  #watching: Promise<void> | undefined;
  #full = false;
  #blind = false;

  /** @param most events that may wait; 0 for as many as there are */
  constructor(
    private readonly store: Pick<OutboxStore, "hasMoreThan">,
    private readonly most: number,
    private readonly everyMs: number,
    private readonly logger: RelayLogger,
  ) {}

  /** As of the last look. */
  get full(): boolean {
    return this.#full;
  }

  /** Resolves after the first look. */
  async start(): Promise<void> {
    if (this.most === 0 || this.#watching) return;
    await this.#look();
    this.#watching = this.#watch();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#watching;
  }

  async #watch(): Promise<void> {
    const { signal } = this.#stopping;
    for (;;) {
      await pause(this.everyMs, signal);
      if (signal.aborted) return;
      await this.#look();
    }
  }

  async #look(): Promise<void> {
    try {
      const full = await this.store.hasMoreThan(this.most);
      if (full && !this.#full)
        this.logger.error(`ALERT: more than ${this.most} events wait to be sent: new work that publishes is refused until they don't`);
      if (!full && this.#full) this.logger.info(`no more than ${this.most} events wait to be sent: new work is taken on again`);
      this.#full = full;
      this.#blind = false;
    } catch (error) {
      // What it saw last is as good as anything: a database that is away refuses new work by itself.
      if (!this.#blind) this.logger.warn(`the outbox can't be measured: ${String(error)}`);
      this.#blind = true;
    }
  }
}
