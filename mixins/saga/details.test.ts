/** What operators see: lists, one saga in full, what was done to sagas. */
import { refused } from "../outcome";
import { bookTrip, tripSaga } from "./trips.fixture";
import { saga, type SagaTrailEntry } from "./index";
import { stateCode, unowned } from "./tables";
import type { SagaState } from "./types";
import { failing, patience, Scene } from "./world.fixture";

const scene = new Scene();
const by = { who: "kim", why: "the hotel called" };
const type = bookTrip.type;

/** The first two steps are done side by side, and end in any order. */
function seatFirst(trail: readonly SagaTrailEntry[] = []): SagaTrailEntry[] {
  const together = trail.slice(0, 2).toSorted((a) => (a.step === "seat" ? -1 : 1));
  return [...together, ...trail.slice(2)];
}

describe("one saga", () => {
  test("its trail tells every call, with what came of it", async () => {
    const { engine } = await scene.open({ faults: failing("hotel.ticket", 1) });
    const input = { ...scene.trip(), trace: { requestId: "r-1" } };
    await engine.run(bookTrip, input, patience);
    const call = { epoch: 1, phase: "forward", attempt: 1, ms: expect.any(Number), at: expect.any(Number) };
    const shown = await engine.show(type, scene.id);
    expect(shown).toMatchObject({
      type,
      id: scene.id,
      state: "COMPLETED",
      input: { id: scene.id },
      trace: { requestId: "r-1" },
      signals: [],
      audit: [],
    });
    expect(shown).not.toHaveProperty("undo");
    expect(seatFirst(shown?.trail)).toEqual([
      { ...call, step: "seat", outcome: "done", detail: { row: 7 } },
      { ...call, step: "hotel", outcome: "done", detail: {} },
      { ...call, step: "guide", outcome: "done", detail: {} },
      { ...call, step: "charge", outcome: "done", detail: { receipt: `r-${scene.id}` } },
      { ...call, step: "ticket", outcome: "failed", detail: { type: "Error", detail: "away" } },
      { ...call, step: "ticket", outcome: "done", attempt: 2, detail: {} },
    ]);
  });

  test("the short trail of one in which all went well reads the same", async () => {
    const { engine } = await scene.open();
    await engine.run(bookTrip, scene.trip({ cash: true }), patience);
    const trail = seatFirst((await engine.show(type, scene.id))?.trail);
    expect(trail.map(({ step, phase, outcome, epoch }) => [step, phase, outcome, epoch])).toEqual(
      ["seat", "hotel", "guide", "charge", "ticket"].map((step) => [step, "forward", "done", 1]),
    );
  });

  test("what is to be undone and why, and what operators did, in the trail and in the audit", async () => {
    const { engine } = await scene.open({ faults: failing("hotel.cancel"), timings: { retries: 0, maxReleases: 0 } });
    await engine.run(bookTrip, scene.trip({ refuse: "charge" }), patience);
    await engine.skip(type, scene.id, { step: "hotel" }, by);
    await engine.result(bookTrip, scene.id, patience);
    const shown = await engine.show(type, scene.id);
    expect(shown).toMatchObject({ state: "COMPENSATED", cause: refused("NO_CHARGE"), undo: ["seat", "hotel", "guide"] });
    expect(shown?.trail).toContainEqual(
      expect.objectContaining({ epoch: 2, step: "hotel", phase: "operator", outcome: "done", detail: { action: "skip", undone: true } }),
    );
    expect(shown?.audit).toMatchObject([{ action: "skip", step: "hotel", ...by, stateBefore: "PARKED" }]);
  });

  test("an instruction about the whole saga names no step", async () => {
    const { engine } = await scene.open({ faults: failing("hotel.ticket", 1), timings: { retries: 0, maxReleases: 0 } });
    await engine.run(bookTrip, scene.trip(), patience);
    await engine.retry(type, scene.id, by);
    await engine.result(bookTrip, scene.id, patience);
    const { trail = [] } = (await engine.show(type, scene.id)) ?? {};
    expect(trail.map(({ epoch }) => epoch)).toEqual([1, 1, 1, 1, 1, 2, 3]);
    const instructions = trail.filter(({ phase }) => phase === "operator");
    expect(instructions).toEqual([
      { epoch: 2, phase: "operator", outcome: "done", detail: { action: "retry" }, attempt: 1, ms: 0, at: expect.any(Number) },
    ]);
  });

  test("of its input only what the definition lets them see", async () => {
    const discreet = { ...bookTrip, shown: ({ id }: { id: string }) => ({ id, card: "hidden" }) } as unknown as typeof bookTrip;
    const { engine } = await scene.open({ sagas: [saga(discreet, tripSaga.ends as never)] });
    await engine.run(discreet, scene.trip({ day: true }), patience);
    expect((await engine.show(type, scene.id))?.input).toEqual({ id: scene.id, card: "hidden" });
  });

  test("of one whose code is not loaded no input, and of none nothing", async () => {
    const { engine } = await scene.open();
    await engine.run(bookTrip, scene.trip(), patience);
    await scene.world.db.transaction((tx) => tx.execute("update saga_instance set version = 99 where business_key = ?", [scene.id]));
    expect(await engine.show(type, scene.id)).toMatchObject({ version: 99, input: undefined });
    expect(await engine.show(type, "nobody")).toBeUndefined();
  });
});

