/** What can't be finished at once. */
import { waitFor } from "../../test/support/wait";
import { CommitUnknown, type Database, type Tx } from "../database";
import { Claims } from "./claims";
import { saga } from "./definition";
import { bookTrip, tripSaga } from "./trips.fixture";
import type { SagaEndNotice } from "./types";
import { all, failing, Scene, type Faults, patience } from "./world.fixture";
const scene = new Scene();

describe("I6: what can't be finished is tried again, and parked in the end", () => {
  test("a step that stays unanswered is released and goes on later; that is no recovery", async () => {
    const { engine } = await scene.open({ faults: failing("hotel.ticket", 10) });
    expect(await engine.run(bookTrip, scene.trip(), patience)).toMatchObject({ status: "COMPLETED" });
    const after = await engine.status(bookTrip.type, scene.id);
    expect(after?.epoch).toBeGreaterThan(1);
    expect(after?.recoveries).toBe(0);
    expect(await scene.net()).toEqual(all(1));
  });

  test("while anything gets on it is not parked: releases are counted from the last new result", async () => {
    const [charge, ticket] = [failing("charge.take", 1), failing("hotel.ticket", 2)];
    const { engine } = await scene.open({
      timings: { retries: 0, maxReleases: 2 },
      faults: (message) => charge({ ...message, send: () => ticket(message) }),
    });
    expect(await engine.run(bookTrip, scene.trip(), patience)).toMatchObject({ status: "COMPLETED" });
  });

  test("so are recoveries", async () => {
    const dead = await scene.open({ faults: ({ crash }) => crash() });
    void dead.engine.run(bookTrip, scene.trip(), 0);
    const heir = await scene.open({ faults: failing("hotel.ticket", 1), timings: { retries: 0 } });
    await waitFor(() => scene.status(heir), { what: "the start" });
    expect(await heir.engine.result(bookTrip, scene.id, patience)).toMatchObject({ status: "COMPLETED" });
    expect(await scene.status(heir)).toMatchObject({ epoch: 3, recoveries: 0 });
  });

  test("a tail step that never answers parks the saga with an alert", async () => {
    const ends: SagaEndNotice[] = [];
    const { engine, errors } = await scene.open({
      faults: failing("hotel.ticket"),
      timings: { maxReleases: 2 },
      onEnd: (end) => ends.push(end),
    });
    expect(await engine.run(bookTrip, scene.trip(), patience)).toEqual({ status: "PARKED" });
    await waitFor(() => ends.length > 0, { what: "the notice" });
    expect(errors).toEqual([[expect.stringContaining(`ALERT saga book-trip ${scene.id} is parked`)]]);
    expect(ends).toMatchObject([{ id: scene.id, state: "PARKED" }]);
    expect(await engine.status(bookTrip.type, scene.id)).toMatchObject({ state: "PARKED", owner: null, nextAt: null });
  });

  test("an answer that takes a moment is no warning; from the third try on it is", async () => {
    const { engine, warnings } = await scene.open({ faults: failing("hotel.ticket"), timings: { retries: 0, maxReleases: 4 } });
    expect(await engine.run(bookTrip, scene.trip(), patience)).toEqual({ status: "PARKED" });
    const tries = warnings.flatMap(([line]) => /waits for an answer; .* \((\d) of 4\)$/.exec(String(line))?.[1] ?? []);
    expect(tries).toEqual(["3", "4"]);
  });

  test("an undo that never succeeds parks the saga, the others are undone", async () => {
    const { engine, errors } = await scene.open({ faults: failing("hotel.cancel"), timings: { maxReleases: 2 } });
    expect(await engine.run(bookTrip, scene.trip({ refuse: "charge" }), patience)).toEqual({ status: "PARKED" });
    await waitFor(() => errors.length > 0, { what: "the alert" });
    expect(errors).toHaveLength(1);
    expect(await scene.net()).toEqual({ ...all(0), hotel: 1 });
    expect(await scene.world.ends(scene.id)).toEqual([]);
  });

  test("a saga that brings down every owner is parked", async () => {
    const deadly: Faults = ({ crash }) => crash();
    let owner = await scene.open({ faults: deadly });
    void owner.engine.run(bookTrip, scene.trip(), 0);
    for (let recovery = 1; recovery <= 3; recovery++) {
      await waitFor(() => owner.crashed());
      owner = await scene.open({ faults: deadly, timings: { maxRecoveries: 2 } });
    }
    expect(await owner.engine.result(bookTrip, scene.id, patience)).toEqual({ status: "PARKED" });
    await waitFor(() => owner.errors.length > 0, { what: "the alert" });
    expect(owner.errors).toEqual([[expect.stringContaining("parked")]]);
    expect(await scene.status(owner)).toMatchObject({ recoveries: 3, epoch: 4 });
  });

  test("I6: one that is parked by a commit of unknown outcome alerts all the same", async () => {
    let lost = 0;
    const ends: unknown[] = [];
    const { engine, errors } = await scene.open({
      faults: failing("hotel.ticket"),
      timings: { maxReleases: 1 },
      onEnd: ({ state }) => ends.push(state),
      group: (own) => ({
        drained: () => own.drained(),
        submit: async (handler, call) => {
          const outcome = await own.submit(handler, call);
          const parks = handler.name === "saga.log" && (call as { change: { to: string } }).change.to === "PARKED";
          if (parks && lost++ === 0) throw new CommitUnknown(new Error("the answer was lost"));
          return outcome;
        },
      }),
    });
    expect(await engine.run(bookTrip, scene.trip(), patience)).toEqual({ status: "PARKED" });
    await waitFor(() => ends.length > 0, { what: "the notice" });
    expect(ends).toEqual(["PARKED"]);
    expect(errors).toEqual([[expect.stringContaining("parked")]]);
  });

  test("I6: one that a claim parks by a commit of unknown outcome is told of all the same", async () => {
    const dead = await scene.open({ faults: ({ crash }) => crash() });
    void dead.engine.run(bookTrip, scene.trip(), 0);
    await waitFor(() => dead.crashed());
    const { db } = scene.world;
    const unheard = Object.assign(Object.create(db) as Database, {
      transaction: async (work: (tx: Tx) => Promise<unknown>) => {
        await db.transaction(work);
        throw new CommitUnknown(new Error("the answer was lost"));
      },
    });
    const options = { owner: "other", definitions: [bookTrip as never], clock: Date.now, maxRecoveries: 0 };
    const seen = (await new Claims({ db, ...options }).abandoned()).filter(({ id }) => id === scene.id);
    const { instances, parked } = await new Claims({ db: unheard, ...options }).claim(seen);
    expect([instances, parked]).toEqual([[], [{ type: "book-trip", id: scene.id, startedAt: expect.any(Number) }]]);
  });

  test("a saga of this owner that no run holds is found by its sweep", async () => {
    const { engine } = await scene.open();
    // The commit of the start was acknowledged to nobody.
    const unheard = (tx: Tx): Tx =>
      ({ dialect: tx.dialect, insertLater: (...rows) => tx.insertLater(...rows), afterCommit: () => undefined }) as Partial<Tx> as Tx;
    await scene.world.db.transaction((tx) => engine.start(bookTrip, [scene.trip()], unheard(tx)));
    expect(await engine.result(bookTrip, scene.id, patience)).toMatchObject({ status: "COMPLETED" });
    expect(await scene.net()).toEqual(all(1));
  });

  test("a saga whose end can't be written is parked alone; its neighbours end", async () => {
    const { engine, errors } = await scene.open({
      timings: { maxReleases: 1 },
      sagas: [
        saga(bookTrip, {
          completed: async (ended, tx) => {
            if (ended.some((one) => one.id === scene.id)) throw new Error("this one can't be completed");
            await tripSaga.ends.completed(ended as never, tx);
          },
          compensated: async () => undefined,
        }),
      ],
    });
    const neighbours = Array.from({ length: 8 }, (_, index) => `${scene.id}-${index}`);
    const results = await Promise.all(
      [scene.id, ...neighbours].map((one) => engine.run(bookTrip, { id: one, input: { id: one, cash: true } }, patience)),
    );
    expect(results.map((result) => result.status)).toEqual(["PARKED", ...neighbours.map(() => "COMPLETED")]);
    expect(errors.length).toBeGreaterThan(0);
  });
});
