/** What operators do to sagas that could not be finished. */
import { waitFor } from "../../test/support/wait";
import type { Tx } from "../database";
import { refused } from "../outcome";
import { defineSaga, saga } from "./index";
import { STOPPED_BY_OPERATOR } from "./plan";
import { bookTrip, tripSaga, type Trip } from "./trips.fixture";
import { all, failing, type Faults, held, patience, Scene, type TestEngine, type TestEngineOptions } from "./world.fixture";

const scene = new Scene();
const by = { who: "kim", why: "the hotel called" };
const type = bookTrip.type;

/** Actions that are not to be reached until `back`. */
function away(...actions: string[]): { faults: Faults; back(): void; called: string[] } {
  const gone = new Set(actions);
  const called: string[] = [];
  return {
    called,
    async faults({ action, send }) {
      called.push(action);
      if (gone.has(action)) throw new Error("away");
      return send();
    },
    back: () => gone.clear(),
  };
}

/** An engine that parks soon. */
const open = (options: TestEngineOptions) => scene.open({ ...options, timings: { retries: 0, maxReleases: 1, ...options.timings } });

async function parked(owner: TestEngine, more: Omit<Trip, "id"> = {}): Promise<TestEngine["engine"]> {
  expect(await owner.engine.run(bookTrip, scene.trip(more), patience)).toEqual({ status: "PARKED" });
  return owner.engine;
}

const end = (engine: TestEngine["engine"]) => engine.result(bookTrip, scene.id, patience);
const operators = async () =>
  (await scene.world.db.select<{ n: number }>("select count(*) as n from saga_audit where business_key = ?", [scene.id]))[0]?.n;

describe("retry", () => {
  test("goes on where the saga stood; who and why are kept", async () => {
    const hotel = away("hotel.ticket");
    const engine = await parked(await open(hotel));
    const before = await engine.status(type, scene.id);
    hotel.back();
    expect(await engine.retry(type, scene.id, by)).toMatchObject({
      ok: true,
      result: { state: "RUNNING", owner: null, recoveries: 0, epoch: before!.epoch + 1, nextAt: expect.any(Number) },
    });
    expect(await end(engine)).toMatchObject({ status: "COMPLETED" });
    expect(await scene.net()).toEqual(all(1));
    expect(await engine.audit({ type, id: scene.id })).toEqual([
      { number: expect.any(Number), type, id: scene.id, action: "retry", ...by, stateBefore: "PARKED", at: expect.any(Number) },
    ]);
  });

  test("goes on with a compensation", async () => {
    const hotel = away("hotel.cancel");
    const engine = await parked(await open(hotel), { refuse: "charge" });
    hotel.back();
    expect(await engine.retry(type, scene.id, by)).toMatchObject({ ok: true, result: { state: "COMPENSATING" } });
    expect(await end(engine)).toEqual({ status: "COMPENSATED", cause: refused("NO_CHARGE") });
    expect(await scene.net()).toEqual(all(0));
  });

  test("counts from zero: a saga that still can't be finished is tried as long as a new one", async () => {
    const hotel = away("hotel.ticket");
    const engine = await parked(await open({ ...hotel, timings: { maxReleases: 3 } }));
    const tries = () => hotel.called.filter((action) => action === "hotel.ticket").length;
    const first = tries();
    await engine.retry(type, scene.id, by);
    await waitFor(async () => (await engine.status(type, scene.id))?.state === "PARKED", { what: "it to be parked again" });
    expect(tries()).toBe(2 * first);
  });

  test("a deadline that has passed meanwhile counts: the pivot is sealed, and what was done is undone", async () => {
    let late = 0;
    const bank = away("charge.take", "charge.outcome");
    const engine = await parked(await open({ ...bank, clock: () => Date.now() + late }));
    late = 600_000;
    bank.back();
    await engine.retry(type, scene.id, by);
    expect(await end(engine)).toEqual({ status: "COMPENSATED", cause: refused("TRIP_TIMED_OUT") });
    expect(await scene.net()).toEqual(all(0));
  });

  test("is claimed at once, not at the next look", async () => {
    const hotel = away("hotel.ticket");
    const owner = await open({ ...hotel, timings: { maxReleases: 0, claimMs: 10 * patience } });
    const engine = await parked(owner);
    hotel.back();
    await engine.retry(type, scene.id, by);
    expect(await end(engine)).toMatchObject({ status: "COMPLETED" });
  });
});

