/**
 * A small domain for tests of the engine: trips are booked by a saga over three services with real databases. Every effect of a step is a
 * row of a ledger, so that a test can see that a step was done exactly once, or that nothing of it remains.
 */
import type { ServiceSchema } from "moleculer";

import { testDatabaseUrl } from "../../test/support/database";
import type { StepRef, UndoRef, VerifyRef } from "../action-ref";
import { createIndex, databaseMixin, type Database, type Migration, type Tx } from "../database";
import { done, refused, type Outcome } from "../outcome";
import {
  createBarrierTable,
  participantMixin,
  type OutsideStepHandler,
  type ParticipantStep,
  type Performed,
  type StepCall,
  type StepHandler,
} from "../participant";
import {
  createSagaAuditTable,
  createSagaRetentionIndex,
  createSagaSignalTable,
  createSagaTables,
  defineSaga,
  saga,
  type EndedSaga,
} from "./index";

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
export const step = <R>(name: string): StepRef<Params, R> => ({ name, kind: "step" });
export const undo = (name: string): UndoRef => ({ name, kind: "undo" });
export const verify = (name: string): VerifyRef => ({ name, kind: "verify" });

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
  .retry("ticket", {
    call: step<{ number: string }>("hotel.ticket"),
    with: ({ input, results }) => ({ trip: `${input.id}/${results.charge.receipt}` }),
  });

export const paramsOf = (trip: Trip, name: string): Params => ({ trip: trip.id, ...(trip.refuse?.includes(name) && { refuse: true }) });

export const stepNames = ["seat", "hotel", "guide", "charge", "ticket"] as const;
export type StepName = (typeof stepNames)[number];

export const participantTables: Migration = {
  name: "0001-participant",
  async up(tx) {
    await createBarrierTable(tx);
    await tx.execute(
      `create table ledger (id ${tx.dialect.autoIncrement}, saga_id varchar(64) not null, step varchar(64) not null, amount integer not null)`,
    );
    await createIndex(tx, "ledger", ["saga_id"]);
    await tx.execute("create table charge (saga_id varchar(64) not null primary key, state varchar(16) not null)");
  },
};

async function note(tx: Tx, calls: readonly { id: string; step: string }[], amount: number): Promise<void> {
  await tx.insert(
    "ledger",
    calls.map(({ id, step }) => ({ saga_id: id, step, amount })),
  );
}

function booked(call: StepCall<Params>): Outcome<object> {
  return call.params.refuse ? refused(`NO_${call.step.toUpperCase()}`) : done(call.step === "seat" ? { row: 7 } : {});
}

const booking: StepHandler<unknown, unknown> = {
  async forward(calls, tx) {
    const outcomes = (calls as readonly StepCall<Params>[]).map(booked);
    await note(
      tx,
      calls.filter((_, index) => outcomes[index]?.ok),
      1,
    );
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
      await note(
        tx,
        calls.filter((_, index) => begun[index] && "ok" in begun[index] && begun[index].ok),
        1,
      );
      await tx.insert(
        "charge",
        calls.filter((_, index) => begun[index] && "started" in begun[index]).map(({ id }) => ({ saga_id: id, state: "PENDING" })),
      );
      return begun;
    },
    async resume({ id }, tx) {
      const [row] = await tx.select<{ saga_id: string }>("select saga_id from charge where saga_id = ?", [id]);
      return row?.saga_id;
    },
    perform: (_key, work) => provider.pay(work as string),
    async settle(calls, tx) {
      await note(
        tx,
        calls.filter(({ performed }) => performed.state === "approved"),
        1,
      );
      return calls.map(({ performed }) => (performed.state === "approved" ? done({ receipt: performed.reference }) : performed.refusal));
    },
  };
}

function parse(params: unknown): unknown {
  if (typeof (params as Params).trip !== "string") throw Object.assign(new Error("trip is missing"), { type: "TRIP_MISSING" });
  return params;
}

/** The steps that each of the services offers. */
export const tripSteps = (provider: Provider): Record<string, readonly ParticipantStep[]> => ({
  seat: [
    { name: "book", undo: "free", parse, handler: booking },
    { name: "guide", undo: "unguide", parse, handler: booking },
  ],
  hotel: [
    { name: "book", undo: "cancel", parse, handler: booking },
    { name: "ticket", parse, handler: booking },
  ],
  charge: [{ name: "take", verify: "outcome", parse, handler: charging(provider) }],
});

/** `databases` are added to as the services start. */
export async function tripServices(provider: Provider, databases: Database[]): Promise<ServiceSchema[]> {
  const of = async ([name, steps]: [string, readonly ParticipantStep[]]): Promise<ServiceSchema> => {
    const url = await testDatabaseUrl(name);
    return {
      name,
      mixins: [
        databaseMixin({ name, url: () => url, migrations: [participantTables], migrateAtStart: () => true }),
        participantMixin(steps),
      ],
      started() {
        databases.push(this.db as Database);
      },
    };
  };
  return Promise.all(Object.entries(tripSteps(provider)).map(of));
}

/** The tables of the service that hosts the sagas. */
export const hostTables: Migration = {
  name: "0001-trips",
  async up(tx) {
    await createSagaTables(tx);
    await createSagaSignalTable(tx);
    await createSagaAuditTable(tx);
    await createSagaRetentionIndex(tx);
    await tx.execute(
      `create table trip_end (id ${tx.dialect.autoIncrement}, saga_id varchar(64) not null, state varchar(16) not null, detail text)`,
    );
  },
};

export async function noteEnd(
  tx: Tx,
  state: string,
  ended: readonly (EndedSaga<Trip, unknown> & { cause?: { type: string } })[],
): Promise<void> {
  await tx.insert(
    "trip_end",
    ended.map(({ id, results, cause }) => ({ saga_id: id, state, detail: cause?.type ?? JSON.stringify(results) })),
  );
}

export const tripSaga = saga(bookTrip, {
  completed: (ended, tx) => noteEnd(tx, "COMPLETED", ended),
  compensated: (ended, tx) => noteEnd(tx, "COMPENSATED", ended),
});
