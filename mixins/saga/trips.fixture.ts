/**
 * A small world for tests of the engine: trips are booked by a saga over three services on a real broker with real databases. Every effect
 * of a step is a row of a ledger, so that a test can see that a step was done exactly once, or that nothing of it remains.
 */
import { ServiceBroker, type ServiceSchema } from "moleculer";

import { atEnd } from "../../test/support/cleanup";
import { testDatabase, testDatabaseUrl } from "../../test/support/database";
import type { StepRef, UndoRef, VerifyRef } from "../action-ref";
import type { RemoteCall } from "../batch-call";
import { databaseMixin, type Database, type Migration, type Tx } from "../database";
import { createGroupCommit, type GroupCommit } from "../group-commit";
import { done, refused, type Outcome } from "../outcome";
import { createBarrierTable, participantMixin, type OutsideStepHandler, type Performed, type StepCall, type StepHandler } from "../participant";
import { saga, type EndedSaga } from "./definition";
import { SagaEngine, type EngineOptions } from "./engine";
import { createSagaTables, defineSaga } from "./index";
import type { SagaTimings } from "./timings";

export interface Trip {
  id: string;
  /** The steps that refuse, e.g. `seat hotel`. */
  refuse?: string;
  /** Paid at once, without the provider. */
  cash?: boolean;
  /** No hotel is booked. */
  day?: boolean;
}

type Params = { trip: string; refuse?: boolean; cash?: boolean };
const step = <R>(name: string): StepRef<Params, R> => ({ name, kind: "step" });
const undo = (name: string): UndoRef => ({ name, kind: "undo" });
const verify = (name: string): VerifyRef => ({ name, kind: "verify" });

export const bookTrip = defineSaga<Trip>("book-trip", { version: 1, deadline: "1m", timedOut: "TRIP_TIMED_OUT" })
  .parallel({
    seat: { call: step<{ row: number }>("seat.book"), with: ({ input }) => paramsOf(input, "seat"), undo: undo("seat.free") },
    hotel: {
      when: ({ input }) => !input.day,
      call: step<object>("hotel.book"),
      with: ({ input }) => paramsOf(input, "hotel"),
      undo: undo("hotel.cancel"),
    },
  })
  .step("guide", { call: step<object>("seat.guide"), with: ({ input }) => paramsOf(input, "guide"), undo: undo("seat.unguide") })
  .pivot("charge", {
    call: step<{ receipt: string }>("charge.take"),
    with: ({ input }) => ({ ...paramsOf(input, "charge"), cash: input.cash }),
    verify: verify("charge.outcome"),
    alone: ({ input }) => !input.cash,
  })
  .retry("ticket", { call: step<{ number: string }>("hotel.ticket"), with: ({ input, results }) => ({ trip: `${input.id}/${results.charge.receipt}` }) });

const paramsOf = (trip: Trip, name: string): Params => ({ trip: trip.id, ...(trip.refuse?.includes(name) && { refuse: true }) });

export const stepNames = ["seat", "hotel", "guide", "charge", "ticket"] as const;
export type StepName = (typeof stepNames)[number];

const participantTables: Migration = {
  name: "0001-participant",
  async up(tx) {
    await createBarrierTable(tx);
    await tx.execute(`create table ledger (id ${tx.dialect.autoIncrement}, saga_id varchar(64) not null, step varchar(64) not null, amount integer not null)`);
    await tx.execute("create table charge (saga_id varchar(64) not null primary key, state varchar(16) not null)");
  },
};

async function note(tx: Tx, calls: readonly { id: string; step: string }[], amount: number): Promise<void> {
  await tx.insert("ledger", calls.map(({ id, step }) => ({ saga_id: id, step, amount })));
}

function booked(call: StepCall<Params>): Outcome<object> {
  return call.params.refuse ? refused(`NO_${call.step.toUpperCase()}`) : done(call.step === "seat" ? { row: 7 } : {});
}

const booking: StepHandler<unknown, unknown> = {
  async forward(calls, tx) {
    const outcomes = (calls as readonly StepCall<Params>[]).map(booked);
    await note(tx, calls.filter((_, index) => outcomes[index]?.ok), 1);
    return outcomes;
  },
  undo: (calls, tx) => note(tx, calls, -1),
};

/** Foreign and idempotent by key, like a real one. `answers` says what it answers next, by saga. */
export class Provider {
  readonly paid = new Map<string, Performed>();
  readonly answers = new Map<string, (Performed | Error)[]>();
  calls = 0;

