/** Sagas that wait for signals. */
import { waitFor } from "../../test/support/wait";
import { refused } from "../outcome";
import { Signals } from "./send-signals";
import { approvedTrip, openWaiting, passTime, sleepy } from "./waits.fixture";
import { held, patience, Scene, type TestEngine } from "./world.fixture";

const scene = new Scene();
const { type } = approvedTrip;
const by = (name: string) => ({ by: name });

const status = ({ engine }: TestEngine) => engine.status(type, scene.id);
const kept = () => scene.world.db.select("select name, payload from saga_signal where business_key = ?", [scene.id]);

/** Starts the test's trip, and waits until it waits. */
async function waiting(owner: TestEngine): Promise<void> {
  await owner.engine.run(approvedTrip, scene.trip(), 0);
  await waitFor(async () => (await status(owner))?.state === "WAITING", { what: "the wait" });
}

async function expectDone(owner: TestEngine, name: string): Promise<void> {
  const done = await owner.engine.result(approvedTrip, scene.id, patience);
  expect(done).toMatchObject({ status: "COMPLETED", results: { approval: { by: name }, charge: { receipt: `r-${scene.id}` } } });
  expect(await scene.net()).toEqual({ seat: 1, hotel: 0, guide: 1, charge: 1, ticket: 1 });
  expect(await scene.world.ends(scene.id)).toHaveLength(1);
}

describe("a saga that comes to a signal waits for it", () => {
  test("nobody owns it meanwhile, and it is told what it waits for and until when", async () => {
    const owner = await openWaiting(scene);
    await waiting(owner);
    const { nextAt, createdAt, deadlineAt, ...waits } = (await status(owner))!;
    expect(waits).toMatchObject({ state: "WAITING", owner: null, epoch: 1, waitsFor: { kind: "signal", name: "approval", until: nextAt } });
    expect(nextAt! - createdAt).toBeGreaterThan(20_000);
    expect(nextAt).toBeLessThan(deadlineAt);
    expect(await owner.engine.list({ type, state: "WAITING" })).toContainEqual(await status(owner));
    expect(await owner.engine.result(approvedTrip, scene.id, 0)).toEqual({ status: "RUNNING" });
  });

  test("I9: what it had done is in the log by then", async () => {
    const owner = await openWaiting(scene);
    await waiting(owner);
    const rows = await scene.world.db.select("select step, phase, outcome from saga_step where business_key = ? order by seq", [scene.id]);
    expect(rows).toEqual([
      { step: "seat", phase: 1, outcome: 1 },
      { step: "approval", phase: 5, outcome: 6 },
    ]);
  });

  test("I1: it goes on at once when it comes, and the payload is the stage's result", async () => {
    const owner = await openWaiting(scene, { timings: sleepy });
    await waiting(owner);
    expect(await owner.engine.signal(type, scene.id, "approval", { by: "ann", secret: "x" })).toBe("KEPT");
    await expectDone(owner, "ann");
    expect(await owner.engine.result(approvedTrip, scene.id, 0)).toMatchObject({ results: { approval: by("ann") } });
    expect(await kept()).toEqual([{ name: "approval", payload: '{"by":"ann"}' }]);
  });

  test("I6: it may come before", async () => {
    const pause = held("seat.book");
    const owner = await openWaiting(scene, { faults: pause.faults, timings: sleepy });
    void owner.engine.run(approvedTrip, scene.trip(), 0);
    await pause.reached;
    expect(await owner.engine.signal(type, scene.id, "approval", by("ann"))).toBe("KEPT");
    pause.letGo();
    await expectDone(owner, "ann");
  });

  test("the first one counts", async () => {
    const pause = held("seat.book");
    const owner = await openWaiting(scene, { faults: pause.faults, timings: sleepy });
    void owner.engine.run(approvedTrip, scene.trip(), 0);
    await pause.reached;
    const send = (name: string) => owner.engine.signal(type, scene.id, "approval", by(name));
    expect(await Promise.all([send("ann"), send("bob")])).toEqual(["KEPT", "REPEATED"]);
    expect(await send("eve")).toBe("REPEATED");
    pause.letGo();
    await expectDone(owner, "ann");
    expect(await send("eve")).toBe("TOO_LATE");
  });

  test("many in one transaction have an outcome each", async () => {
    const owner = await openWaiting(scene);
    await waiting(owner);
    const to = (id: string, name: string) => ({ type, id, name: "approval", payload: by(name) });
    const signals = [to("nobodys", "ann"), to(scene.id, "bob"), to(scene.id, "eve")];
    expect(await scene.world.db.transaction((tx) => owner.engine.signalAll(signals, tx))).toEqual(["NO_SAGA", "KEPT", "REPEATED"]);
    await expectDone(owner, "bob");
  });

  test("I7: one that was sent in a transaction which is rolled back never was", async () => {
    const owner = await openWaiting(scene);
    await waiting(owner);
    const sending = scene.world.db.transaction(async (tx) => {
      expect(await owner.engine.signal(type, scene.id, "approval", by("ann"), tx)).toBe("KEPT");
      throw new Error("thought better of it");
    });
    await expect(sending).rejects.toThrow("better");
    expect(await kept()).toEqual([]);
    expect(await status(owner)).toMatchObject({ state: "WAITING", epoch: 1 });
    await owner.engine.signal(type, scene.id, "approval", by("bob"));
    await expectDone(owner, "bob");
  });

  test("another process sends it, and the one that began is gone", async () => {
    const first = await openWaiting(scene);
    await waiting(first);
    await first.crash();
    const other = await openWaiting(scene, { timings: sleepy });
    await other.engine.signal(type, scene.id, "approval", by("ann"));
    await expectDone(other, "ann");
    expect(await status(other)).toMatchObject({ epoch: 2, recoveries: 0 });
  });

  test("a process that is alone leaves it alone when it starts", async () => {
    const busy = `${scene.id}-busy`;
    const first = await openWaiting(scene, {
      alone: true,
      faults: ({ calls, send }) => (calls.some(({ id }) => id === busy) ? new Promise(() => undefined) : send()),
    });
    await waiting(first);
    void first.engine.run(approvedTrip, { id: busy, input: { id: busy } }, 0);
    await waitFor(() => first.engine.status(type, busy), { what: "a saga that is no wait" });
    await first.crash();
    const next = await openWaiting(scene, { alone: true, timings: sleepy });
    await waitFor(async () => (await next.engine.status(type, busy))?.state === "WAITING", { what: "the claims at start" });
    expect(await status(next)).toMatchObject({ state: "WAITING", epoch: 1 });
    await next.engine.signal(type, scene.id, "approval", by("ann"));
    await expectDone(next, "ann");
  });

  test("one that can't be understood is refused, and another may come", async () => {
    const owner = await openWaiting(scene);
    await waiting(owner);
    await expect(owner.engine.signal(type, scene.id, "approval", { by: 5 })).rejects.toThrow("nobody has approved");
    await expect(owner.engine.signal(type, scene.id, "aproval")).rejects.toThrow("waits for no signal aproval");
    expect(await kept()).toEqual([]);
    await owner.engine.signal(type, scene.id, "approval", by("ann"));
    await expectDone(owner, "ann");
  });
});