describe("skip", () => {
  test("a step that was done by hand counts as done, with the result that its action would have had", async () => {
    const engine = await parked(await open(away("hotel.ticket")));
    expect(await engine.skip(type, scene.id, { step: "ticket", result: { number: "T-1" } }, by)).toMatchObject({ ok: true });
    expect(await end(engine)).toMatchObject({ status: "COMPLETED", results: { ticket: { number: "T-1" } } });
    expect(await scene.net()).toEqual({ ...all(1), ticket: 0 });
    expect(await scene.world.ends(scene.id)).toMatchObject([{ detail: expect.stringContaining("T-1") }]);
    expect(await engine.audit({ id: scene.id })).toMatchObject([{ action: "skip", step: "ticket", detail: { number: "T-1" } }]);
  });

  test("so does the pivot; what follows is called", async () => {
    const engine = await parked(await open(away("charge.take", "charge.outcome")));
    await engine.skip(type, scene.id, { step: "charge", result: { receipt: "in cash" } }, by);
    expect(await end(engine)).toMatchObject({ status: "COMPLETED", results: { charge: { receipt: "in cash" } } });
    expect(await scene.net()).toEqual({ ...all(1), charge: 0 });
  });

  test("an undo that was done by hand counts as done", async () => {
    const engine = await parked(await open(away("hotel.cancel", "seat.free")), { refuse: "charge" });
    await engine.skip(type, scene.id, { step: "hotel" }, by);
    await waitFor(async () => (await engine.status(type, scene.id))?.state === "PARKED", { what: "the other undo to be parked" });
    await engine.skip(type, scene.id, { step: "seat" }, by);
    expect(await end(engine)).toEqual({ status: "COMPENSATED", cause: refused("NO_CHARGE") });
    expect(await scene.net()).toEqual({ ...all(0), hotel: 1, seat: 1 });
  });

  test("only of what the saga waits for", async () => {
    const engine = await parked(await open(away("charge.take", "charge.outcome")));
    const skip = (step: string) => engine.skip(type, scene.id, { step, result: {} }, by);
    expect(await skip("sauna")).toEqual(refused("SAGA_STEP_NOT_FOUND", "It has no step sauna"));
    expect(await skip("seat")).toEqual(refused("SAGA_STEP_NOT_SKIPPABLE", "seat is done already"));
    expect(await skip("ticket")).toEqual(refused("SAGA_STEP_NOT_SKIPPABLE", "ticket is not what it waits for"));
    expect(await operators()).toBe(0);
  });

  test("of a saga that is compensated only what is to be undone", async () => {
    const engine = await parked(await open(away("hotel.cancel")), { refuse: "charge" });
    const skip = (step: string) => engine.skip(type, scene.id, { step }, by);
    expect(await skip("seat")).toEqual(refused("SAGA_STEP_NOT_SKIPPABLE", "seat is undone already"));
    expect(await skip("ticket")).toEqual(refused("SAGA_STEP_NOT_SKIPPABLE", "ticket is not one of the steps to undo"));
  });

  test("I2: a compensable step can't be skipped, because it could not be taken back", async () => {
    const engine = await killed();
    expect(await engine.skip(type, scene.id, { step: "hotel", result: {} }, by)).toMatchObject({ type: "SAGA_STEP_NOT_SKIPPABLE" });
  });

  test("a result that nobody can check has to be given", async () => {
    const engine = await parked(await open(away("hotel.ticket")));
    expect(await engine.skip(type, scene.id, { step: "ticket" }, by)).toEqual(refused("SAGA_RESULT_INVALID", "ticket needs a result"));
  });

  test("a result is checked by the step's reference, where it can; an empty one may do", async () => {
    const checked = (parseResult: (result: unknown) => unknown) => {
      const stages = bookTrip.stages.map((stage) => stage.map((step) => (step.name === "ticket" ? { ...step, parseResult } : step)));
      return saga({ ...bookTrip, stages } as unknown as typeof bookTrip, tripSaga.ends as never);
    };
    const sagas = [
      checked((result) => {
        if (!(result as { number?: string }).number) throw new Error("number: is missing");
        return result;
      }),
    ];
    const engine = await parked(await open({ ...away("hotel.ticket"), sagas }));
    const invalid = refused("SAGA_RESULT_INVALID", "That is no result of ticket: number: is missing");
    expect(await engine.skip(type, scene.id, { step: "ticket", result: { no: "T" } }, by)).toEqual(invalid);
    expect(await engine.skip(type, scene.id, { step: "ticket" }, by)).toEqual(invalid);
    await engine.stop();
    const lenient = await open({ sagas: [checked((result) => result)] });
    expect(await lenient.engine.skip(type, scene.id, { step: "ticket" }, by)).toMatchObject({ ok: true });
    expect(await end(lenient.engine)).toMatchObject({ status: "COMPLETED", results: { ticket: {} } });
  });
});

