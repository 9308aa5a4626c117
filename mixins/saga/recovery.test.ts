/** What happens over owners, deadlines, unknown outcomes and stops. */
import { waitFor } from "../../test/support/wait";
import type { GroupCommit } from "../group-commit";
import { refused } from "../outcome";
import { Claims } from "./claims";
import { defineSaga, saga, type SagaDefinition } from "./definition";
import { bookTrip, closeEngines, stepNames, tripSaga, tripWorld, type Faults, type TestEngine, type Trip, type World } from "./trips.fixture";
import type { SagaEndNotice } from "./types";

let world: World;
let trips = 0;
let id: string;

beforeAll(async () => {
  world = await tripWorld();
});
beforeEach(() => (id = `trip-${++trips}`));
afterEach(closeEngines);

const minutes = 60_000;
const trip = (more: Omit<Trip, "id"> = {}) => ({ id, input: { id, ...more } });
const status = (engine: TestEngine["engine"]) => engine.status(bookTrip.type, id);

async function opened(...options: Parameters<World["engine"]>): Promise<TestEngine> {
  const engine = world.engine(...options);
  await engine.engine.open();
  return engine;
}

async function net(): Promise<Record<string, number>> {
  return Object.fromEntries(Object.entries(await world.effects(id)).map(([name, effect]) => [name, effect.net]));
}

/** Renews its lease when it starts and never again, as a process does that is stopped for a while. */
const frozen = { heartbeatMs: 60_000 };

const all = (count: number) => Object.fromEntries(stepNames.map((name) => [name, count]));

/** Holds back the first call of an action until it is let go. */
function held(action: string): { faults: Faults; reached: Promise<void>; letGo: () => void; deliver: () => Promise<unknown> } {
  let reach: () => void = () => undefined;
  let letGo: () => void = () => undefined;
  let deliver: () => Promise<unknown> = () => Promise.reject(new Error("nothing was held"));
  const reached = new Promise<void>((resolve) => (reach = resolve));
  const released = new Promise<void>((resolve) => (letGo = resolve));
  let first = true;
  return {
    faults: async (message) => {
      if (message.action === action && first) {
        first = false;
        deliver = message.send;
        reach();
        await released;
      }
      return message.send();
    },
    ...{ reached, letGo, deliver: () => deliver() },
  };
}

const failing =
  (action: string, times = Infinity): Faults =>
  ({ action: called, send }) =>
    called === action && times-- > 0 ? Promise.reject(new Error("away")) : send();