  async pay(id: string): Promise<Performed> {
    this.calls += 1;
    const next = this.answers.get(id)?.shift();
    if (next instanceof Error) throw next;
    if (next?.state === "unknown") return next;
    const known = this.paid.get(id) ?? next ?? { state: "approved", reference: `r-${id}` };
    this.paid.set(id, known);
    return known;
  }
}

function charging(provider: Provider): OutsideStepHandler<unknown, unknown, unknown> {
  return {
    async begin(calls, tx) {
      const begun = (calls as readonly StepCall<Params>[]).map(({ id, params }) => {
        if (params.refuse) return refused("NO_CHARGE");
        return params.cash ? done({ receipt: `cash-${id}` }) : { started: id };
      });
      await note(tx, calls.filter((_, index) => begun[index] && "ok" in begun[index] && begun[index].ok), 1);
      await tx.insert("charge", calls.filter((_, index) => begun[index] && "started" in begun[index]).map(({ id }) => ({ saga_id: id, state: "PENDING" })));
      return begun;
    },
    async resume({ id }, tx) {
      const [row] = await tx.select<{ saga_id: string }>("select saga_id from charge where saga_id = ?", [id]);
      return row?.saga_id;
    },
    perform: (_key, work) => provider.pay(work as string),
    async settle(calls, tx) {
      await note(tx, calls.filter(({ performed }) => performed.state === "approved"), 1);
      return calls.map(({ performed }) => (performed.state === "approved" ? done({ receipt: performed.reference }) : performed.refusal));
    },
  };
}

export interface World {
  broker: ServiceBroker;
  provider: Provider;
  /** The database of the service that hosts the sagas. */
  db: Database;
  engine(options?: TestEngineOptions): TestEngine;
  /** Net effect and number of times done, by step. */
  effects(id: string): Promise<Record<string, { net: number; done: number }>>;
  /** What the hosting service was told of the saga's end, as often as it was told. */
  ends(id: string): Promise<{ state: string; detail: string }[]>;
  /** Ends the owner's lease, as if it had not renewed it for long. */
  expire(owner: string): Promise<void>;
}

export interface TestEngineOptions extends Partial<Pick<EngineOptions, "alone" | "clock" | "random" | "sagas" | "onStep" | "onEnd">> {
  timings?: Partial<SagaTimings>;
  faults?: Faults;
  /** Stands between the engine and its database. */
  group?(group: GroupCommit): GroupCommit;
}

export interface Message {
  action: string;
  calls: readonly { id: string; step: string }[];
  /** Delivers it, as often as it is called. */
  send(): Promise<unknown>;
  /** Kills the engine that sent it, and lets its lease run out. */
  crash(): Promise<void>;
}

/** What becomes of a message on its way: an answer, an error, or nothing ever. */
export type Faults = (message: Message) => Promise<unknown>;

export interface TestEngine {
  engine: SagaEngine;
  /** What it told the operators. */
  errors: unknown[][];
  /** As `kill -9` does: nothing that this engine is waiting for ever comes, and nothing that it sends leaves. */
  crash(): void;
  crashed(): boolean;
}

const never = () => new Promise<never>(() => undefined);

export const quick: Partial<SagaTimings> = {
  ...{ stepTimeoutMs: 2000, retries: 3, retryBaseMs: 1, retryCapMs: 4, releaseBaseMs: 1, releaseCapMs: 8 },
  ...{ leaseMs: 60_000, heartbeatMs: 20, claimMs: 5, stopMs: 500 },
};

export async function tripWorld(): Promise<World> {
  const provider = new Provider();
  const broker = new ServiceBroker({ logger: false, requestTimeout: 5000 });
  const databases: Database[] = [];
  for (const schema of await services(provider, databases)) broker.createService(schema);
  await broker.start();
  atEnd(() => broker.stop());
  const db = await testDatabase("trips", [
    {
      name: "0001-trips",
      async up(tx) {
        await createSagaTables(tx);
        await tx.execute(`create table trip_end (id ${tx.dialect.autoIncrement}, saga_id varchar(64) not null, state varchar(16) not null, detail text)`);
      },
    },
  ]);
  return {
    ...{ broker, provider, db },
    engine: (options = {}) => testEngine(broker, db, options),
    effects: async (id) => {
      const rows = await Promise.all(databases.map((one) => one.select<{ step: string; amount: number }>("select step, amount from ledger where saga_id = ?", [id])));
      const effects = Object.fromEntries(stepNames.map((name) => [name, { net: 0, done: 0 }])) as Record<string, { net: number; done: number }>;
      for (const { step, amount } of rows.flat()) {
        const effect = (effects[step] ??= { net: 0, done: 0 });
        effect.net += amount;
        if (amount > 0) effect.done += 1;
      }
      return effects;
    },
    ends: (id) => db.select("select state, detail from trip_end where saga_id = ? order by id", [id]),
    expire: (owner) => expire(db, owner),
  };
}

