/** One saga at a time. What can go wrong with each of its steps is in `faults.test.ts`. */
import { refused } from "../outcome";
import { bookTrip } from "./trips.fixture";
import { all, patience, Scene } from "./world.fixture";

const scene = new Scene();

test("I1: a step whose condition doesn't hold is left out, and the results are told to whoever waits", async () => {
  const { engine } = await scene.open();
  const result = await engine.run(bookTrip, scene.trip({ day: true }), patience);
  expect(result).toMatchObject({ status: "COMPLETED", results: { seat: { row: 7 }, charge: { receipt: `r-${scene.id}` } } });
  expect(await scene.net()).toEqual({ ...all(1), hotel: 0 });
});

test("I2: the cause is the first refusal in the definition's order, although another is heard first", async () => {
  const hotelHasRefused = Promise.withResolvers<void>();
  const { engine } = await scene.open({
    async faults({ action, send }) {
      if (action === "seat.book") await hotelHasRefused.promise;
      return send();
    },
    onStep: ({ step, outcome }) => void (step === "hotel" && outcome === "refused" && hotelHasRefused.resolve()),
  });
  expect(await engine.run(bookTrip, scene.trip({ refuse: "seat hotel" }), patience)).toEqual({
    status: "COMPENSATED",
    cause: refused("NO_SEAT"),
  });
  expect(await scene.net()).toEqual(all(0));
});
