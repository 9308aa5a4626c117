/** One saga at a time: each step with each thing that can go wrong, forward and undo. */
import { waitFor } from "../../test/support/wait";
import { bookTrip, stepNames, type StepName, type Trip } from "./trips.fixture";
import { Scene, type Faults, type Message, type TestEngineOptions, patience } from "./world.fixture";

const scene = new Scene();

const forwardOf: Record<StepName, string> = {
  ...{ seat: "seat.book", hotel: "hotel.book", guide: "seat.guide" },
  ...{ charge: "charge.take", ticket: "hotel.ticket" },
};
const undoOf = { seat: "seat.free", hotel: "hotel.cancel", guide: "seat.unguide" } as const;

const mishaps: Record<string, (message: Message) => Promise<unknown>> = {
  "a technical failure, then fine": () => Promise.reject(new Error("connection refused")),
  "its reply lost": async ({ send }) => {
    await send();
    throw new Error("no reply in time");
  },
  "called twice at once": async ({ send }) => (await Promise.all([send(), send()]))[1],
  "a crash before it": async ({ crash }) => crash(),
  "a crash after it": async ({ send, crash }) => {
    await send();
    await crash();
  },
};

const ownersOf = (what: string): number => (what.startsWith("a crash") ? 2 : 1);

/** Lets a mishap happen to the first call of the action. */
function once(action: string, mishap: (message: Message) => Promise<unknown>): Faults {
  let happened = false;
  return (message) => {
    if (happened || message.action !== action) return message.send();
    happened = true;
    return mishap(message);
  };
}

/** Runs the test's trip to its end, and tells how many owners it had. When its engine dies, its lease runs out and another takes over. */
async function book(more: Omit<Trip, "id">, faults: Faults, group?: TestEngineOptions["group"]): Promise<number> {
  const first = await scene.open({ faults, group });
  const heir = await scene.open();
  void first.engine.run(bookTrip, scene.trip(more), 0);
  await waitFor(() => scene.status(heir), { what: "the start" });
  expect(await heir.engine.result(bookTrip, scene.id, patience)).not.toEqual({ status: "RUNNING" });
  return (await scene.status(heir))?.epoch ?? 0;
}

async function expectCompleted(without: readonly StepName[] = []): Promise<void> {
  const expected = stepNames.map((name) => [name, without.includes(name) ? { net: 0, done: 0 } : { net: 1, done: 1 }]);
  expect(await scene.world.effects(scene.id)).toEqual(Object.fromEntries(expected));
  expect(await scene.world.ends(scene.id)).toMatchObject([{ state: "COMPLETED" }]);
}

async function expectCompensated(cause: string): Promise<void> {
  const effects = await scene.world.effects(scene.id);
  for (const name of stepNames) {
    expect([name, effects[name]?.net]).toEqual([name, 0]);
    expect(effects[name]?.done).toBeLessThanOrEqual(1);
  }
  expect(await scene.world.ends(scene.id)).toEqual([{ state: "COMPENSATED", detail: cause }]);
}

/** Kills the engine around its `nth` write of the given handler. */
function crashing(name: string, nth: number, when: "before" | "after"): NonNullable<TestEngineOptions["group"]> {
  let count = 0;
  return (group, crash) => ({
    drained: () => group.drained(),
    async submit(handler, call) {
      const fatal = handler.name === name && ++count === nth;
      if (fatal && when === "before") {
        await crash();
        return new Promise(() => undefined);
      }
      const outcome = await group.submit(handler, call);
      if (fatal) await crash();
      return outcome;
    },
  });
}

const fine: Faults = ({ send }) => send();

describe("I1: a saga that can succeed does every step once", () => {
  test("when all goes well", async () => {
    await book({}, fine);
    await expectCompleted();
  });

  test("a step whose condition doesn't hold is left out", async () => {
    await book({ day: true }, fine);
    await expectCompleted(["hotel"]);
  });

  describe.each(stepNames)("%s", (name) => {
    test.each(Object.entries(mishaps))("%s", async (what, mishap) => {
      expect(await book({}, once(forwardOf[name], mishap))).toBe(ownersOf(what));
      await expectCompleted();
    });
  });

  test.each(Object.entries(mishaps))("a pivot without outside work: %s", async (what, mishap) => {
    expect(await book({ cash: true }, once("charge.take", mishap))).toBe(ownersOf(what));
    await expectCompleted();
  });
});

describe("I2: a saga that is refused leaves nothing", () => {
  const refusals = ["seat", "hotel", "guide", "charge"] as const;

  test.each(refusals)("by %s", async (refuse) => {
    await book({ refuse }, fine);
    await expectCompensated(`NO_${refuse.toUpperCase()}`);
  });

  describe.each(refusals)("by %s", (refuse) => {
    test.each(Object.entries(mishaps))("with %s", async (what, mishap) => {
      expect(await book({ refuse }, once(forwardOf[refuse], mishap))).toBe(ownersOf(what));
      await expectCompensated(`NO_${refuse.toUpperCase()}`);
    });
  });

  describe.each(Object.entries(undoOf))("undo of %s", (_, action) => {
    test.each(Object.entries(mishaps))("%s", async (what, mishap) => {
      expect(await book({ refuse: "charge" }, once(action, mishap))).toBe(ownersOf(what));
      await expectCompensated("NO_CHARGE");
    });
  });

  test("the cause is the first refusal in the definition's order, although another is heard first", async () => {
    let hotelHasRefused: () => void = () => undefined;
    const refusedFirst = new Promise<void>((resolve) => (hotelHasRefused = resolve));
    await book({ refuse: "seat hotel" }, async ({ action, send }) => {
      if (action === "seat.book") await refusedFirst;
      const answer = await send();
      if (action === "hotel.book") setImmediate(hotelHasRefused);
      return answer;
    });
    await expectCompensated("NO_SEAT");
  });

  test("messages that arrive after the end do nothing", async () => {
    const late: Message[] = [];
    await book({ refuse: "charge" }, (message) => {
      late.push(message);
      return message.send();
    });
    await Promise.all(late.map((message) => message.send()));
    await expectCompensated("NO_CHARGE");
  });

  test("a step that never reached its participant can't happen after its undo", async () => {
    const lost: Message[] = [];
    await book({}, (message) => {
      if (message.action !== "hotel.book") return message.send();
      lost.push(message);
      return Promise.reject(new Error("no reply in time"));
    });
    expect(await lost[0]?.send()).toMatchObject({ outcomes: [{ ok: false, type: "SAGA_STEP_SEALED" }] });
    await expectCompensated("UNAVAILABLE");
  });
});

describe("I1, I2: a crash around a write of the log", () => {
  test("after the start", async () => {
    expect(await book({}, fine, crashing("saga.start", 1, "after"))).toBe(2);
    await expectCompleted();
  });

  test.each(["before", "after"] as const)("%s the end", async (when) => {
    expect(await book({}, fine, crashing("saga.log", 1, when))).toBe(when === "before" ? 2 : 1);
    await expectCompleted();
  });

  test.each(["before", "after"] as const)("%s the decision to compensate", async (when) => {
    expect(await book({ refuse: "charge" }, fine, crashing("saga.log", 1, when))).toBe(2);
    await expectCompensated("NO_CHARGE");
  });

  test.each(["before", "after"] as const)("%s the end of the compensation", async (when) => {
    expect(await book({ refuse: "charge" }, fine, crashing("saga.log", 2, when))).toBe(when === "before" ? 2 : 1);
    await expectCompensated("NO_CHARGE");
  });
});
