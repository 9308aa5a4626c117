/**
 * One saga being run by one owner: asks the plan for the next move and makes it, until the saga ends, is let go of, or belongs to somebody
 * else. Awaited writes are the decision, the end, and whatever lets go of the saga (a wait, a release, PARKED); everything else that is heard
 * rides in the next of these (the log is written behind).
 *
 * - I3 the undos begin after the decision's write has come back.
 * - I5 a write that finds another owner ends the run; nothing is called after it.
 * - I6 what can't be finished now is released to be claimed again, and parked when that was in vain too often.
 */
import type { Service } from "moleculer";

import type { Database } from "../database/types";
import type { Refusal } from "../outcome";
import type { Time } from "../waiting";
import type { BoundSaga, EndedSaga } from "./definition";
import type { Instance } from "./instance";
import type { Change, SagaLog } from "./log";
import type { Participants } from "./participants";
import { isResult } from "./knowledge";
import { nextMove, type Circumstances, type Move } from "./plan";
import { statusOf } from "./status";
import { Steps } from "./steps";
import { jitter, type SagaTimings } from "./timings";
import type { SagaStepNotice } from "./types";
import { Waits } from "./waits";

/** Releases of which nobody need hear: an outside system that takes a moment, or a node that is started anew, answers after one or two. */
const usualReleases = 2;

/** What all runs of an engine share. */
export interface RunContext {
  db: Database;
  log: SagaLog;
  participants: Participants;
  timings: SagaTimings;
  time: Time;
  random: () => number;
  logger: Service["logger"];
  onStep(notice: SagaStepNotice): void;
  /** Fires when the runs are to stop at the next safe point. */
  stopping: AbortSignal;
}

export type RunEnd =
  | { as: "COMPLETED"; results: Record<string, unknown>; told?: unknown }
  | { as: "COMPENSATED"; cause: Refusal }
  | { as: "PARKED" }
  /** Let go of, to be claimed again. */
  | { as: "RELEASED" }
  /** Let go of until a signal has come, or its time. */
  | { as: "WAITING" }
  /** Another owner has the saga, or had ended it. */
  | { as: "LOST" }
  /** Still this owner's, but nothing more is done for it here: the process stops, or the database is away. */
  | { as: "DROPPED" };

type Asked = Extract<Move, { kind: "call" | "seal" | "undo" }>;

export class Run {
  readonly #steps: Steps;
  readonly #waits: Waits;
  /** Number of the next row of this epoch's trail. */
  #seq = 0;

  constructor(
    private readonly context: RunContext,
    private readonly bound: BoundSaga,
    readonly saga: Instance,
    private readonly firstOwner: boolean,
  ) {
    this.#steps = new Steps(context, bound.definition, saga);
    this.#waits = new Waits(bound.definition, saga, context.time.now, (entry) => this.#steps.note(entry));
  }