async function services(provider: Provider, databases: Database[]): Promise<ServiceSchema[]> {
  const parse = (params: unknown) => {
    if (typeof (params as Params).trip !== "string") throw Object.assign(new Error("trip is missing"), { type: "TRIP_MISSING" });
    return params;
  };
  const of = async (name: string, ...steps: Parameters<typeof participantMixin>[0]): Promise<ServiceSchema> => {
    const url = await testDatabaseUrl(name);
    return {
      name,
      mixins: [databaseMixin({ name, url: () => url, migrations: [participantTables], migrateAtStart: () => true }), participantMixin(steps)],
      started() {
        databases.push(this.db as Database);
      },
    };
  };
  return [
    await of("seat", { name: "book", undo: "free", parse, handler: booking }, { name: "guide", undo: "unguide", parse, handler: booking }),
    await of("hotel", { name: "book", undo: "cancel", parse, handler: booking }, { name: "ticket", parse, handler: booking }),
    await of("charge", { name: "take", verify: "outcome", parse, handler: charging(provider) }),
  ];
}

function testEngine(broker: ServiceBroker, db: Database, { faults, timings, group, ...options }: TestEngineOptions): TestEngine {
  const alive = { yes: true };
  const crash = () => void (alive.yes = false);
  const errors: unknown[][] = [];
  const send: RemoteCall = (action, params, { timeoutMs }) => broker.call(action, params, { timeout: timeoutMs });
  const call: RemoteCall = async (action, params, callOptions) => {
    if (!alive.yes) return never();
    const { calls } = params as Pick<Message, "calls">;
    const message: Message = { action, calls, send: () => send(action, params, callOptions), crash: () => (crash(), expire(db, engine.owner)) };
    const answer = faults ? faults(message) : message.send();
    const settled = await answer.catch((error: unknown) => (alive.yes ? Promise.reject(error) : never()));
    return alive.yes ? settled : never();
  };
  const own = createGroupCommit(db);
  const engine = new SagaEngine({
    ...{ alone: false, sagas: [tripSaga], ...options },
    ...{ db: mortal(db, alive), group: mortal(group ? group(own) : own, alive), call, timings: { ...quick, ...timings } },
    logger: { ...broker.getLogger("sagas"), error: (...told: unknown[]) => void errors.push(told) },
  });
  // A dead one never comes to an end, but its timers do.
  opened.push(async () => {
    const closed = engine.stop();
    if (alive.yes) await closed;
  });
  return { engine, errors, crash, crashed: () => !alive.yes };
}

async function expire(db: Database, owner: string): Promise<void> {
  await db.transaction((tx) => tx.execute("update saga_node set lease_until = 0 where owner = ?", [owner]));
}

const opened: (() => Promise<void>)[] = [];

/** Engines of a test must not claim the sagas of the next. */
export async function closeEngines(): Promise<void> {
  for (const close of opened.splice(0)) await close();
}

/** Once dead, nothing that is asked is done and nothing that was asked comes back. */
function mortal<T extends Database | GroupCommit>(target: T, alive: { yes: boolean }): T {
  return new Proxy(target, {
    get(of, name) {
      const value: unknown = Reflect.get(of, name, of);
      if (typeof value !== "function") return value;
      return async (...args: unknown[]) => {
        if (!alive.yes) return never();
        const given = await (value as (...args: unknown[]) => unknown).apply(of, args);
        return alive.yes ? given : never();
      };
    },
  });
}

async function noteEnd(tx: Tx, state: string, ended: readonly (EndedSaga<Trip, unknown> & { cause?: { type: string } })[]): Promise<void> {
  await tx.insert("trip_end", ended.map(({ id, results, cause }) => ({ saga_id: id, state, detail: cause?.type ?? JSON.stringify(results) })));
}

export const tripSaga = saga(bookTrip, {
  completed: (ended, tx) => noteEnd(tx, "COMPLETED", ended),
  compensated: (ended, tx) => noteEnd(tx, "COMPENSATED", ended),
});
