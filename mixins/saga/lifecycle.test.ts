/** Engines that come and go. */
import { waitFor } from "../../test/support/wait";
import { defineSaga, saga } from "./definition";
import { bookTrip, tripSaga, type Trip } from "./trips.fixture";
import { all, held, Scene, tripWorld, patience } from "./world.fixture";
const scene = new Scene();

describe("start and stop", () => {
  test("calls to one action in one turn travel as one message, and writes share transactions", async () => {
    const messages: string[] = [];
    const { engine } = await scene.open({ faults: ({ action, send }) => (messages.push(action), send()) });
    const ids = Array.from({ length: 50 }, (_, index) => `${scene.id}-${index}`);
    await Promise.all(ids.map((one) => engine.run(bookTrip, { id: one, input: { id: one, cash: true } }, patience)));
    expect(messages.length).toBeLessThan(50);
  });

  test("a pivot that may wait for the outside travels alone, the others together", async () => {
    const sizes: Record<string, number[]> = { card: [], cash: [] };
    const { engine } = await scene.open({
      faults: ({ action, calls, send }) => {
        if (action === "charge.take") sizes[calls[0]?.id.startsWith("card") ? "card" : "cash"]?.push(calls.length);
        return send();
      },
    });
    const ids = Array.from({ length: 20 }, (_, index) => `${index % 2 ? "card" : "cash"}-${scene.id}-${index}`);
    await Promise.all(ids.map((id) => engine.run(bookTrip, { id, input: { id, cash: id.startsWith("cash") } }, patience)));
    expect(sizes.card).toEqual(Array(10).fill(1));
    expect(sizes.cash?.length).toBeLessThan(10);
  });

  test("a stop doesn't wait for a slow participant, and the next start goes on at once", async () => {
    const pause = held("seat.guide");
    const first = await scene.open({ faults: pause.faults, timings: { stopMs: 10 } });
    const waiting = first.engine.run(bookTrip, scene.trip(), 60_000);
    await pause.reached;
    await first.engine.stop();
    const next = await scene.open();
    expect(await next.engine.result(bookTrip, scene.id, patience)).toMatchObject({ status: "COMPLETED" });
    expect(await scene.status(next)).toMatchObject({ epoch: 2, recoveries: 0 });
    // Who waited at the first one has his answer: not yet.
    expect(await waiting).toEqual({ status: "RUNNING" });
    pause.letGo();
    expect(await scene.net()).toEqual(all(1));
  });

  test("where a process is alone it claims everything at its start, without waiting for a lease", async () => {
    const pause = held("charge.take");
    const first = await scene.open({ alone: true, faults: pause.faults });
    void first.engine.run(bookTrip, scene.trip(), 0);
    await pause.reached;
    await first.crash();
    const next = await scene.open({ alone: true });
    expect(await next.engine.result(bookTrip, scene.id, patience)).toMatchObject({ status: "COMPLETED" });
    expect(await scene.world.db.select("select owner from saga_node where owner = ?", [next.engine.owner])).toEqual([]);
  });

  test("open sagas whose code is not loaded refuse the start", async () => {
    const pause = held("charge.take");
    const owner = await scene.open({ faults: pause.faults });
    void owner.engine.run(bookTrip, scene.trip(), 0);
    await pause.reached;
    const newer = defineSaga<Trip>("book-trip", { version: 2 });
    const stranger = scene.world.engine({ sagas: [saga(newer, { completed: async () => undefined, compensated: async () => undefined })] });
    await expect(stranger.engine.open()).rejects.toThrow("book-trip version 1");
    const result = owner.engine.result(bookTrip, scene.id, patience);
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
    void dead.engine.run(bookTrip, scene.trip(), 0);
    await waitFor(() => dead.crashed());
    const both = empty.engine({ sagas: [newerSaga, tripSaga] });
    await both.engine.open();
    expect(await both.engine.result(bookTrip, scene.id, patience)).toMatchObject({ status: "COMPLETED" });
    expect(stranger.errors).toEqual([]);
  });
});