describe("I5: one owner at a time", () => {
  test("a zombie that wakes after its saga was taken over and ended writes nothing", async () => {
    const pause = held("seat.guide");
    const zombie = await opened({ faults: pause.faults, timings: frozen });
    void zombie.engine.run(bookTrip, trip(), 0);
    await pause.reached;
    const heir = await opened();
    await world.expire(zombie.engine.owner);
    expect(await heir.engine.result(bookTrip, id, 5000)).toMatchObject({ status: "COMPLETED" });
    const before = await status(heir.engine);
    const woken = zombie.engine.result(bookTrip, id, 5000);
    pause.letGo();
    expect(await woken).toMatchObject({ status: "COMPLETED" });
    expect(await status(heir.engine)).toEqual(before);
    expect(await world.db.select("select epoch from saga_step where business_key = ?", [id])).toEqual([{ epoch: 2 }]);
    expect(await world.ends(id)).toHaveLength(1);
    expect(await net()).toEqual(all(1));
  });

  test("a zombie's decision to compensate changes nothing either, and it undoes nothing", async () => {
    const pause = held("seat.guide");
    const undos: string[] = [];
    let late = 0;
    const zombie = await opened({
      faults: async (message) => {
        if (["seat.free", "hotel.cancel", "seat.unguide"].includes(message.action)) undos.push(message.action);
        return pause.faults(message);
      },
      clock: () => Date.now() + late,
      timings: frozen,
    });
    void zombie.engine.run(bookTrip, trip(), 0);
    await pause.reached;
    const heir = await opened();
    await world.expire(zombie.engine.owner);
    await heir.engine.result(bookTrip, id, 5000);
    late = 10 * minutes;
    const woken = zombie.engine.result(bookTrip, id, 5000);
    pause.letGo();
    expect(await woken).toMatchObject({ status: "COMPLETED" });
    expect(undos).toEqual([]);
    expect(await net()).toEqual(all(1));
  });

  test("of several heirs one gets each saga", async () => {
    const dead = await opened({ faults: () => new Promise(() => undefined) });
    const ids = Array.from({ length: 30 }, (_, index) => `${id}-${index}`);
    await Promise.all(ids.map((one) => dead.engine.run(bookTrip, { id: one, input: { id: one, cash: true } }, 0)));
    dead.crash();
    await world.expire(dead.engine.owner);
    const heirs = await Promise.all([opened(), opened(), opened()]);
    for (const one of ids) {
      expect(await heirs[0].engine.result(bookTrip, one, 5000)).toMatchObject({ status: "COMPLETED" });
      expect(await heirs[0].engine.status(bookTrip.type, one)).toMatchObject({ epoch: 2, owner: null });
      expect(await world.ends(one)).toHaveLength(1);
      id = one;
      expect(await net()).toEqual(all(1));
    }
  });

  test("a claim takes only what is still as it was seen", async () => {
    const dead = await opened({ faults: ({ crash }) => crash() });
    void dead.engine.run(bookTrip, trip(), 0);
    await waitFor(() => dead.crashed());
    const claimant = (owner: string) =>
      new Claims({ db: world.db, owner, definitions: [bookTrip as unknown as SagaDefinition], clock: Date.now, maxRecoveries: 20 });
    const [one, other] = [claimant("one"), claimant("other")];
    const mine = async (claims: Claims) => (await claims.abandoned()).filter((seen) => seen.id === id);
    const [seenByOne, seenByOther] = [await mine(one), await mine(other)];
    expect((await one.claim(seenByOne)).instances).toMatchObject([{ id, epoch: 2 }]);
    expect((await other.claim(seenByOther)).instances).toEqual([]);
    const row = "select owner, epoch, recoveries from saga_instance where business_key = ?";
    expect(await world.db.select(row, [id])).toEqual([{ owner: "one", epoch: 2, recoveries: 1 }]);
    await world.db.transaction((tx) => tx.execute("delete from saga_instance where business_key = ?", [id]));
  });

  test("a lease that is renewed keeps others away", async () => {
    const pause = held("seat.guide");
    const owner = await opened({ faults: pause.faults });
    void owner.engine.run(bookTrip, trip(), 0);
    await pause.reached;
    const dead = await opened({ faults: ({ crash }) => crash() });
    void dead.engine.run(bookTrip, { id: `${id}-dead`, input: { id: `${id}-dead` } }, 0);
    await waitFor(() => dead.crashed());
    const other = await opened();
    // It has looked for what is abandoned, and found only that.
    expect(await other.engine.result(bookTrip, `${id}-dead`, 5000)).toMatchObject({ status: "COMPLETED" });
    const result = owner.engine.result(bookTrip, id, 5000);
    pause.letGo();
    expect(await result).toMatchObject({ status: "COMPLETED" });
    expect(await status(owner.engine)).toMatchObject({ epoch: 1 });
  });
});

