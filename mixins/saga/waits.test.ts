/** Sagas that wait for the outcome of their pivot, and for time to pass. */
import { waitFor } from "../../test/support/wait";
import { refused } from "../outcome";
import type { Performed } from "../participant";
import { wallTime } from "../waiting";
import { defineSaga, saga } from "./definition";
import { paramsOf, step, undo, type Trip } from "./trips.fixture";
import { approvedTrip, openWaiting, passTime, sleepy, slowTrip, waitingSagas } from "./waits.fixture";
import { failing, held, patience, Scene, type Faults, type TestEngine, type TestEngineOptions } from "./world.fixture";

const scene = new Scene();
const minutes = 60_000;
const hours = 60 * minutes;

async function waitsIn({ engine }: TestEngine, { type }: { type: string }, from = 0) {
  return waitFor(
    async () => {
      const status = await engine.status(type, scene.id);
      return status?.state === "WAITING" && status.epoch >= from && status;
    },
    { what: `the wait of ${type} ${scene.id}` },
  );
}

describe("I6: an unknown outcome of a pivot is waited for, and asked for again when there is news of it", () => {
  /** Asked once and three times again before it waits, for ten minutes. */
  const patient = (options: TestEngineOptions = {}): TestEngineOptions => ({
    ...options,
    random: () => 1,
    timings: { ...sleepy, releaseBaseMs: 10 * minutes, releaseCapMs: 10 * minutes, ...options.timings },
  });
  const asks = 4;
  const providerKnowsNothing = (times: number) => {
    scene.world.provider.answers.set(
      scene.id,
      Array.from({ length: times }, (): Performed => ({ state: "unknown" })),
    );
  };
  const news = ({ engine }: TestEngine) => engine.signal(approvedTrip.type, scene.id, "payment", { approved: false });

  /** An owner whose trip is approved and about to be paid. */
  async function paying(options?: TestEngineOptions): Promise<TestEngine> {
    const owner = await openWaiting(scene, patient(options));
    await owner.engine.run(approvedTrip, scene.trip(), 0);
    await owner.engine.signal(approvedTrip.type, scene.id, "approval", { by: "ann" });
    return owner;
  }

  async function expectPaid({ engine }: TestEngine): Promise<void> {
    expect(await engine.result(approvedTrip, scene.id, patience)).toMatchObject({ status: "COMPLETED" });
    expect(await scene.net()).toEqual({ seat: 1, hotel: 0, guide: 1, charge: 1, ticket: 1 });
  }

  test("the news end the wait, and only the participant is believed", async () => {
    providerKnowsNothing(asks);
    const asked: string[] = [];
    const owner = await paying({ faults: ({ action, send }) => (asked.push(action), send()) });
    const { nextAt, owner: nobody, waitsFor } = await waitsIn(owner, approvedTrip, 2);
    expect([nobody, waitsFor]).toEqual([null, { kind: "outcome", name: "charge", until: nextAt }]);
    expect(nextAt! - (await scene.world.db.now())).toBeGreaterThan(5 * minutes);
    asked.splice(0);
    expect(await news(owner)).toBe("KEPT");
    await expectPaid(owner);
    expect(asked).toEqual(["charge.outcome", "hotel.ticket"]);
  });

  test("news that come to nothing leave it waiting, and others may come", async () => {
    providerKnowsNothing(2 * asks);
    const owner = await paying();
    await waitsIn(owner, approvedTrip, 2);
    await news(owner);
    await waitsIn(owner, approvedTrip, 3);
    expect(await news(owner)).toBe("REPEATED");
    await expectPaid(owner);
  });

  test.each([
    ["news that come while it is asked for are asked after, once", 1],
    ["so are others that come while it is asked for again", 2],
  ])("%s", async (_what, rounds) => {
    providerKnowsNothing((rounds + 1) * asks);
    const lastAsks: (() => Promise<unknown>)[] = [];
    let count = 0;
    const faults: Faults = async ({ action, send }) => {
      const answer = await send();
      if (action === "charge.take") count = 1;
      if (action === "charge.outcome") count += 1;
      if (count === asks && action.startsWith("charge")) {
        count = 0;
        await lastAsks.shift()?.();
      }
      return answer;
    };
    lastAsks.push(...Array.from({ length: rounds }, () => () => news(owner)));
    const owner = await paying({ faults });
    const { nextAt } = await waitsIn(owner, approvedTrip, 2 + rounds);
    expect(lastAsks).toEqual([]);
    expect(nextAt! - (await scene.world.db.now())).toBeGreaterThan(5 * minutes);
    await news(owner);
    await expectPaid(owner);
  });

  test("without news it is asked for again when its time has come, and parked in the end", async () => {
    providerKnowsNothing(100);
    const owner = await paying({ timings: { claimMs: 5, maxReleases: 2 } });
    for (const epoch of [2, 3]) {
      await waitsIn(owner, approvedTrip, epoch);
      await passTime(scene.world.db, scene.id);
    }
    expect(await owner.engine.result(approvedTrip, scene.id, patience)).toEqual({ status: "PARKED" });
    expect(await news(owner)).toBe("KEPT");
  });

  test("I4: an owner who comes after the deadline asks too, and goes forward", async () => {
    providerKnowsNothing(2 * asks);
    const first = await paying();
    await waitsIn(first, approvedTrip, 2);
    await first.crash();
    const asked: string[] = [];
    const heir = await openWaiting(
      scene,
      patient({ clock: () => Date.now() + hours, faults: ({ action, send }) => (asked.push(action), send()) }),
    );
    await news(heir);
    expect(await waitsIn(heir, approvedTrip, 3)).toMatchObject({ waitsFor: { kind: "outcome", name: "charge" } });
    await news(heir);
    await expectPaid(heir);
    expect(new Set(asked)).toEqual(new Set(["charge.outcome", "hotel.ticket"]));
  });

  test("a process that is alone asks when it starts", async () => {
    providerKnowsNothing(asks);
    const first = await paying({ alone: true });
    await waitsIn(first, approvedTrip, 2);
    await first.crash();
    await expectPaid(await openWaiting(scene, patient({ alone: true })));
  });
});