/** Parked because every owner died of it, before anything is known of it. Gives an engine that works. */
async function killed(): Promise<TestEngine["engine"]> {
  const deadly: Faults = ({ crash }) => crash();
  const dead = await scene.open({ faults: deadly });
  void dead.engine.run(bookTrip, scene.trip(), 0);
  await waitFor(() => dead.crashed());
  const { engine } = await scene.open({ timings: { maxRecoveries: 0 } });
  expect(await end(engine)).toEqual({ status: "PARKED" });
  return engine;
}

describe("compensate", () => {
  const stopped = { status: "COMPENSATED", cause: refused(STOPPED_BY_OPERATOR) };

  test("undoes a saga that stood before its decision", async () => {
    const engine = await killed();
    expect(await engine.compensate(type, scene.id, by)).toMatchObject({ ok: true, result: { state: "RUNNING" } });
    expect(await end(engine)).toEqual(stopped);
    expect(await scene.net()).toEqual(all(0));
    expect(await scene.world.ends(scene.id)).toEqual([{ state: "COMPENSATED", detail: STOPPED_BY_OPERATOR }]);
  });

  test("I2: a pivot that may have happened is sealed first; its late call is refused", async () => {
    const pause = held("charge.take");
    const bank = away("charge.outcome");
    const owner = await open({ ...bank, faults: (message) => pause.faults({ ...message, send: () => bank.faults(message) }) });
    void owner.engine.run(bookTrip, scene.trip(), 0);
    await pause.reached;
    await owner.crash();
    const { engine } = await open({ ...bank, timings: { maxRecoveries: 0 } });
    expect(await end(engine)).toEqual({ status: "PARKED" });
    await engine.compensate(type, scene.id, by);
    await waitFor(async () => (await engine.status(type, scene.id))?.state === "PARKED", { what: "it to be parked again" });
    expect(bank.called).not.toContain("seat.free");
    bank.back();
    await engine.retry(type, scene.id, by);
    expect(await end(engine)).toEqual(stopped);
    expect(await pause.deliver()).toMatchObject({ outcomes: [{ ok: false, type: "SAGA_STEP_SEALED" }] });
    expect(await scene.net()).toEqual(all(0));
  });

  test("I4: a pivot that turns out to be done when it is to be sealed is not undone: the saga goes forward", async () => {
    let lost = true;
    const bank = away("charge.outcome");
    const faults: Faults = async (message) => {
      const answer = await bank.faults(message);
      if (message.action === "charge.take" && lost) throw new Error("the answer got lost");
      return answer;
    };
    const engine = await parked(await open({ faults }));
    lost = false;
    bank.back();
    expect(await engine.compensate(type, scene.id, by)).toMatchObject({ ok: true });
    expect(await end(engine)).toMatchObject({ status: "COMPLETED" });
    expect(await scene.net()).toEqual(all(1));
  });

  test("I4: it is refused once the pivot is done by the log", async () => {
    const engine = await parked(await open(away("hotel.ticket")));
    expect(await engine.compensate(type, scene.id, by)).toEqual(refused("SAGA_PIVOT_DONE", "Its pivot is done: it can only go forward"));
    expect(await engine.status(type, scene.id)).toMatchObject({ state: "PARKED" });
  });

  test("it is refused when the saga is being compensated already", async () => {
    const engine = await parked(await open(away("hotel.cancel")), { refuse: "charge" });
    expect(await engine.compensate(type, scene.id, by)).toMatchObject({ ok: false, type: "SAGA_COMPENSATING" });
  });

  test("a saga without a pivot whose end can't be written is undone, although all its steps are done", async () => {
    const bothDone = defineSaga<Trip>("book-seat", { version: 1 }).parallel({
      seat: {
        call: { name: "seat.book", kind: "step" },
        with: ({ input }) => ({ trip: input.id }) as never,
        undo: { name: "seat.free", kind: "undo" },
      },
    });
    const ended: string[] = [];
    const bound = saga(bothDone, {
      completed: () => Promise.reject(new Error("it can't be")),
      compensated: async ([one]) => void ended.push(one?.cause.type ?? ""),
    });
    const { engine } = await open({ sagas: [tripSaga, bound] });
    expect(await engine.run(bothDone, scene.trip(), patience)).toEqual({ status: "PARKED" });
    await engine.compensate("book-seat", scene.id, by);
    expect(await engine.result(bothDone, scene.id, patience)).toEqual(stopped);
    expect(ended).toEqual([STOPPED_BY_OPERATOR]);
    expect(await scene.net()).toEqual(all(0));
  });

  test("I9: an owner that dies of it leaves the instruction to the next one, who reads it in the log", async () => {
    const engine = await killed();
    await engine.stop();
    const dying = await scene.open({ faults: ({ crash }) => crash() });
    await dying.engine.compensate(type, scene.id, by);
    await waitFor(() => dying.crashed());
    const heir = await scene.open();
    expect(await end(heir.engine)).toEqual(stopped);
    expect(await scene.net()).toEqual(all(0));
  });
});

