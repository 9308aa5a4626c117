/** What happens when owners change, outcomes are unknown, and deadlines pass. */
import { waitFor } from "../../test/support/wait";
import { refused } from "../outcome";
import { Claims } from "./claims";
import type { SagaDefinition } from "./definition";
import { bookTrip } from "./trips.fixture";
import { all, failing, frozen, held, Scene, type Faults, patience } from "./world.fixture";

const minutes = 60_000;
const scene = new Scene();

describe("I5: one owner at a time", () => {
  test("a zombie's decision to compensate changes nothing either, and it undoes nothing", async () => {
    const pause = held("seat.guide");
    const undos: string[] = [];
    let late = 0;
    const zombie = await scene.open({
      faults: async (message) => {
        if (["seat.free", "hotel.cancel", "seat.unguide"].includes(message.action)) undos.push(message.action);
        return pause.faults(message);
      },
      clock: () => Date.now() + late,
      timings: frozen,
    });
    void zombie.engine.run(bookTrip, scene.trip(), 0);
    await pause.reached;
    const heir = await scene.open();
    await scene.world.expire(zombie.engine.owner);
    await heir.engine.result(bookTrip, scene.id, patience);
    late = 10 * minutes;
    const woken = zombie.engine.result(bookTrip, scene.id, patience);
    pause.letGo();
    expect(await woken).toMatchObject({ status: "COMPLETED" });
    expect(undos).toEqual([]);
    expect(await scene.net()).toEqual(all(1));
  });

  test("who takes over calls with the trace that the saga was started with", async () => {
    const pause = held("seat.guide");
    const dead = await scene.open({ faults: pause.faults });
    const trace = { requestId: "r-1", traceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01" };
    void dead.engine.run(bookTrip, { ...scene.trip(), trace }, 0);
    await pause.reached;
    await dead.crash();
    const traces: unknown[] = [];
    const heir = await scene.open({
      faults: (message) => {
        traces.push(...message.calls.map((call) => call.trace));
        return message.send();
      },
    });
    expect(await heir.engine.result(bookTrip, scene.id, patience)).toMatchObject({ status: "COMPLETED" });
    expect(traces.length).toBeGreaterThan(2);
    expect(traces).toEqual(traces.map(() => trace));
  });

  test("I6: of several recoverers at once one gets each saga", async () => {
    const dead = await scene.open({ faults: () => new Promise(() => undefined) });
    const ids = Array.from({ length: 30 }, (_, index) => `${scene.id}-${index}`);
    await Promise.all(ids.map((one) => dead.engine.run(bookTrip, { id: one, input: { id: one, cash: true } }, 0)));
    await dead.crash();
    const heirs = await Promise.all([scene.open(), scene.open(), scene.open()]);
    for (const one of ids) {
      expect(await heirs[0].engine.result(bookTrip, one, patience)).toMatchObject({ status: "COMPLETED" });
      expect(await heirs[0].engine.status(bookTrip.type, one)).toMatchObject({ epoch: 2, owner: null });
      expect(await scene.world.ends(one)).toHaveLength(1);
      scene.id = one;
      expect(await scene.net()).toEqual(all(1));
    }
  });

  test("an owner that lost a saga and gets it back runs it anew, although its old run still hangs", async () => {
    const pause = held("seat.guide");
    const owner = await scene.open({ faults: pause.faults, timings: frozen });
    void owner.engine.run(bookTrip, scene.trip(), 0);
    await pause.reached;
    const between = await scene.open({
      faults: failing("charge.take"),
      timings: { releaseBaseMs: 60_000, releaseCapMs: 60_000 },
      random: () => 1,
    });
    await scene.world.expire(owner.engine.owner);
    await waitFor(async () => (await scene.status(owner))?.nextAt, { what: "the release" });
    await between.engine.stop();
    await scene.world.db.transaction((tx) => tx.execute("update saga_instance set next_at = 0 where business_key = ?", [scene.id]));
    expect(await owner.engine.result(bookTrip, scene.id, patience)).toMatchObject({ status: "COMPLETED" });
    expect(await scene.status(owner)).toMatchObject({ epoch: 3 });
    pause.letGo();
    expect(await scene.net()).toEqual(all(1));
  });

  test("a claim takes only what is still as it was seen", async () => {
    const dead = await scene.open({ faults: ({ crash }) => crash() });
    void dead.engine.run(bookTrip, scene.trip(), 0);
    const claimant = (owner: string) =>
      new Claims({ db: scene.world.db, owner, definitions: [bookTrip as unknown as SagaDefinition], clock: Date.now, maxRecoveries: 20 });
    const [one, other] = [claimant("one"), claimant("other")];
    const mine = async (claims: Claims) => (await claims.abandoned()).filter((seen) => seen.id === scene.id);
    await waitFor(async () => (await mine(one)).length > 0, { what: "the end of the lease" });
    const [seenByOne, seenByOther] = [await mine(one), await mine(other)];
    expect((await one.claim(seenByOne)).instances).toMatchObject([{ id: scene.id, epoch: 2 }]);
    expect((await other.claim(seenByOther)).instances).toEqual([]);
    const row = "select owner, epoch, recoveries from saga_instance where business_key = ?";
    expect(await scene.world.db.select(row, [scene.id])).toEqual([{ owner: "one", epoch: 2, recoveries: 1 }]);
    await scene.world.db.transaction((tx) => tx.execute("delete from saga_instance where business_key = ?", [scene.id]));
  });

  test("an owner that doesn't renew its lease loses what it holds when the lease has run out", async () => {
    const pause = held("seat.guide");
    const owner = await scene.open({ faults: pause.faults, timings: { ...frozen, leaseMs: 50 } });
    void owner.engine.run(bookTrip, scene.trip(), 0);
    await pause.reached;
    const heir = await scene.open();
    expect(await heir.engine.result(bookTrip, scene.id, patience)).toMatchObject({ status: "COMPLETED" });
    expect(await scene.status(heir)).toMatchObject({ epoch: 2, recoveries: 1 });
    pause.letGo();
  });

  test("a lease that is renewed keeps others away", async () => {
    const pause = held("seat.guide");
    const owner = await scene.open({ faults: pause.faults });
    void owner.engine.run(bookTrip, scene.trip(), 0);
    await pause.reached;
    const dead = await scene.open({ faults: ({ crash }) => crash() });
    void dead.engine.run(bookTrip, { id: `${scene.id}-dead`, input: { id: `${scene.id}-dead` } }, 0);
    await waitFor(() => dead.crashed());
    const other = await scene.open();
    // It has looked for what is abandoned, and found only that.
    expect(await other.engine.result(bookTrip, `${scene.id}-dead`, patience)).toMatchObject({ status: "COMPLETED" });
    const result = owner.engine.result(bookTrip, scene.id, patience);
    pause.letGo();
    expect(await result).toMatchObject({ status: "COMPLETED" });
    expect(await scene.status(owner)).toMatchObject({ epoch: 1 });
  });
});

describe("pivot", () => {
  test("I2: an heir that comes too late seals a pivot that never arrived, and the late call is refused", async () => {
    const pause = held("charge.take");
    const owner = await scene.open({ faults: pause.faults });
    void owner.engine.run(bookTrip, scene.trip(), 0);
    await pause.reached;
    await owner.crash();
    const heir = await scene.open({ clock: () => Date.now() + 10 * minutes });
    expect(await heir.engine.result(bookTrip, scene.id, patience)).toEqual({ status: "COMPENSATED", cause: refused("TRIP_TIMED_OUT") });
    expect(await pause.deliver()).toMatchObject({ outcomes: [{ ok: false, type: "SAGA_STEP_SEALED" }] });
    expect(await scene.net()).toEqual(all(0));
    expect(scene.world.provider.paid.has(scene.id)).toBe(false);
  });

  test("I4: an heir whose steps stay unanswered seals the pivot too before it compensates", async () => {
    const owner = await scene.open({ faults: async ({ action, send, crash }) => (action === "charge.take" ? crash() : send()) });
    void owner.engine.run(bookTrip, scene.trip(), 0);
    await waitFor(() => owner.crashed());
    const asked: string[] = [];
    const heir = await scene.open({
      faults: async (message) => {
        asked.push(message.action);
        return failing("seat.book")(message);
      },
    });
    expect(await heir.engine.result(bookTrip, scene.id, patience)).toEqual({ status: "COMPENSATED", cause: refused("UNAVAILABLE") });
    expect(asked.indexOf("charge.outcome")).toBeLessThan(asked.indexOf("seat.free"));
    expect(asked).toContain("charge.outcome");
    expect(await scene.net()).toEqual(all(0));
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
    const { engine } = await scene.open(jumping("seat.guide"));
    expect(await engine.run(bookTrip, scene.trip(), patience)).toEqual({ status: "COMPENSATED", cause: refused("TRIP_TIMED_OUT") });
    expect(await scene.net()).toEqual(all(0));
  });

  test("it ends the retries of a step that stays unanswered", async () => {
    let calls = 0;
    const away: Faults = ({ action, send }) => (action === "hotel.book" ? (calls++, Promise.reject(new Error("away"))) : send());
    const { engine } = await scene.open(jumping("hotel.book", away));
    expect(await engine.run(bookTrip, scene.trip(), patience)).toEqual({ status: "COMPENSATED", cause: refused("TRIP_TIMED_OUT") });
    expect(calls).toBe(1);
  });

  test("so does a refusal of another step", async () => {
    const refusal = Promise.withResolvers<void>();
    let calls = 0;
    const { engine } = await scene.open({
      async faults({ action, send }) {
        if (action !== "hotel.book") return send();
        calls += 1;
        await refusal.promise;
        throw new Error("away");
      },
      onStep: ({ outcome }) => void (outcome === "refused" && refusal.resolve()),
    });
    expect(await engine.run(bookTrip, scene.trip({ refuse: "seat" }), patience)).toEqual({
      status: "COMPENSATED",
      cause: refused("NO_SEAT"),
    });
    expect(calls).toBe(1);
  });

  test("I4: once the pivot was called it doesn't count any more", async () => {
    const { engine } = await scene.open(jumping("charge.take", failing("charge.take", 1)));
    expect(await engine.run(bookTrip, scene.trip(), patience)).toMatchObject({ status: "COMPLETED" });
    expect(await scene.net()).toEqual(all(1));
  });
});
