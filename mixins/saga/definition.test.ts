import type { StepRef, UndoRef, VerifyRef } from "../action-ref";
import { defineSaga, saga, type InputOf, type ResultsOf, type SagaDefinition } from "./definition";
import { milliseconds } from "./duration";
import { knowledge } from "./knowledge";
import { nextMove } from "./plan";

/** A contract as a service exports it. */
const seat = {
  book: { name: "seat.book", kind: "step" } as StepRef<{ trip: string; seats: number }, { row: number }, "seat.book">,
  free: { name: "seat.free", kind: "undo" } as UndoRef<"seat.free">,
};
const charge = {
  take: { name: "charge.take", kind: "step" } as StepRef<{ amount: number }, { receipt: string }, "charge.take">,
  outcome: { name: "charge.outcome", kind: "verify" } as VerifyRef<"charge.outcome">,
};
const mail = { send: { name: "mail.send", kind: "step" } as StepRef<{ receipt: string }, { sent: true }, "mail.send"> };

interface Trip {
  id: string;
  price: number;
}

const start = () => defineSaga<Trip>("trip", { version: 1, deadline: "30s" });
const withSeat = () => start().step("seat", { call: seat.book, with: ({ input }) => ({ trip: input.id, seats: 1 }), undo: seat.free });
const whole = () =>
  withSeat()
    .pivot("charge", {
      call: charge.take,
      with: ({ input, results }) => ({ amount: input.price + results.seat.row }),
      verify: charge.outcome,
      timeout: "10s",
    })
    .retry("mail", { call: mail.send, with: ({ results }) => ({ receipt: results.charge.receipt }) });

describe("a definition is data", () => {
  test("stages, steps and times as they were written", () => {
    const { type, version, deadlineMs, stages } = whole();
    expect({ type, version, deadlineMs }).toEqual({ type: "trip", version: 1, deadlineMs: 30_000 });
    expect(
      stages.map((stage) => stage.map(({ name, kind, call, undo, verify, timeoutMs }) => ({ name, kind, call, undo, verify, timeoutMs }))),
    ).toEqual([
      [{ name: "seat", kind: "compensable", call: "seat.book", undo: "seat.free" }],
      [{ name: "charge", kind: "pivot", call: "charge.take", verify: "charge.outcome", timeoutMs: 10_000 }],
      [{ name: "mail", kind: "retriable", call: "mail.send" }],
    ]);
  });

  test("what follows the pivot may run in parallel, and each step can be left out", () => {
    const tail = withSeat()
      .pivot("charge", { call: charge.take, with: () => ({ amount: 1 }), verify: charge.outcome })
      .retryAll({
        mail: { call: mail.send, with: ({ results }) => ({ receipt: results.charge.receipt }) },
        copy: { call: mail.send, with: () => ({ receipt: "copy" }), when: ({ input }) => input.price > 100 },
      }) as unknown as SagaDefinition;
    const paid = { ...knowledge({ id: "t", price: 10 }), results: { seat: { row: 1 }, charge: { receipt: "r" } } };
    const move = nextMove(tail, paid, { firstOwner: false, late: true });
    expect(move).toMatchObject({ kind: "call", steps: [{ name: "mail", kind: "retriable" }] });
    expect(nextMove(tail, { ...paid, input: { price: 101 } }, { firstOwner: false, late: true })).toMatchObject({
      kind: "call",
      steps: [{ name: "mail" }, { name: "copy" }],
    });
    expect(tail.stages.at(-1)?.map(({ undo }) => undo)).toEqual([undefined, undefined]);
  });

  test("parameters are functions of input and earlier results", () => {
    const [, [pivot]] = whole().stages as [unknown, SagaDefinition["stages"][number]];
    expect(pivot?.params({ input: { id: "t", price: 10 }, results: { seat: { row: 7 } } })).toEqual({ amount: 17 });
  });

  test("a pivot travels alone unless its definition says otherwise, the other steps in company", () => {
    const context = { input: { id: "t", price: 10 }, results: {} };
    expect(
      whole()
        .stages.flat()
        .map((step) => step.alone(context)),
    ).toEqual([false, true, false]);
    const cheap = withSeat().pivot("charge", {
      call: charge.take,
      with: () => ({ amount: 1 }),
      verify: charge.outcome,
      alone: ({ input }) => input.price > 100,
    });
    expect(cheap.stages.flat().map((step) => step.alone(context))).toEqual([false, false]);
  });

  test("two steps can't share a name", () => {
    expect(() => withSeat().step("seat", { call: seat.book, with: () => ({ trip: "t", seats: 1 }), undo: seat.free })).toThrow(
      "two steps called seat",
    );
  });

  test("a builder is not changed by what is built on it", () => {
    const common = withSeat();
    common.pivot("charge", { call: charge.take, with: () => ({ amount: 1 }), verify: charge.outcome });
    expect(common.stages).toHaveLength(1);
    expect(nextMove(common as unknown as SagaDefinition, knowledge({}), { firstOwner: true, late: false })).toMatchObject({ kind: "call" });
  });
});

