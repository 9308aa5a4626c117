/** The saga engine of one process: starts sagas, runs them, recovers those that others left, and tells how they ended. */
import { randomUUID } from "node:crypto";

import type { Service } from "moleculer";

import type { RemoteCall } from "../batch-call";
import type { Database, Tx } from "../database/types";
import type { GroupCommit, GroupHandler } from "../group-commit/types";
import { done } from "../outcome";
import { pause } from "../waiting";
import { Claims, type Claimed } from "./claims";
import type { BoundSaga, SagaDefinition } from "./definition";
import { groupBy } from "./group-by";
import type { Instance } from "./instance";
import { SagaLog } from "./log";
import { Ownership } from "./ownership";
import { Participants } from "./participants";
import { knowledge } from "./plan";
import { Run, type RunContext, type RunEnd } from "./run";
import { listStatus, resultOf, statusOf } from "./status";
import { defaultTimings, type SagaTimings } from "./timings";
import type { SagaEndNotice, SagaResult, Sagas, SagaStart, SagaState, SagaStatus, SagaStepNotice } from "./types";
import { Waiters } from "./waiters";

export interface EngineOptions {
  db: Database;
  group: GroupCommit;
  sagas: readonly BoundSaga[];
  call: RemoteCall;
  /** No other process uses the database. */
  alone: boolean;
  logger: Service["logger"];
  timings?: Partial<SagaTimings>;
  clock?: () => number;
  random?: () => number;
  /** The participants can be called. */
  ready?(): boolean;
  onStep?(notice: SagaStepNotice): void;
  onEnd?(notice: SagaEndNotice): void;
}

interface OneStart {
  definition: SagaDefinition<never, unknown>;
  start: SagaStart<unknown>;
}

/** First and longest wait between two looks into the log for a saga that isn't running here, in ms. */
const look = { firstMs: 20, capMs: 500 };

const nameOf = (type: string, id: string): string => `${type}\n${id}`;

