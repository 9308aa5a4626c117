/** The saga engine of one process: starts sagas, runs them, recovers those that others left, and tells how they ended. */
import { randomUUID } from "node:crypto";

import type { Service } from "moleculer";

import type { RemoteCall } from "../batch-call";
import type { Database, Tx } from "../database/types";
import type { GroupCommit, GroupHandler } from "../group-commit/types";
import { done } from "../outcome";
import { type Time, wallTime } from "../waiting";
import { readAudit } from "./audit";
import { Claims, type Claimed } from "./claims";
import type { BoundSaga, SagaDefinition } from "./definition";
import { detailsOf } from "./details";
import { groupBy } from "./group-by";
import { keyText } from "./key-text";
import { SagaLog } from "./log";
import { OperatorActions } from "./operator-actions";
import type { SagaAuditEntry, SagaAuditFilter, SagaDetails, SagaFilter } from "./operations";
import { Ownership } from "./ownership";
import { Participants, type SpannedCall } from "./participants";
import { knowledge } from "./knowledge";
import type { RunContext } from "./run";
import { Runs } from "./runs";
import { Signals } from "./send-signals";
import { listStatus, statusOf } from "./status";
import { defaultTimings, type SagaTimings } from "./timings";
import type { SagaEndNotice, SagaResult, Sagas, SagaSignal, SagaStart, SagaStatus, SagaStepNotice, SignalOutcome } from "./types";

export interface EngineOptions {
  db: Database;
  group: GroupCommit;
  sagas: readonly BoundSaga[];
  call: RemoteCall;
  /** Makes calls within spans. Default: without. */
  spanned?: SpannedCall;
  /** The name of this process start, which no other has or had. Default: a random one. */
  owner?: string;
  /** No other process uses the database. */
  alone: boolean;
  logger: Service["logger"];
  timings?: Partial<SagaTimings>;
  /** Default: the machine's. Leases are compared in the database's time whatever this one is. */
  time?: Time;
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

export class SagaEngine implements Sagas {
  readonly owner: string;
  readonly #bound: ReadonlyMap<string, BoundSaga>;
  readonly #timings: SagaTimings;
  readonly #time: Time;
  readonly #log: SagaLog;
  readonly #claims: Claims;
  readonly #ownership: Ownership;
  readonly #operators: OperatorActions;
  readonly #signals: Signals;
  readonly #runs: Runs;
  readonly #stopping = new AbortController();
  #stopped: Promise<void> | undefined;
  readonly #starts: GroupHandler<OneStart, void> = {
    name: "saga.start",
    conflictKey: ({ definition, start }) => keyText(definition.type, start.id),
    run: async (calls, tx) => {
      for (const alike of groupBy(calls, ({ definition: { type, version } }) => keyText(type, version))) {
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
    const { db, group, sagas, logger, owner = randomUUID(), time = wallTime, random = Math.random } = options;
    const timings = { ...defaultTimings, ...options.timings };
    this.owner = owner;
    this.#timings = timings;
    this.#time = time;
    this.#bound = new Map(sagas.map((bound) => [keyText(bound.definition.type, bound.definition.version), bound]));
    const wake = () => this.#ownership.wake();
    const definitionOf = (type: string, version: number) => this.#definitionOf(type, version);
    this.#log = new SagaLog(group, owner, time.now, wake);
    this.#claims = new Claims({
      db,
      owner,
      clock: time.now,
      definitions: sagas.map((one) => one.definition),
      maxRecoveries: timings.maxRecoveries,
    });
    this.#ownership = new Ownership({
      ...{ db, owner, timings, time, logger, claims: this.#claims, alone: options.alone },
      ready: options.ready ?? (() => true),
      holds: (type, id) => this.#runs.holds(type, id),
      take: (claimed) => this.#take(claimed),
    });
    this.#operators = new OperatorActions({
      ...{ db, clock: time.now, definitionOf, wake },
    });
    this.#signals = new Signals({ clock: time.now, definitionOf, wake });
    const context: RunContext = {
      ...{ db, log: this.#log, timings, time, random, logger, stopping: this.#stopping.signal },
      participants: new Participants(options.call, timings.stepTimeoutMs, options.spanned),
      onStep: (notice) => options.onStep?.(notice),
    };
    this.#runs = new Runs(db, context, options.onEnd);
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
    await Promise.race([this.#runs.settled(), this.#time.pause(this.#timings.stopMs, patience.signal)]);
    patience.abort();
    this.#runs.tellAll();
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
    return (await this.#runs.result(type, id, waitMs)) as SagaResult<R>;
  }

  async signal(type: string, id: string, name: string, payload?: unknown, tx?: Tx): Promise<SignalOutcome> {
    const signal = { type, id, name, payload };
    if (!tx) {
      const outcome = await this.options.group.submit(this.#signals.handler, signal);
      return outcome.ok ? outcome.result : "NO_SAGA";
    }
    const [outcome = "NO_SAGA"] = await this.#signals.send([signal], tx);
    return outcome;
  }

  signalAll(signals: readonly SagaSignal[], tx: Tx): Promise<SignalOutcome[]> {
    return this.#signals.send(signals, tx);
  }

  status(type: string, id: string): Promise<SagaStatus | undefined> {
    return statusOf(this.options.db, type, id);
  }

  list(filter: SagaFilter): Promise<SagaStatus[]> {
    return listStatus(this.options.db, filter);
  }

  retry(...to: Parameters<Sagas["retry"]>): ReturnType<Sagas["retry"]> {
    return this.#operators.retry(...to);
  }

  skip(...to: Parameters<Sagas["skip"]>): ReturnType<Sagas["skip"]> {
    return this.#operators.skip(...to);
  }

  compensate(...to: Parameters<Sagas["compensate"]>): ReturnType<Sagas["compensate"]> {
    return this.#operators.compensate(...to);
  }

  show(type: string, id: string): Promise<SagaDetails | undefined> {
    return detailsOf(this.options.db, type, id, (version) => this.#definitionOf(type, version));
  }

  audit(filter: SagaAuditFilter): Promise<SagaAuditEntry[]> {
    return readAudit(this.options.db, filter);
  }

  async #insert(definition: SagaDefinition<never, unknown>, starts: readonly SagaStart<unknown>[], tx: Tx): Promise<void> {
    const bound = this.#boundTo(definition.type, definition.version);
    const now = this.#time.now();
    this.#log.start(definition, starts, now, tx);
    tx.afterCommit(() => {
      for (const { id, input, trace } of starts) {
        const { type, version, deadlineMs } = definition;
        const known = knowledge(input);
        this.#runs.launch(
          bound,
          { type, id, version, epoch: 1, releases: 0, known, signals: new Map(), trace, deadlineAt: now + deadlineMs, startedAt: now },
          true,
        );
      }
    });
  }

  #definitionOf(type: string, version: number): SagaDefinition | undefined {
    return this.#bound.get(keyText(type, version))?.definition;
  }

  #boundTo(type: string, version: number): BoundSaga {
    const bound = this.#bound.get(keyText(type, version));
    if (!bound) throw new Error(`saga ${type} version ${version} is not bound to this service`);
    return bound;
  }

  #take({ instances, parked }: Claimed): void {
    for (const saga of instances) this.#runs.launch(this.#boundTo(saga.type, saga.version), saga, false);
    for (const { type, id, startedAt } of parked) this.#runs.ended(type, id, startedAt, { as: "PARKED" });
  }
}