describe("a delay", () => {
  test("I9: passes while nobody owns the saga, is not begun anew by whoever looks, and survives its owner", async () => {
    const first = await openWaiting(scene);
    await first.engine.run(slowTrip, scene.trip(), 0);
    const before = await waitsIn(first, slowTrip);
    expect(before).toMatchObject({ owner: null, waitsFor: { kind: "delay", name: "reflection", until: before.nextAt } });
    expect(before.nextAt! - before.createdAt).toBeGreaterThan(19 * minutes);
    await first.crash();

    const second = await openWaiting(scene, { clock: () => Date.now() + 15 * minutes });
    await passTime(scene.world.db, scene.id);
    const after = await waitsIn(second, slowTrip, 2);
    expect(after.nextAt! - (await scene.world.db.now())).toBeLessThan(6 * minutes);
    expect((await scene.world.effects(scene.id)).charge).toEqual({ net: 0, done: 0 });
    await second.crash();

    const third = await openWaiting(scene, { clock: () => Date.now() + 21 * minutes });
    await passTime(scene.world.db, scene.id);
    const { waitsFor } = await waitsIn(third, slowTrip, 3);
    expect(waitsFor).toMatchObject({ kind: "delay", name: "printing" });
    expect((await scene.world.effects(scene.id)).charge).toEqual({ net: 1, done: 1 });
  });

  test("I4: after the pivot it may last longer than the deadline", async () => {
    let passed = 0;
    const { engine, ...owner } = await openWaiting(scene, { clock: () => Date.now() + passed });
    await engine.run(slowTrip, scene.trip(), 0);
    for (const [epoch, wait] of [21 * minutes, 25 * hours].entries()) {
      const { nextAt, deadlineAt } = await waitsIn({ engine, ...owner }, slowTrip, epoch + 1);
      expect(nextAt! > deadlineAt).toBe(epoch === 1);
      passed = wait;
      await passTime(scene.world.db, scene.id);
    }
    expect(await engine.result(slowTrip, scene.id, patience)).toMatchObject({ status: "COMPLETED" });
    expect(await scene.net()).toEqual({ seat: 1, hotel: 0, guide: 0, charge: 1, ticket: 1 });
  });

  test("I2: before the pivot the deadline ends it", async () => {
    let passed = 0;
    const owner = await openWaiting(scene, { clock: () => Date.now() + passed });
    await owner.engine.run(slowTrip, scene.trip(), 0);
    await waitsIn(owner, slowTrip);
    passed = 2 * hours;
    await passTime(scene.world.db, scene.id);
    const timedOut = { status: "COMPENSATED", cause: refused("TRIP_TIMED_OUT") };
    expect(await owner.engine.result(slowTrip, scene.id, patience)).toEqual(timedOut);
    expect(await scene.net()).toEqual({ seat: 0, hotel: 0, guide: 0, charge: 0, ticket: 0 });
  });

  test("I6: an owner who dies when it is over leaves it to the next one", async () => {
    let passed = 0;
    const pause = held("charge.take");
    const first = await openWaiting(scene, { clock: () => Date.now() + passed, faults: pause.faults });
    await first.engine.run(slowTrip, scene.trip(), 0);
    await waitsIn(first, slowTrip);
    passed = 21 * minutes;
    await passTime(scene.world.db, scene.id);
    await pause.reached;
    await first.crash();
    // This one's clock is behind: to it the delay isn't over.
    const heir = await openWaiting(scene);
    expect(await waitsIn(heir, slowTrip, 3)).toMatchObject({ waitsFor: { name: "reflection" }, recoveries: 0 });
  });
});