describe("waits", () => {
  const signal = { within: "10s" } as const;

  test("stand between the stages, in their order", () => {
    const { waits, stages } = withSeat()
      .signal("approval", { within: "5s", timedOut: "NOT_APPROVED" })
      .delay("reflection", "4s")
      .pivot("charge", { call: charge.take, with: () => ({ amount: 1 }), verify: charge.outcome, signal: "payment" })
      .delay("printing", "24h");
    expect(waits.map(({ parse, ...wait }) => ({ ...wait, parsed: parse("x") }))).toEqual([
      { name: "approval", kind: "signal", before: 1, ms: 5000, timedOut: "NOT_APPROVED", parsed: "x" },
      { name: "reflection", kind: "delay", before: 1, ms: 4000, timedOut: "SAGA_TIMED_OUT", parsed: "x" },
      { name: "printing", kind: "delay", before: 2, ms: 86_400_000, timedOut: "SAGA_TIMED_OUT", parsed: "x" },
    ]);
    expect(stages.flat().map((step) => step.signal)).toEqual([undefined, "payment"]);
  });

  test("before the pivot they have to end before the deadline, all together; after it they need not", () => {
    const tooLong = "may wait for 30000 ms before its pivot, and its deadline is 30000 ms";
    expect(() => withSeat().signal("approval", { within: "30s" })).toThrow(tooLong);
    expect(() => withSeat().delay("reflection", "20s").signal("approval", signal)).toThrow(tooLong);
    expect(() => start().delay("reflection", "1d")).toThrow("86400000 ms");
    expect(withSeat().delay("reflection", "19s").signal("approval", signal).waits).toHaveLength(2);
    expect(whole().delay("printing", "7d").waits).toMatchObject([{ ms: 604_800_000, before: 3 }]);
  });

  test("have names of their own", () => {
    const taken = "two steps called";
    expect(() => withSeat().signal("seat", signal)).toThrow(taken);
    expect(() => withSeat().signal("a", signal).delay("a", "1s")).toThrow(taken);
    const paid = { call: charge.take, with: () => ({ amount: 1 }), verify: charge.outcome };
    expect(() =>
      withSeat()
        .signal("payment", signal)
        .pivot("charge", { ...paid, signal: "payment" }),
    ).toThrow(taken);
    expect(() =>
      withSeat()
        .pivot("charge", { ...paid, signal: "payment" })
        .delay("payment", "1s"),
    ).toThrow(taken);
  });
});

test("durations", () => {
  expect((["5ms", "5s", "5m", "5h", "5d"] as const).map(milliseconds)).toEqual([5, 5000, 300_000, 18_000_000, 432_000_000]);
  for (const bad of ["1.5h", "-1s", "1e3ms", " 1s"] as const) expect(() => milliseconds(bad as "1s")).toThrow("not a duration");
});

test("a step's retries are those that it says, and otherwise the engine's", () => {
  const { stages } = start().parallel({
    seat: { call: seat.book, with: () => ({ trip: "t", seats: 1 }), undo: seat.free, retry: { times: 0, cap: "1s" } },
    other: { call: seat.book, with: () => ({ trip: "t", seats: 1 }), undo: seat.free },
  });
  expect(stages.flat().map(({ retry }) => retry)).toEqual([{ times: 0, capMs: 1000 }, undefined]);
  const slow = { call: seat.book, with: () => ({ trip: "t", seats: 1 }), undo: seat.free, retry: { base: "1s", cap: "11s" } } as const;
  expect(() => start().step("seat", slow)).toThrow("within 10000 ms");
});