describe("pivot", () => {
  test("an unknown outcome is asked for until it is known: done", async () => {
    world.provider.answers.set(id, [{ state: "unknown" }, new Error("provider away"), { state: "unknown" }]);
    const { engine } = await opened();
    expect(await engine.run(bookTrip, trip(), 5000)).toMatchObject({ status: "COMPLETED", results: { charge: { receipt: `r-${id}` } } });
    expect(await net()).toEqual(all(1));
  });

  test("an unknown outcome is asked for until it is known: refused", async () => {
    world.provider.answers.set(id, [{ state: "unknown" }, { state: "unknown" }, { state: "declined", refusal: refused("DECLINED") }]);
    const { engine } = await opened();
    expect(await engine.run(bookTrip, trip(), 5000)).toEqual({ status: "COMPENSATED", cause: refused("DECLINED") });
    expect(await net()).toEqual(all(0));
  });

  test("I4: an heir that comes too late finds the pivot done and goes forward", async () => {
    const owner = await opened({ faults: async ({ action, send, crash }) => (action === "charge.take" ? send().then(crash) : send()) });
    void owner.engine.run(bookTrip, trip(), 0);
    await waitFor(() => owner.crashed());
    const heir = await opened({ clock: () => Date.now() + 10 * minutes });
    expect(await heir.engine.result(bookTrip, id, 5000)).toMatchObject({ status: "COMPLETED" });
    expect(await net()).toEqual(all(1));
  });

  test("I2: an heir that comes too late seals a pivot that never arrived, and the late call is refused", async () => {
    const pause = held("charge.take");
    const owner = await opened({ faults: pause.faults });
    void owner.engine.run(bookTrip, trip(), 0);
    await pause.reached;
    owner.crash();
    await world.expire(owner.engine.owner);
    const heir = await opened({ clock: () => Date.now() + 10 * minutes });
    expect(await heir.engine.result(bookTrip, id, 5000)).toEqual({ status: "COMPENSATED", cause: refused("TRIP_TIMED_OUT") });
    expect(await pause.deliver()).toMatchObject({ outcomes: [{ ok: false, type: "SAGA_STEP_SEALED" }] });
    expect(await net()).toEqual(all(0));
    expect(world.provider.paid.has(id)).toBe(false);
  });

  test("an heir whose steps stay unanswered seals the pivot too before it compensates", async () => {
    const owner = await opened({ faults: async ({ action, send, crash }) => (action === "charge.take" ? crash() : send()) });
    void owner.engine.run(bookTrip, trip(), 0);
    await waitFor(() => owner.crashed());
    const asked: string[] = [];
    const heir = await opened({
      faults: async (message) => {
        asked.push(message.action);
        return failing("seat.book")(message);
      },
    });
    expect(await heir.engine.result(bookTrip, id, 5000)).toEqual({ status: "COMPENSATED", cause: refused("UNAVAILABLE") });
    expect(asked.indexOf("charge.outcome")).toBeLessThan(asked.indexOf("seat.free"));
    expect(asked).toContain("charge.outcome");
    expect(await net()).toEqual(all(0));
  });
});

describe("deadline", () => {
  /** A clock that jumps when an action is called. */
  const jumping = (action: string, faults: Faults = ({ send }) => send()) => {
    let late = 0;
    return {
      clock: () => Date.now() + late,
      faults: (async (message) => {
        if (message.action === action) late = 10 * minutes;
        return faults(message);
      }) satisfies Faults,
    };
  };

  test("before the pivot it compensates", async () => {
    const { engine } = await opened(jumping("seat.guide"));
    expect(await engine.run(bookTrip, trip(), 5000)).toEqual({ status: "COMPENSATED", cause: refused("TRIP_TIMED_OUT") });
    expect(await net()).toEqual(all(0));
  });

  test("it ends the retries of a step that stays unanswered", async () => {
    const { engine } = await opened(jumping("hotel.book", failing("hotel.book")));
    expect(await engine.run(bookTrip, trip(), 5000)).toEqual({ status: "COMPENSATED", cause: refused("TRIP_TIMED_OUT") });
  });

  test("I4: once the pivot was called it doesn't count any more", async () => {
    const { engine } = await opened(jumping("charge.take", failing("charge.take", 1)));
    expect(await engine.run(bookTrip, trip(), 5000)).toMatchObject({ status: "COMPLETED" });
    expect(await net()).toEqual(all(1));
  });
});