describe("a step's own retries", () => {
  afterEach(() => jest.restoreAllMocks());

  test("are as many as it says, and as far apart", async () => {
    const once = defineSaga<Trip>("once-trip", { version: 1 }).step("seat", {
      ...{ call: step<object>("seat.book"), with: ({ input }) => paramsOf(input, "seat"), undo: undo("seat.free") },
      retry: { times: 2, base: "7ms", cap: "11ms" },
    });
    const pauses = jest.spyOn(wallTime, "pause");
    let calls = 0;
    const away = failing("seat.book");
    const { engine } = await scene.open({
      sagas: [...waitingSagas, saga(once, { completed: async () => undefined, compensated: async () => undefined })],
      faults: (message) => ((calls += message.action === "seat.book" ? 1 : 0), away(message)),
      random: () => 1,
    });
    expect(await engine.run(once, scene.trip(), patience)).toEqual({ status: "COMPENSATED", cause: refused("UNAVAILABLE") });
    expect(calls).toBe(3);
    expect(pauses.mock.calls.map(([ms]) => ms).filter((ms) => ms === 7 || ms === 11)).toEqual([7, 11]);
  });

  test("no pause lasts longer than the deadline", async () => {
    const short = defineSaga<Trip>("short-trip", { version: 1, deadline: "1m" }).step("seat", {
      ...{ call: step<object>("seat.book"), with: ({ input }) => paramsOf(input, "seat"), undo: undo("seat.free") },
      retry: { base: "10s", cap: "10s" },
    });
    const pauses = jest.spyOn(wallTime, "pause");
    const away = failing("seat.book");
    let passed = 0;
    const { engine } = await scene.open({
      sagas: [...waitingSagas, saga(short, { completed: async () => undefined, compensated: async () => undefined })],
      faults: (message) => {
        if (message.action === "seat.book") passed = 59_990; // it stays so, but for what the test itself takes
        return away(message);
      },
      clock: () => Date.now() + passed,
      random: () => 1,
    });
    expect(await engine.run(short, scene.trip(), patience)).toEqual({ status: "COMPENSATED", cause: refused("SAGA_TIMED_OUT") });
    expect(pauses.mock.calls.map(([ms]) => ms)).not.toContain(10_000);
  });
});