/** Nothing of this runs: each line below an expectation must not compile. */
export function mustNotCompile(): void {
  start().step("seat", {
    // @ts-expect-error a misspelt action
    call: seat.boook,
    with: () => ({ trip: "t", seats: 1 }),
    undo: seat.free,
  });
  // @ts-expect-error a wrong type of a parameter
  start().step("seat", { call: seat.book, with: () => ({ trip: "t", seats: "one" }), undo: seat.free });
  // @ts-expect-error a missing parameter
  start().step("seat", { call: seat.book, with: () => ({ trip: "t" }), undo: seat.free });
  // @ts-expect-error a field that the input doesn't have
  start().step("seat", { call: seat.book, with: ({ input }) => ({ trip: input.nope, seats: 1 }), undo: seat.free });
  // @ts-expect-error a compensable step without its undo
  start().step("seat", { call: seat.book, with: () => ({ trip: "t", seats: 1 }) });
  // @ts-expect-error the undo of a step must be an undo
  start().step("seat", { call: seat.book, with: () => ({ trip: "t", seats: 1 }), undo: seat.book });
  // @ts-expect-error a parallel step without its undo
  start().parallel({ seat: { call: seat.book, with: () => ({ trip: "t", seats: 1 }) } });
  // @ts-expect-error a wrong parameter of a parallel step
  start().parallel({ seat: { call: seat.book, with: () => ({ trip: 5, seats: 1 }), undo: seat.free } });
  // @ts-expect-error a pivot without its verify
  withSeat().pivot("charge", { call: charge.take, with: () => ({ amount: 1 }) });
  // @ts-expect-error a pivot that may be left out
  withSeat().pivot("charge", { call: charge.take, with: () => ({ amount: 1 }), verify: charge.outcome, when: () => true });
  // @ts-expect-error the result of a step that is not there yet
  withSeat().pivot("charge", { call: charge.take, with: ({ results }) => ({ amount: results.mail.sent ? 1 : 0 }), verify: charge.outcome });
  // @ts-expect-error after the pivot there is no compensable step
  whole().step("seat2", { call: seat.book, with: () => ({ trip: "t", seats: 1 }), undo: seat.free });
  // @ts-expect-error and no second pivot
  whole().pivot("again", { call: charge.take, with: () => ({ amount: 1 }), verify: charge.outcome });
  // @ts-expect-error before the pivot there is no step that can't be undone
  withSeat().retry("mail", { call: mail.send, with: () => ({ receipt: "r" }) });
  // @ts-expect-error a wrong parameter of a parallel step after the pivot
  whole().retryAll({ copy: { call: mail.send, with: () => ({ receipt: 1 }) } });
  // @ts-expect-error before the pivot there are no steps that can't be undone
  withSeat().retryAll({ mail: { call: mail.send, with: () => ({ receipt: "r" }) } });
  // @ts-expect-error not a duration
  defineSaga<Trip>("trip", { version: 1, deadline: "2 minutes" });
  // @ts-expect-error not a unit
  withSeat().delay("reflection", "2w");
  // @ts-expect-error a signal that is waited for without end
  withSeat().signal("approval", {});
  // @ts-expect-error a signal after the pivot
  whole().signal("approval", { within: "1s" });
  // @ts-expect-error a signal of a step that isn't the pivot
  start().step("seat", { call: seat.book, with: () => ({ trip: "t", seats: 1 }), undo: seat.free, signal: "seat" });
  const approved = withSeat().signal("approval", { within: "1s", parse: (payload) => ({ by: String(payload) }) });
  approved.step("other", { call: seat.book, with: ({ results }) => ({ trip: results.approval.by, seats: 1 }), undo: seat.free });
  // @ts-expect-error a field that the signal's payload doesn't have
  approved.step("other", { call: seat.book, with: ({ results }) => ({ trip: results.approval.at, seats: 1 }), undo: seat.free });
  const unparsed = withSeat().signal("approval", { within: "1s" });
  // @ts-expect-error a payload that nobody has checked may be anything
  unparsed.step("other", { call: seat.book, with: ({ results }) => ({ trip: results.approval, seats: 1 }), undo: seat.free });
  const rested = withSeat().delay("reflection", "1s");
  // @ts-expect-error a delay has no result
  rested.step("other", { call: seat.book, with: ({ results }) => ({ trip: String(results.reflection), seats: 1 }), undo: seat.free });
  // @ts-expect-error retries are a number and durations
  start().step("seat", { call: seat.book, with: () => ({ trip: "t", seats: 1 }), undo: seat.free, retry: { base: 50 } });
  saga(whole(), {
    completed: async (ended) => {
      const row: number | undefined = ended[0]?.results.seat.row;
      // @ts-expect-error a result that no step has
      void ended[0]?.results.nope;
      void row;
    },
    compensated: async (ended) => {
      // @ts-expect-error a compensated saga may lack any result
      void ended[0]?.results.seat.row;
      void ended[0]?.cause.type;
    },
  });
  // @ts-expect-error both ends are needed
  saga(whole(), { completed: async () => undefined });
  const input: InputOf<ReturnType<typeof whole>> = { id: "t", price: 1 };
  const results: ResultsOf<ReturnType<typeof whole>> = { seat: { row: 1 }, charge: { receipt: "r" }, mail: { sent: true } };
  void [input, results];
}
