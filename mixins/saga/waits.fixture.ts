/** Trips that wait: for somebody's approval, for what became of their payment, and for time to pass. */
import { createGroupCommit } from "../group-commit";
import type { Database, Tx } from "../database";
import { defineSaga, saga, type BoundSaga } from "./definition";
import { noteEnd, paramsOf, step, undo, verify, type Trip } from "./trips.fixture";
import type { Scene, TestEngine, TestEngineOptions } from "./world.fixture";

export interface Approval {
  by: string;
}

function approval(payload: unknown): Approval {
  const { by } = (payload ?? {}) as Partial<Approval>;
  if (typeof by !== "string") throw new Error("nobody has approved");
  return { by };
}

const charge = {
  call: step<{ receipt: string }>("charge.take"),
  with: ({ input }: { input: Trip }) => ({ ...paramsOf(input, "charge"), cash: input.cash }),
  verify: verify("charge.outcome"),
};

export const approvedTrip = defineSaga<Trip>("approved-trip", { version: 1, deadline: "1m", timedOut: "TRIP_TIMED_OUT" })
  .step("seat", { call: step<{ row: number }>("seat.book"), with: ({ input }) => paramsOf(input, "seat"), undo: undo("seat.free") })
  .signal("approval", { within: "30s", timedOut: "NOT_APPROVED", parse: approval })
  .step("guide", {
    call: step<object>("seat.guide"),
    with: ({ input, results }) => ({ ...paramsOf(input, "guide"), trip: `${input.id}/${results.approval.by}` }),
    undo: undo("seat.unguide"),
  })
  .pivot("charge", { ...charge, signal: "payment" })
  .retry("ticket", { call: step<object>("hotel.ticket"), with: ({ input }) => ({ trip: input.id }) });

export const slowTrip = defineSaga<Trip>("slow-trip", { version: 1, deadline: "1h", timedOut: "TRIP_TIMED_OUT" })
  .step("seat", { call: step<{ row: number }>("seat.book"), with: ({ input }) => paramsOf(input, "seat"), undo: undo("seat.free") })
  .delay("reflection", "20m")
  .pivot("charge", charge)
  .delay("printing", "24h")
  .retry("ticket", { call: step<object>("hotel.ticket"), with: ({ input }) => ({ trip: input.id }) });

export const waitingSagas: readonly BoundSaga[] = [approvedTrip, slowTrip].map((definition) =>
  saga<Trip, unknown>(definition, {
    completed: (ended, tx) => noteEnd(tx, "COMPLETED", ended),
    compensated: (ended, tx) => noteEnd(tx, "COMPENSATED", ended),
  }),
);

/** Looks for what is due when it is woken, and otherwise never again after its start. */
export const sleepy = { claimMs: 600_000 };

export const openWaiting = (scene: Scene, options: TestEngineOptions = {}): Promise<TestEngine> =>
  scene.open({ sagas: waitingSagas, ...options });

/** Lets the time pass that the saga's next look is put off for. */
export async function passTime(db: Database, id: string): Promise<void> {
  await db.transaction((tx) => tx.execute("update saga_instance set next_at = 0 where business_key = ? and state = 2", [id]));
}

/** The log's transactions in slow motion. */
export interface Gate {
  group: NonNullable<TestEngineOptions["group"]>;
  /** The first transaction that writes WAITING has done its work and has not committed. */
  written: Promise<void>;
  commit(): void;
}

/** Holds the first transaction of the log that has written WAITING before its commit. */
export function beforeCommit(db: Database): Gate {
  const written = Promise.withResolvers<void>();
  const goOn = Promise.withResolvers<void>();
  const slow = withTransaction(db, async (tx, work) => {
    let waits = false;
    const told = await work(noting(tx, (sql, values) => (waits ||= sql.includes("update saga_instance") && (values ?? []).includes(2))));
    if (waits) {
      written.resolve();
      await goOn.promise;
    }
    return told;
  });
  return { group: () => createGroupCommit(slow), written: written.promise, commit: () => goOn.resolve() };
}

/** The database with something around the work of each transaction. */
export function withTransaction<D extends Database>(db: D, around: (tx: Tx, work: (tx: Tx) => Promise<unknown>) => Promise<unknown>): D {
  return Object.assign(Object.create(db) as D, {
    transaction: (work: (tx: Tx) => Promise<unknown>) => db.transaction((tx) => around(tx, work)),
  });
}

/** The transaction, telling of every statement before it is sent. */
export function noting(tx: Tx, tell: (sql: string, values?: readonly unknown[]) => void): Tx {
  return new Proxy(tx, {
    get(of, name) {
      const value: unknown = Reflect.get(of, name, of);
      if (typeof value !== "function") return value;
      return (...args: [sql: string, values?: readonly unknown[]]) => {
        if (name === "execute" || name === "select" || name === "executeLater") tell(...args);
        if (name === "insert" || name === "insertLater") tell(`insert into ${args[0]}`);
        return (value as (...args: unknown[]) => unknown).apply(of, args);
      };
    },
  });
}