export class SagaEngine implements Sagas {
  readonly owner = randomUUID();
  readonly #bound: ReadonlyMap<string, BoundSaga>;
  readonly #timings: SagaTimings;
  readonly #clock: () => number;
  readonly #log: SagaLog;
  readonly #claims: Claims;
  readonly #ownership: Ownership;
  readonly #context: RunContext;
  readonly #stopping = new AbortController();
  #stopped: Promise<void> | undefined;
  readonly #waiters = new Waiters();
  readonly #runs = new Map<string, { run: Run; ended: Promise<void> }>();
  readonly #starts: GroupHandler<OneStart, void> = {
    name: "saga.start",
    conflictKey: ({ definition, start }) => nameOf(definition.type, start.id),
    run: async (calls, tx) => {
      for (const alike of groupBy(calls, ({ definition: { type, version } }) => nameOf(type, String(version)))) {
        await this.#insert(
          alike[0].definition,
          alike.map(({ start }) => start),
          tx,
        );
      }
      return calls.map(() => done(undefined));
    },
  };

  constructor(private readonly options: EngineOptions) {
    const { db, group, sagas, logger, clock = Date.now, random = Math.random } = options;
    const timings = { ...defaultTimings, ...options.timings };
    const { owner } = this;
    this.#timings = timings;
    this.#clock = clock;
    this.#bound = new Map(sagas.map((bound) => [nameOf(bound.definition.type, String(bound.definition.version)), bound]));
    this.#log = new SagaLog(group, owner, clock);
    this.#claims = new Claims({ db, owner, clock, definitions: sagas.map((one) => one.definition), maxRecoveries: timings.maxRecoveries });
    this.#ownership = new Ownership({
      ...{ db, owner, timings, clock, logger, claims: this.#claims, alone: options.alone },
      ready: options.ready ?? (() => true),
      holds: (type, id) => this.#runs.has(nameOf(type, id)),
      take: (claimed) => this.#take(claimed),
    });
    this.#context = {
      ...{ log: this.#log, timings, clock, random, logger, stopping: this.#stopping.signal },
      participants: new Participants(options.call, timings.stepTimeoutMs),
      onStep: (notice) => options.onStep?.(notice),
    };
  }

  /** Refuses when there are open sagas of a version that this process has no code for. */
  async open(): Promise<void> {
    const unknown = await this.#claims.unknownVersions();
    if (unknown.length > 0) {
      const names = unknown.map(({ type, version }) => `${type} version ${version}`).join(", ");
      throw new Error(
        `there are open sagas whose code is not loaded: ${names}. Keep a version's definition until its last saga has ended.`,
      );
    }
    await this.#ownership.start();
  }

  /** What is awaited is finished, as far as it doesn't take longer than a few seconds; then everything is let go of. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<void> {
    this.#stopping.abort();
    await this.#ownership.stop();
    const patience = new AbortController();
    const runs = Promise.all([...this.#runs.values()].map(({ ended }) => ended));
    await Promise.race([runs, pause(this.#timings.stopMs, patience.signal)]);
    patience.abort();
    this.#waiters.tellAll();
    await this.#ownership.release();
  }

  async start<I, R>(definition: SagaDefinition<I, R>, starts: readonly SagaStart<I>[], tx: Tx): Promise<void> {
    await this.#insert(definition as SagaDefinition<never, unknown>, starts, tx);
  }

  async run<I, R>(definition: SagaDefinition<I, R>, start: SagaStart<I>, waitMs: number): Promise<SagaResult<R>> {
    await this.options.group.submit(this.#starts, { definition: definition as SagaDefinition<never, unknown>, start });
    return this.result(definition, start.id, waitMs);
  }

  async result<I, R>({ type }: SagaDefinition<I, R>, id: string, waitMs: number): Promise<SagaResult<R>> {
    const name = nameOf(type, id);
    const until = performance.now() + waitMs;
    for (let lookMs = look.firstMs; ; lookMs = Math.min(look.capMs, lookMs * 2)) {
      if (!this.#runs.has(name)) {
        const ended = await resultOf(this.options.db, type, id);
        if (!ended) throw new Error(`there is no saga ${type} ${id}`);
        if (ended.status !== "RUNNING") return ended as SagaResult<R>;
      }
      const left = until - performance.now();
      if (left <= 0 || this.#stopping.signal.aborted) return { status: "RUNNING" };
      const told = await this.#waiters.wait(name, this.#runs.has(name) ? left : Math.min(left, lookMs));
      if (told) return told as SagaResult<R>;
    }
  }

  status(type: string, id: string): Promise<SagaStatus | undefined> {
    return statusOf(this.options.db, type, id);
  }

  list(filter: { type?: string; state?: SagaState; limit?: number }): Promise<SagaStatus[]> {
    return listStatus(this.options.db, filter);
  }

  async #insert(definition: SagaDefinition<never, unknown>, starts: readonly SagaStart<unknown>[], tx: Tx): Promise<void> {
    const bound = this.#boundTo(definition.type, definition.version);
    const now = this.#clock();
    await this.#log.start(definition, starts, now, tx);
    tx.afterCommit(() => {
      for (const { id, input, trace } of starts) {
        const { type, version, deadlineMs } = definition;
        const known = knowledge(input);
        this.#launch(bound, { type, id, version, epoch: 1, releases: 0, known, trace, deadlineAt: now + deadlineMs, startedAt: now }, true);
      }
    });
  }

  #boundTo(type: string, version: number): BoundSaga {
    const bound = this.#bound.get(nameOf(type, String(version)));
    if (!bound) throw new Error(`saga ${type} version ${version} is not bound to this service`);
    return bound;
  }

  #take({ instances, parked }: Claimed): void {
    for (const saga of instances) this.#launch(this.#boundTo(saga.type, saga.version), saga, false);
    for (const { type, id, startedAt } of parked) this.#ended(type, id, startedAt, { as: "PARKED" });
  }

  #launch(bound: BoundSaga, saga: Instance, firstOwner: boolean): void {
    if (this.#stopping.signal.aborted) return;
    const name = nameOf(saga.type, saga.id);
    const present = this.#runs.get(name);
    if (present && present.run.saga.epoch >= saga.epoch) return;
    const run = new Run(this.#context, bound, saga, firstOwner);
    const ended = run.go().then((end) => {
      if (this.#runs.get(name)?.run === run) this.#runs.delete(name);
      this.#ended(saga.type, saga.id, saga.startedAt, end);
    });
    this.#runs.set(name, { run, ended });
  }

  #ended(type: string, id: string, startedAt: number, end: RunEnd): void {
    const told = toldOf(end);
    if (told?.status === "PARKED") {
      this.options.logger.error(`ALERT saga ${type} ${id} is parked: it could not be finished and needs an operator`);
    }
    if (told) {
      const cause = told.status === "COMPENSATED" ? { cause: told.cause.type } : {};
      this.options.onEnd?.({ type, id, state: told.status, ms: this.#clock() - startedAt, ...cause });
    }
    this.#waiters.tell(nameOf(type, id), told);
  }
}

function toldOf(end: RunEnd): Exclude<SagaResult<Record<string, unknown>>, { status: "RUNNING" }> | undefined {
  switch (end.as) {
    case "COMPLETED":
      return { status: "COMPLETED", results: end.results };
    case "COMPENSATED":
      return { status: "COMPENSATED", cause: end.cause };
    case "PARKED":
      return { status: "PARKED" };
    default:
      return undefined;
  }
}
