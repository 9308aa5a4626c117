import { everyFault } from "../../test/support/sagas/every-fault";
import type { BoundSaga } from "./definition";
import { tripWorld } from "./trip-world.fixture";
import { tripSaga } from "./trips.fixture";
import { waitingSagas } from "./waits.fixture";

const [approved, slow] = waitingSagas as [BoundSaga, BoundSaga];

/** The same, sleeping for minutes: days take their time even when they are virtual, as somebody looks for sleepers all the while. */
function napping({ definition, ends }: BoundSaga): BoundSaga {
  const waits = definition.waits.map((wait) => ({ ...wait, ms: 30_000 }));
  return { ends, definition: { ...definition, waits } };
}

describe("stages in parallel, a pivot and a tail", () => everyFault(tripSaga.definition, () => tripWorld(tripSaga), { pairs: 40 }));

describe("a wait for a signal", () => {
  everyFault(approved.definition, () => tripWorld(approved, { approval: { by: "ann" } }), { singles: 6, pairs: 8 });
});

describe("delays", () => everyFault(slow.definition, () => tripWorld(napping(slow)), { singles: 6, pairs: 8 }));