describe("I6: what can't be finished is tried again, and parked in the end", () => {
  test("a step that stays unanswered is released and goes on later; that is no recovery", async () => {
    const { engine } = await opened({ faults: failing("hotel.ticket", 10) });
    expect(await engine.run(bookTrip, trip(), 5000)).toMatchObject({ status: "COMPLETED" });
    const after = await status(engine);
    expect(after?.epoch).toBeGreaterThan(1);
    expect(after?.recoveries).toBe(0);
    expect(await net()).toEqual(all(1));
  });

  test("while anything gets on it is not parked", async () => {
    const { engine } = await opened({
      timings: { retries: 0, maxReleases: 1 },
      faults: (() => {
        const left = new Map([["charge.take", 1], ["hotel.ticket", 1]]);
        return ({ action, send }) => {
          const times = left.get(action) ?? 0;
          left.set(action, times - 1);
          return times > 0 ? Promise.reject(new Error("away")) : send();
        };
      })(),
    });
    expect(await engine.run(bookTrip, trip(), 5000)).toMatchObject({ status: "COMPLETED" });
  });

  test("a tail step that never answers parks the saga with an alert", async () => {
    const ends: SagaEndNotice[] = [];
    const { engine, errors } = await opened({ faults: failing("hotel.ticket"), timings: { maxReleases: 2 }, onEnd: (end) => ends.push(end) });
    expect(await engine.run(bookTrip, trip(), 5000)).toEqual({ status: "PARKED" });
    expect(errors).toEqual([[expect.stringContaining(`ALERT saga book-trip ${id} is parked`)]]);
    expect(ends).toMatchObject([{ id, state: "PARKED" }]);
    expect(await status(engine)).toMatchObject({ state: "PARKED", owner: null, nextAt: null });
  });

  test("an undo that never succeeds parks the saga, the others are undone", async () => {
    const { engine, errors } = await opened({ faults: failing("hotel.cancel"), timings: { maxReleases: 2 } });
    expect(await engine.run(bookTrip, trip({ refuse: "charge" }), 5000)).toEqual({ status: "PARKED" });
    expect(errors).toHaveLength(1);
    expect(await net()).toEqual({ ...all(0), hotel: 1 });
    expect(await world.ends(id)).toEqual([]);
  });

  test("a saga that brings down every owner is parked", async () => {
    const deadly: Faults = ({ crash }) => crash();
    let owner = await opened({ faults: deadly });
    void owner.engine.run(bookTrip, trip(), 0);
    for (let recovery = 1; recovery <= 3; recovery++) {
      await waitFor(() => owner.crashed());
      owner = await opened({ faults: deadly, timings: { maxRecoveries: 2 } });
    }
    expect(await owner.engine.result(bookTrip, id, 5000)).toEqual({ status: "PARKED" });
    expect(owner.errors).toEqual([[expect.stringContaining("parked")]]);
    expect(await status(owner.engine)).toMatchObject({ recoveries: 3, epoch: 4 });
  });

  test("a saga of this owner that no run holds is found by its sweep", async () => {
    const { engine } = await opened();
    // The commit of the start was acknowledged to nobody.
    await world.db.transaction((tx) => engine.start(bookTrip, [trip()], { ...tx, select: tx.select.bind(tx), execute: tx.execute.bind(tx), insert: tx.insert.bind(tx), publish: tx.publish.bind(tx), dialect: tx.dialect, afterCommit: () => undefined }));
    expect(await engine.result(bookTrip, id, 5000)).toMatchObject({ status: "COMPLETED" });
    expect(await net()).toEqual(all(1));
  });

  test("a saga whose end can't be written is parked alone; its neighbours end", async () => {
    const { engine, errors } = await opened({
      timings: { maxReleases: 1 },
      sagas: [saga(bookTrip, {
        completed: async (ended, tx) => {
          if (ended.some((one) => one.id === id)) throw new Error("this one can't be completed");
          await tripSaga.ends.completed(ended as never, tx);
        },
        compensated: async () => undefined,
      })],
    });
    const neighbours = Array.from({ length: 8 }, (_, index) => `${id}-${index}`);
    const results = await Promise.all([id, ...neighbours].map((one) => engine.run(bookTrip, { id: one, input: { id: one, cash: true } }, 5000)));
    expect(results.map((result) => result.status)).toEqual(["PARKED", ...neighbours.map(() => "COMPLETED")]);
    expect(errors.length).toBeGreaterThan(0);
  });
});

