/** The sagas that this process runs, and who waits here for their ends. */
import type { Database } from "../database/types";
import type { BoundSaga } from "./definition";
import type { Instance } from "./instance";
import { keyText } from "./key-text";
import { Run, type RunContext, type RunEnd } from "./run";
import { resultOf } from "./status";
import type { SagaEndNotice, SagaResult } from "./types";
import { Waiters } from "./waiters";

type Told = SagaResult<Record<string, unknown>>;

/** First and longest wait between two looks into the log for a saga that isn't running here, in ms. */
const look = { firstMs: 20, capMs: 500 };

export class Runs {
  readonly #waiters = new Waiters();
  readonly #runs = new Map<string, { run: Run; ended: Promise<void> }>();

  constructor(
    private readonly db: Database,
    private readonly context: RunContext,
    private readonly onEnd: ((notice: SagaEndNotice) => void) | undefined,
  ) {}

  holds(type: string, id: string): boolean {
    return this.#runs.has(keyText(type, id));
  }

  /** Begins a run, unless the saga has one of the same epoch or a later one. */
  launch(bound: BoundSaga, saga: Instance, firstOwner: boolean): void {
    if (this.context.stopping.aborted) return;
    const name = keyText(saga.type, saga.id);
    const present = this.#runs.get(name);
    if (present && present.run.saga.epoch >= saga.epoch) return;
    const run = new Run(this.context, bound, saga, firstOwner);
    const ended = run.go().then((end) => {
      if (this.#runs.get(name)?.run === run) this.#runs.delete(name);
      this.ended(saga.type, saga.id, saga.startedAt, end);
    });
    this.#runs.set(name, { run, ended });
  }

  /** Tells how a run has ended; also of a saga that was parked before it had one. */
  ended(type: string, id: string, startedAt: number, end: RunEnd): void {
    const told = toldOf(end);
    const { logger, time } = this.context;
    if (told?.status === "PARKED") logger.error(`ALERT saga ${type} ${id} is parked: it could not be finished and needs an operator`);
    if (told) {
      const cause = told.status === "COMPENSATED" ? { cause: told.cause.type } : {};
      this.onEnd?.({ type, id, state: told.status, ms: time.now() - startedAt, ...cause });
    }
    this.#waiters.tell(keyText(type, id), told);
  }

  /** Waits at most `waitMs` for the saga's end, wherever it runs. */
  async result(type: string, id: string, waitMs: number): Promise<Told> {
    const until = performance.now() + waitMs;
    for (let lookMs = look.firstMs; ; lookMs = Math.min(look.capMs, lookMs * 2)) {
      if (!this.holds(type, id)) {
        const ended = await resultOf(this.db, type, id);
        if (!ended) throw new Error(`there is no saga ${type} ${id}`);
        if (ended.status !== "RUNNING") return ended;
      }
      const left = until - performance.now();
      if (left <= 0 || this.context.stopping.aborted) return { status: "RUNNING" };
      const told = await this.#waiters.wait(keyText(type, id), this.holds(type, id) ? left : Math.min(left, lookMs));
      if (told) return told;
    }
  }

  /** Resolves when the runs that are there now have ended. */
  async settled(): Promise<void> {
    await Promise.all([...this.#runs.values()].map(({ ended }) => ended));
  }

  /** Whoever waits is told that it is not known yet. */
  tellAll(): void {
    this.#waiters.tellAll();
  }
}

function toldOf(end: RunEnd): Exclude<Told, { status: "RUNNING" }> | undefined {
  switch (end.as) {
    case "COMPLETED":
      return { status: "COMPLETED", results: end.results, ...(end.told !== undefined && { told: end.told }) };
    case "COMPENSATED":
      return { status: "COMPENSATED", cause: end.cause };
    case "PARKED":
      return { status: "PARKED" };
    default:
      return undefined;
  }
}