describe("a process that doesn't have the code of the saga's version", () => {
  test("keeps a signal without a payload, and rejects one that it can't check", async () => {
    const owner = await openWaiting(scene);
    await waiting(owner);
    const older = new Signals({ clock: Date.now, definitionOf: () => undefined, wake: () => undefined });
    const send = (name: string, payload?: unknown) =>
      scene.world.db.transaction((tx) => older.send([{ type, id: scene.id, name, payload }], tx));
    await expect(send("approval", by("ann"))).rejects.toThrow("not loaded here");
    expect(await send("payment")).toEqual(["KEPT"]);
    expect(await kept()).toEqual([{ name: "payment", payload: null }]);
    await owner.engine.signal(type, scene.id, "approval", by("bob"));
    await expectDone(owner, "bob");
  });
});

describe("a signal that is of no use writes nothing", () => {
  test("to nobody, and to a saga that has ended or is being compensated", async () => {
    const pause = held("seat.free");
    let late = 0;
    const owner = await openWaiting(scene, { faults: pause.faults, clock: () => Date.now() + late });
    expect(await owner.engine.signal(type, scene.id, "approval", by("ann"))).toBe("NO_SAGA");
    await waiting(owner);
    late = 40_000;
    await passTime(scene.world.db, scene.id);
    await pause.reached;
    expect(await status(owner)).toMatchObject({ state: "COMPENSATING" });
    expect(await owner.engine.signal(type, scene.id, "approval", by("ann"))).toBe("TOO_LATE");
    pause.letGo();
    expect(await owner.engine.result(approvedTrip, scene.id, patience)).toMatchObject({ status: "COMPENSATED" });
    expect(await owner.engine.signal(type, scene.id, "approval", by("ann"))).toBe("TOO_LATE");
    expect(await kept()).toEqual([]);
  });
});

describe("I2: a signal that doesn't come in time compensates", () => {
  const expectNothing = async (owner: TestEngine, cause: string) => {
    expect(await owner.engine.result(approvedTrip, scene.id, patience)).toEqual({ status: "COMPENSATED", cause: refused(cause) });
    expect(await scene.net()).toEqual({ seat: 0, hotel: 0, guide: 0, charge: 0, ticket: 0 });
    expect(scene.world.provider.paid.has(scene.id)).toBe(false);
  };

  test("within its own time", async () => {
    let passed = 0;
    const owner = await openWaiting(scene, { clock: () => Date.now() + passed });
    await waiting(owner);
    passed = 31_000;
    await passTime(scene.world.db, scene.id);
    await expectNothing(owner, "NOT_APPROVED");
  });

  test("before the saga's deadline, which ends the wait", async () => {
    let passed = 0;
    const pause = held("seat.book");
    const owner = await openWaiting(scene, { faults: pause.faults, clock: () => Date.now() + passed });
    void owner.engine.run(approvedTrip, scene.trip(), 0);
    await pause.reached;
    passed = 45_000;
    pause.letGo();
    const { nextAt } = await waitFor(async () => ((await status(owner))?.state === "WAITING" ? status(owner) : undefined));
    expect(nextAt! - (await scene.world.db.now())).toBeLessThan(16_000);
    passed = 61_000;
    await passTime(scene.world.db, scene.id);
    await expectNothing(owner, "TRIP_TIMED_OUT");
  });

  test("I9: one who looks before that waits on, for no longer than was said at first", async () => {
    let passed = 0;
    const owner = await openWaiting(scene, { clock: () => Date.now() + passed });
    await waiting(owner);
    const before = (await status(owner))!;
    passed = 20_000;
    await passTime(scene.world.db, scene.id);
    const after = await waitFor(async () => {
      const now = await status(owner);
      return now?.state === "WAITING" && now.epoch > before.epoch && now;
    });
    // The database's clock has not jumped with the process's.
    expect(after.nextAt).toBeLessThan(before.nextAt!);
    const begun = await scene.world.db.select("select epoch from saga_step where business_key = ? and outcome = 6", [scene.id]);
    expect(begun).toEqual([{ epoch: 1 }]);
  });
});