describe("the log", () => {
  /** Lets the first write of the kind fail in the given way. */
  const failingGroup = (fails: (submit: () => Promise<unknown>) => Promise<unknown>) => (group: GroupCommit): GroupCommit => {
    let failed = false;
    return {
      drained: () => group.drained(),
      submit: (handler, call) => {
        const submit = () => group.submit(handler, call);
        if (failed || handler.name !== "saga.log") return submit();
        failed = true;
        return fails(submit) as ReturnType<typeof submit>;
      },
    };
  };

  test("a write that failed is repeated", async () => {
    const { engine } = await opened({ group: failingGroup(() => Promise.reject(new Error("database away"))) });
    expect(await engine.run(bookTrip, trip({ refuse: "charge" }), 5000)).toMatchObject({ status: "COMPENSATED" });
    expect(await net()).toEqual(all(0));
  });

  test("an end whose commit was not acknowledged is not written twice, and is told", async () => {
    const { engine } = await opened({
      group: failingGroup(async (submit) => {
        await submit();
        throw new Error("connection lost while it committed");
      }),
    });
    expect(await engine.run(bookTrip, trip(), 5000)).toMatchObject({ status: "COMPLETED", results: { seat: { row: 7 } } });
    expect(await world.ends(id)).toHaveLength(1);
  });

  test("I3: a decision whose commit was not acknowledged is found in the log and carried out", async () => {
    const { engine } = await opened({
      group: failingGroup(async (submit) => {
        await submit();
        throw new Error("connection lost while it committed");
      }),
    });
    expect(await engine.run(bookTrip, trip({ refuse: "charge" }), 5000)).toMatchObject({ status: "COMPENSATED" });
    expect(await net()).toEqual(all(0));
    expect(await world.ends(id)).toHaveLength(1);
  });

  test("while all goes well a saga is one trail row and two writes of its host", async () => {
    const writes: string[] = [];
    const { engine } = await opened({
      group: (group) => ({ drained: () => group.drained(), submit: (handler, call) => (writes.push(handler.name), group.submit(handler, call)) }),
    });
    await engine.run(bookTrip, trip(), 5000);
    expect(writes).toEqual(["saga.start", "saga.log"]);
    const rows = await world.db.select<{ step: string; detail: string }>("select step, detail from saga_step where business_key = ?", [id]);
    expect(rows).toMatchObject([{ step: "*" }]);
    expect((JSON.parse(rows[0]?.detail ?? "") as unknown[][]).map(([step]) => step).sort()).toEqual([...stepNames].sort());
  });

  test("once something doesn't, it has a row for each step and attempt", async () => {
    const { engine } = await opened({ faults: failing("seat.guide", 1) });
    await engine.run(bookTrip, trip({ refuse: "charge" }), 5000);
    const rows = await world.db.select<{ step: string }>("select step, phase, outcome, attempt from saga_step where business_key = ? order by epoch, seq", [id]);
    expect(rows).toContainEqual({ step: "guide", phase: 1, outcome: 3, attempt: 1 });
    expect(rows).toContainEqual({ step: "guide", phase: 1, outcome: 1, attempt: 2 });
    expect(rows).toContainEqual({ step: "charge", phase: 1, outcome: 2, attempt: 1 });
    expect(rows).toContainEqual({ step: "guide", phase: 2, outcome: 1, attempt: 1 });
  });

  test("a refused first step ends the saga in one write", async () => {
    const writes: string[] = [];
    const { engine } = await opened({
      group: (group) => ({ drained: () => group.drained(), submit: (handler, call) => (writes.push(handler.name), group.submit(handler, call)) }),
    });
    expect(await engine.run(bookTrip, trip({ day: true, refuse: "seat" }), 5000)).toMatchObject({ status: "COMPENSATED" });
    expect(writes).toEqual(["saga.start", "saga.log"]);
  });

  test("a second saga of one type and key is refused by the key", async () => {
    const { engine } = await opened();
    await engine.run(bookTrip, trip(), 5000);
    await expect(engine.run(bookTrip, trip(), 5000)).rejects.toThrow();
  });
});