  /** Never rejects. */
  async go(): Promise<RunEnd> {
    try {
      return await this.#drive();
    } catch (error) {
      this.context.logger.error(`${this.#name} failed in a way that nothing foresaw; it is tried again later`, error);
      return this.#letGo().catch((again: unknown) => {
        this.context.logger.error(`${this.#name} could not be released either; it is claimed again later`, again);
        return { as: "DROPPED" };
      });
    }
  }

  async #drive(): Promise<RunEnd> {
    const { stopping } = this.context;
    const { known } = this.saga;
    while (!stopping.aborted) {
      const move = nextMove(this.bound.definition, known, this.#circumstances());
      if (move.kind === "complete") return this.#complete();
      if (move.kind === "compensated") return this.#compensated(move.cause);
      if (move.kind === "wait") {
        const waiting = this.#waits.begin(move.wait);
        if (waiting) return (await this.#write(waiting)) ? { as: "WAITING" } : { as: "LOST" };
      } else if (move.kind === "decide") {
        const decision = { cause: move.cause, undo: move.undo };
        if (!(await this.#write({ to: "COMPENSATING", ...decision }))) return { as: "LOST" };
        known.decision = decision;
        this.saga.releases = 0;
      } else if (!(await this.#ask(move)) && !stopping.aborted) return this.#letGo(move);
    }
    return { as: "DROPPED" };
  }

  #circumstances(): Circumstances {
    return { firstOwner: this.firstOwner, late: this.#steps.late, overdue: this.#waits.overdue };
  }

  /** False when a step that can't be given up stays unanswered. */
  async #ask(move: Asked): Promise<boolean> {
    if (move.kind === "seal") return this.#steps.seal(move.step);
    const answered = await Promise.all(move.steps.map((step) => (move.kind === "call" ? this.#steps.call(step) : this.#steps.undo(step))));
    return answered.every(Boolean);
  }

  async #complete(): Promise<RunEnd> {
    const ended = this.#ended();
    const change: Change = { to: "COMPLETED", ended };
    return (await this.#write(change)) ? { as: "COMPLETED", results: ended.results, told: change.told } : { as: "LOST" };
  }

  async #compensated(cause: Refusal): Promise<RunEnd> {
    return (await this.#write({ to: "COMPENSATED", ended: this.#ended(), cause })) ? { as: "COMPENSATED", cause } : { as: "LOST" };
  }

  #ended(): EndedSaga<unknown, Record<string, unknown>> {
    const { id, known, trace } = this.saga;
    return { id, input: known.input, results: known.results, ...(trace && { trace }) };
  }

  /** `unanswered` is what was asked in vain. */
  async #letGo(unanswered?: Asked): Promise<RunEnd> {
    const { timings, random, logger } = this.context;
    const progressed = this.#steps.unlogged.some(isResult);
    const releases = progressed ? 0 : this.saga.releases;
    if (releases >= timings.maxReleases) {
      const parked = (await this.#write({ to: "PARKED" })) || (await this.#isParked());
      return { as: parked ? "PARKED" : "LOST" };
    }
    const delayMs = jitter(releases, timings.releaseBaseMs, timings.releaseCapMs, random);
    const waiting = unanswered && this.#waits.forOutcome(unanswered, delayMs, progressed);
    if (!(await this.#write(waiting ?? { to: "RELEASED", delayMs, progressed }))) return { as: "LOST" };
    const line = `${this.#name} waits for an answer; it is tried again in ${delayMs} ms (${releases + 1} of ${timings.maxReleases})`;
    if (releases < usualReleases) logger.info(line);
    else logger.warn(line);
    return { as: waiting ? "WAITING" : "RELEASED" };
  }

  /** A commit whose answer was lost has parked it in this very epoch: nobody else would tell of it. */
  async #isParked(): Promise<boolean> {
    const { type, id, epoch } = this.saga;
    const status = await statusOf(this.context.db, type, id);
    return status?.state === "PARKED" && status.epoch === epoch;
  }

  /**
   * False when the saga is somebody else's. Repeated when the database fails: an attempt that was committed although it failed lets a decision
   * be written once more, and shows as false for whatever ends the ownership.
   */
  async #write(change: Change): Promise<boolean> {
    const { log, timings, time, random, stopping } = this.context;
    const { type, id, epoch } = this.saga;
    const entries = [...this.#steps.unlogged];
    for (let attempt = 1; ; attempt++) {
      try {
        const seq = this.#seq;
        // Another number for each attempt: one that failed may have been committed.
        this.#seq += entries.length;
        const held = await log.write({ held: { type, id, epoch }, bound: this.bound, change, entries, seq });
        this.#steps.unlogged.splice(0, entries.length);
        return held;
      } catch (error) {
        if (attempt > timings.retries || stopping.aborted) throw error;
        this.context.logger.warn(`${this.#name}: the log could not be written, trying again`, error);
        await time.pause(jitter(attempt - 1, timings.retryBaseMs, timings.retryCapMs, random), stopping);
      }
    }
  }

  get #name(): string {
    return `saga ${this.saga.type} ${this.saga.id}`;
  }
}
