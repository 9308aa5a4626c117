/** One saga at a time: each step with each thing that can go wrong, forward and undo. */
import { waitFor } from "../../test/support/wait";
import { bookTrip, closeEngines, stepNames, tripWorld, type Faults, type Message, type StepName, type Trip, type World } from "./trips.fixture";

let world: World;

beforeAll(async () => {
  world = await tripWorld();
});
afterEach(closeEngines);

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

/** Lets a mishap happen to the first call of the action. */
function once(action: string, mishap: (message: Message) => Promise<unknown>): Faults {
  let happened = false;
  return (message) => {
    if (happened || message.action !== action) return message.send();
    happened = true;
    return mishap(message);
  };
}

let trips = 0;

/** Runs a trip to its end. When its engine dies, its lease runs out and another takes over. */
async function book(input: Omit<Trip, "id">, faults: Faults): Promise<string> {
  const id = `trip-${++trips}`;
  const first = world.engine({ faults });
  const heir = world.engine();
  await first.engine.open();
  await heir.engine.open();
  void first.engine.run(bookTrip, { id, input: { id, ...input } }, 0);
  await waitFor(() => heir.engine.status(bookTrip.type, id), { what: "the start" });
  expect(await heir.engine.result(bookTrip, id, 10_000)).not.toEqual({ status: "RUNNING" });
  expect((await heir.engine.status(bookTrip.type, id))?.epoch).toBe(first.crashed() ? 2 : 1);
  return id;
}

async function expectCompleted(id: string, without: readonly StepName[] = []): Promise<void> {
  const expected = stepNames.map((name) => [name, without.includes(name) ? { net: 0, done: 0 } : { net: 1, done: 1 }]);
  expect(await world.effects(id)).toEqual(Object.fromEntries(expected));
  expect(await world.ends(id)).toMatchObject([{ state: "COMPLETED" }]);
}

async function expectCompensated(id: string, cause: string): Promise<void> {
  const effects = await world.effects(id);
  for (const name of stepNames) {
    expect([name, effects[name]?.net]).toEqual([name, 0]);
    expect(effects[name]?.done).toBeLessThanOrEqual(1);
  }
  expect(await world.ends(id)).toEqual([{ state: "COMPENSATED", detail: cause }]);
}

const fine: Faults = ({ send }) => send();

describe("I1: a saga that can succeed does every step once", () => {
  test("when all goes well", async () => {
    await expectCompleted(await book({}, fine));
  });

  test("a step whose condition doesn't hold is left out", async () => {
    await expectCompleted(await book({ day: true }, fine), ["hotel"]);
  });

  describe.each(stepNames)("%s", (name) => {
    test.each(Object.entries(mishaps))("%s", async (_, mishap) => {
      await expectCompleted(await book({}, once(forwardOf[name], mishap)));
    });
  });

  test.each(Object.entries(mishaps))("a pivot without outside work: %s", async (_, mishap) => {
    await expectCompleted(await book({ cash: true }, once("charge.take", mishap)));
  });
});

describe("I2: a saga that is refused leaves nothing", () => {
  const refusals = ["seat", "hotel", "guide", "charge"] as const;

  test.each(refusals)("by %s", async (refuse) => {
    await expectCompensated(await book({ refuse }, fine), `NO_${refuse.toUpperCase()}`);
  });

  describe.each(refusals)("by %s", (refuse) => {
    test.each(Object.entries(mishaps))("with %s", async (_, mishap) => {
      await expectCompensated(await book({ refuse }, once(forwardOf[refuse], mishap)), `NO_${refuse.toUpperCase()}`);
    });
  });

  describe.each(Object.entries(undoOf))("undo of %s", (_, action) => {
    test.each(Object.entries(mishaps))("%s", async (_, mishap) => {
      await expectCompensated(await book({ refuse: "charge" }, once(action, mishap)), "NO_CHARGE");
    });
  });

  test("the cause is the first refusal in the definition's order, although another is heard first", async () => {
    let hotelHasRefused: () => void = () => undefined;
    const refusedFirst = new Promise<void>((resolve) => (hotelHasRefused = resolve));
    const id = await book({ refuse: "seat hotel" }, async ({ action, send }) => {
      if (action === "seat.book") await refusedFirst;
      const answer = await send();
      if (action === "hotel.book") setImmediate(hotelHasRefused);
      return answer;
    });
    await expectCompensated(id, "NO_SEAT");
  });

  test("messages that arrive after the end do nothing", async () => {
    const late: Message[] = [];
    const id = await book({ refuse: "charge" }, (message) => {
      late.push(message);
      return message.send();
    });
    await Promise.all(late.map((message) => message.send()));
    await expectCompensated(id, "NO_CHARGE");
  });

  test("a step that never reached its participant can't happen after its undo", async () => {
    const lost: Message[] = [];
    const id = await book({}, (message) => {
      if (message.action !== "hotel.book") return message.send();
      lost.push(message);
      return Promise.reject(new Error("no reply in time"));
    });
    expect(await lost[0]?.send()).toMatchObject({ outcomes: [{ ok: false, type: "SAGA_STEP_SEALED" }] });
    await expectCompensated(id, "UNAVAILABLE");
  });
});