describe("lists", () => {
  const states: SagaState[] = ["PARKED", "COMPLETED"];
  const rowOf = (type: string, n: number, state: SagaState) => ({
    ...{ type, business_key: `k${n}`, version: 99, state: stateCode[state], owner: state === "PARKED" ? unowned : null, epoch: 1 },
    ...{ deadline_at: 1, recoveries: 0, releases: 0, input: "{}", created_at: 100 - (n >> 1), updated_at: 1 },
  });
  const rows = states.flatMap((state, at) => ["a", "b"].flatMap((type) => [1, 2, 3].map((n) => rowOf(type, n + 10 * at, state))));

  beforeAll(() => scene.world.db.transaction((tx) => tx.insert("saga_instance", rows)));

  async function pages(filter: { state?: SagaState; type?: string }): Promise<string[]> {
    const { engine } = scene.world.engine();
    const read: string[] = [];
    for (let after: Awaited<ReturnType<typeof engine.list>>[number] | undefined, pages = 0; pages < 20; pages++) {
      const page = await engine.list({ ...filter, limit: 2, ...(after && { after }) });
      read.push(...page.map(({ type, id }) => `${type} ${id}`));
      if (page.length < 2) return read;
      after = page.at(-1);
    }
    throw new Error("it doesn't end");
  }

  test("open sagas come the oldest first", async () => {
    expect(await pages({ state: "PARKED" })).toEqual(["a k2", "a k3", "b k2", "b k3", "a k1", "b k1"]);
    expect(await pages({ state: "PARKED", type: "b" })).toEqual(["b k2", "b k3", "b k1"]);
  });

  test("others by their keys, the greatest first", async () => {
    const ofB = ["b k13", "b k12", "b k11"];
    expect(await pages({ type: "b", state: "COMPLETED" })).toEqual(ofB);
    expect(await pages({ type: "a" })).toEqual(["a k3", "a k2", "a k13", "a k12", "a k11", "a k1"]);
    expect((await pages({})).filter((name) => !name.startsWith(type)).slice(0, 4)).toEqual(["b k3", "b k2", ...ofB.slice(0, 2)]);
  });

  test("what operators did comes the newest first", async () => {
    const entry = (type: string, n: number) => ({
      ...{ type, business_key: `k${n}`, action: "retry", step: null, who: "kim", why: `${type}${n}`, state_before: "PARKED", detail: null },
      at: 1000 + (n >> 1),
    });
    await scene.world.db.transaction((tx) =>
      tx.insert(
        "saga_audit",
        [1, 2, 3].flatMap((n) => [entry("a", n), entry("b", n)]),
      ),
    );
    const { engine } = scene.world.engine();
    const read: string[] = [];
    let page = await engine.audit({ limit: 2 });
    for (let pages = 0; page.length > 0 && pages < 20; pages++) {
      read.push(...page.map(({ why }) => why));
      page = await engine.audit({ limit: 2, before: page.at(-1) });
    }
    expect(read.filter((why) => /^[ab]\d$/.test(why))).toEqual(["b3", "b2", "a3", "a2", "b1", "a1"]);
    expect((await engine.audit({ type: "a", id: "k2" })).map(({ why }) => why)).toEqual(["a2"]);
  });
});