describe("only a saga that is parked takes instructions", () => {
  test("not one that isn't there, or runs, or has ended", async () => {
    const pause = held("seat.guide");
    const { engine } = await scene.open(pause);
    expect(await engine.retry(type, "nobody", by)).toEqual(refused("SAGA_NOT_FOUND", `There is no saga ${type} nobody`));
    const running = engine.run(bookTrip, scene.trip(), patience);
    await pause.reached;
    expect(await engine.compensate(type, scene.id, by)).toEqual(refused("SAGA_NOT_PARKED", "It is RUNNING"));
    pause.letGo();
    await running;
    expect(await engine.skip(type, scene.id, { step: "ticket", result: {} }, by)).toEqual(refused("SAGA_NOT_PARKED", "It is COMPLETED"));
    expect(await operators()).toBe(0);
  });

  test("I5: of operators who act at once one is obeyed", async () => {
    const hotel = away("hotel.ticket");
    const engine = await parked(await open(hotel));
    hotel.back();
    const instructions = await Promise.all([
      ...[1, 2, 3].map(() => engine.retry(type, scene.id, by)),
      engine.skip(type, scene.id, { step: "ticket", result: { number: "T-1" } }, by),
    ]);
    expect(instructions.filter(({ ok }) => ok)).toHaveLength(1);
    expect(instructions.flatMap((one) => (one.ok ? [] : one.type))).toEqual(Array(3).fill("SAGA_NOT_PARKED"));
    expect(await end(engine)).toMatchObject({ status: "COMPLETED" });
    expect(await operators()).toBe(1);
  });

  test("in the caller's transaction, and with it", async () => {
    const hotel = away("hotel.ticket");
    const engine = await parked(await open(hotel));
    hotel.back();
    const told = (tx: Tx) => engine.retry(type, scene.id, by, tx);
    await expect(
      scene.world.db.transaction(async (tx) => {
        expect(await told(tx)).toMatchObject({ ok: true });
        throw new Error("something else went wrong");
      }),
    ).rejects.toThrow("something else");
    expect(await engine.status(type, scene.id)).toMatchObject({ state: "PARKED" });
    expect(await operators()).toBe(0);
    await scene.world.db.transaction(told);
    expect(await end(engine)).toMatchObject({ status: "COMPLETED" });
  });

  test("I5: what the owner before still has to say changes nothing", async () => {
    const pause = held("hotel.ticket");
    const zombie = await open({ faults: pause.faults, timings: { heartbeatMs: 60_000, claimMs: 60_000 } });
    void zombie.engine.run(bookTrip, scene.trip(), 0);
    await pause.reached;
    await scene.world.expire(zombie.engine.owner);
    const { engine } = await open({ faults: failing("hotel.ticket") });
    expect(await end(engine)).toEqual({ status: "PARKED" });
    await engine.skip(type, scene.id, { step: "ticket", result: { number: "T-1" } }, by);
    expect(await end(engine)).toMatchObject({ results: { ticket: { number: "T-1" } } });
    const before = await engine.status(type, scene.id);
    const woken = zombie.engine.result(bookTrip, scene.id, patience);
    pause.letGo();
    expect(await woken).toMatchObject({ results: { ticket: { number: "T-1" } } });
    expect(await engine.status(type, scene.id)).toEqual(before);
  });
});