describe("start and stop", () => {
  test("calls to one action in one turn travel as one message, and writes share transactions", async () => {
    const messages: string[] = [];
    const { engine } = await opened({ faults: ({ action, send }) => (messages.push(action), send()) });
    const ids = Array.from({ length: 50 }, (_, index) => `${id}-${index}`);
    await Promise.all(ids.map((one) => engine.run(bookTrip, { id: one, input: { id: one, cash: true } }, 5000)));
    expect(messages.length).toBeLessThan(50);
  });

  test("a stop doesn't wait for a slow participant, and the next start goes on at once", async () => {
    const pause = held("seat.guide");
    const first = await opened({ faults: pause.faults, timings: { stopMs: 10 } });
    const waiting = first.engine.run(bookTrip, trip(), 60_000);
    await pause.reached;
    await first.engine.stop();
    const next = await opened();
    expect(await next.engine.result(bookTrip, id, 5000)).toMatchObject({ status: "COMPLETED" });
    expect(await status(next.engine)).toMatchObject({ epoch: 2, recoveries: 0 });
    // Who waited at the first one has his answer: not yet.
    expect(await waiting).toEqual({ status: "RUNNING" });
    pause.letGo();
    expect(await net()).toEqual(all(1));
  });

  test("where a process is alone it claims everything at its start, without waiting for a lease", async () => {
    const pause = held("charge.take");
    const first = await opened({ alone: true, faults: pause.faults });
    void first.engine.run(bookTrip, trip(), 0);
    await pause.reached;
    first.crash();
    const next = await opened({ alone: true });
    expect(await next.engine.result(bookTrip, id, 5000)).toMatchObject({ status: "COMPLETED" });
    expect(await world.db.select("select owner from saga_node where owner = ?", [next.engine.owner])).toEqual([]);
  });

  test("open sagas whose code is not loaded refuse the start", async () => {
    const pause = held("charge.take");
    const owner = await opened({ faults: pause.faults });
    void owner.engine.run(bookTrip, trip(), 0);
    await pause.reached;
    const newer = defineSaga<Trip>("book-trip", { version: 2 });
    const stranger = world.engine({ sagas: [saga(newer, { completed: async () => undefined, compensated: async () => undefined })] });
    await expect(stranger.engine.open()).rejects.toThrow("book-trip version 1");
    const result = owner.engine.result(bookTrip, id, 5000);
    pause.letGo();
    await result;
  });

  test("a node claims only the versions that it has loaded", async () => {
    const newer = defineSaga<Trip>("book-trip", { version: 2 });
    const newerSaga = saga(newer, { completed: async () => undefined, compensated: async () => undefined });
    // Without the sagas that other tests have left parked, which refuse its start.
    const empty = await tripWorld();
    const stranger = empty.engine({ sagas: [newerSaga] });
    await stranger.engine.open();
    const dead = empty.engine({ faults: ({ crash }) => crash() });
    await dead.engine.open();
    void dead.engine.run(bookTrip, trip(), 0);
    await waitFor(() => dead.crashed());
    const both = empty.engine({ sagas: [newerSaga, tripSaga] });
    await both.engine.open();
    expect(await both.engine.result(bookTrip, id, 5000)).toMatchObject({ status: "COMPLETED" });
    expect(stranger.errors).toEqual([]);
  });
});
