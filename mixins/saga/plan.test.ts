import fc from "fast-check";

import type { StepRef } from "../action-ref";
import { refused } from "../outcome";
import { defineSaga, type SagaDefinition } from "./definition";
import { knowledge, learn, type Entry, type Knowledge } from "./knowledge";
import { isCommitted, nextMove, type Circumstances, type Move } from "./plan";
import { resultsIn, rowsOf } from "./trail";

const action = (name: string): StepRef<object, object> => ({ name, kind: "step" });
const plain = (name: string) => ({ call: action(name), with: () => ({}), undo: { name: `un${name}`, kind: "undo" as const } });

const definition = defineSaga<{ c?: boolean }>("trip", { version: 1, timedOut: "TOO_LATE" })
  .parallel({ a: plain("a"), b: plain("b") })
  .step("c", { ...plain("c"), when: ({ input }) => input.c !== false })
  .pivot("p", { call: action("p"), with: () => ({}), verify: { name: "vp", kind: "verify" } })
  .retry("t", { call: action("t"), with: () => ({}) }) as unknown as SagaDefinition;

const first: Circumstances = { firstOwner: true, late: false };
const heir: Circumstances = { firstOwner: false, late: false };
const late = (of: Circumstances): Circumstances => ({ ...of, late: true });

const entry = (step: string, outcome: Entry["outcome"], phase: Entry["phase"] = "forward", detail: unknown = {}): Entry => {
  return { step, phase, outcome, detail, attempt: 1, ms: 1, at: 1 };
};
const cause = refused("NO");

/** Knowledge after calls of the steps (`a`), their results (`a+`), refusals (`a-`), and giving them up (`a?`). */
function after(...told: string[]): Knowledge {
  const known = knowledge({});
  for (const word of told) {
    const [step = "", what] = [word.replace(/\W/, ""), word.at(-1)];
    known.called.add(step);
    if (what === "+") learn(known, entry(step, "done"));
    if (what === "-") learn(known, entry(step, "refused", "forward", cause));
    if (what === "?") known.spent.add(step);
  }
  return known;
}

/** What only the log tells: an owner that takes over has called nothing itself. */
function inLog(...told: string[]): Knowledge {
  const known = after(...told);
  known.called.clear();
  return known;
}

const names = (move: Move): unknown => ("steps" in move ? [move.kind, ...move.steps.map(({ name }) => name)] : move);

describe("forward", () => {
  test("the steps of a stage go side by side, the stages one after the other", () => {
    expect(names(nextMove(definition, after(), first))).toEqual(["call", "a", "b"]);
    expect(names(nextMove(definition, after("a+"), first))).toEqual(["call", "b"]);
    expect(names(nextMove(definition, after("a+", "b+"), first))).toEqual(["call", "c"]);
    expect(names(nextMove(definition, after("a+", "b+", "c+"), first))).toEqual(["call", "p"]);
    expect(names(nextMove(definition, after("a+", "b+", "c+", "p+"), first))).toEqual(["call", "t"]);
    expect(nextMove(definition, after("a+", "b+", "c+", "p+", "t+"), first)).toEqual({ kind: "complete" });
  });

  test("a step whose condition doesn't hold is left out", () => {
    const known = { ...after("a+", "b+"), input: { c: false } };
    expect(names(nextMove(definition, known, first))).toEqual(["call", "p"]);
  });
});

describe("compensate", () => {
  test("I2: the first owner undoes what is done and what is in flight, not what was refused", () => {
    expect(nextMove(definition, after("a-", "b"), first)).toEqual({ kind: "decide", cause, undo: ["b"] });
    expect(nextMove(definition, after("a+", "b+", "c-"), first)).toEqual({ kind: "decide", cause, undo: ["a", "b"] });
    expect(nextMove(definition, after("a+", "b+", "c+", "p-"), first)).toEqual({ kind: "decide", cause, undo: ["a", "b", "c"] });
  });

  test("decision and end are one when there is nothing to undo", () => {
    expect(nextMove(definition, after("a-", "b-"), first)).toEqual({ kind: "compensated", cause });
  });

  test("the first refusal in the definition's order is the cause", () => {
    const known = after("a", "b-");
    learn(known, entry("a", "refused", "forward", refused("A_SAYS_NO")));
    expect(nextMove(definition, known, first)).toMatchObject({ cause: { type: "A_SAYS_NO" } });
  });

  test("spent retries are UNAVAILABLE, a passed deadline is the definition's own refusal", () => {
    expect(nextMove(definition, after("a?", "b+"), first)).toEqual({ kind: "decide", cause: refused("UNAVAILABLE"), undo: ["a", "b"] });
    expect(nextMove(definition, after("a", "b+"), late(first))).toEqual({ kind: "decide", cause: refused("TOO_LATE"), undo: ["a", "b"] });
    expect(nextMove(definition, after(), late(first))).toEqual({ kind: "compensated", cause: refused("TOO_LATE") });
  });

  test("I3: undos come only from a decision, in reverse order of the stages", () => {
    const known = after("a+", "b+", "c-");
    known.decision = { cause, undo: ["a", "b", "c"] };
    expect(names(nextMove(definition, known, first))).toEqual(["undo", "c"]);
    learn(known, entry("c", "done", "undo"));
    expect(names(nextMove(definition, known, first))).toEqual(["undo", "a", "b"]);
    learn(known, entry("a", "done", "undo"));
    learn(known, entry("b", "done", "undo"));
    expect(nextMove(definition, known, first)).toEqual({ kind: "compensated", cause });
  });
});

describe("pivot", () => {
  test("I4: neither the deadline nor anything else turns back a pivot that was called", () => {
    expect(names(nextMove(definition, after("a+", "b+", "c+", "p"), late(first)))).toEqual(["call", "p"]);
    expect(names(nextMove(definition, after("a+", "b+", "c+", "p+"), late(first)))).toEqual(["call", "t"]);
  });

  test("before the pivot was called the deadline compensates", () => {
    expect(nextMove(definition, after("a+", "b+", "c+"), late(first))).toMatchObject({ kind: "decide", undo: ["a", "b", "c"] });
  });

  test("I4: an owner that took over seals the pivot before it decides, unless somebody refused", () => {
    expect(nextMove(definition, inLog(), late(heir))).toMatchObject({ kind: "seal", step: { name: "p" } });
    expect(nextMove(definition, after("a?", "b+"), heir)).toMatchObject({ kind: "seal" });
    expect(nextMove(definition, after("a-", "b+"), heir)).toMatchObject({ kind: "decide" });
    expect(nextMove(definition, after("a+", "b+", "c+", "p-"), heir)).toMatchObject({ kind: "decide" });
  });

  test("I2: an owner that took over undoes every step that may have been called, seen or not", () => {
    const known = inLog();
    learn(known, entry("p", "sealed", "seal"));
    expect(nextMove(definition, known, late(heir))).toEqual({ kind: "decide", cause: refused("TOO_LATE"), undo: ["a", "b", "c"] });
    expect(nextMove(definition, known, heir)).toMatchObject({ cause: { type: "UNAVAILABLE" } });
  });

  test("I4: a seal that finds the pivot done makes the saga go forward, and the earlier steps are asked for their results", () => {
    const known = after("a?", "b+");
    learn(known, entry("p", "done", "seal"));
    expect(names(nextMove(definition, known, late(heir)))).toEqual(["call", "a"]);
    learn(known, entry("a", "done"));
    learn(known, entry("c", "done"));
    expect(names(nextMove(definition, known, late(heir)))).toEqual(["call", "t"]);
  });
});

describe("wait", () => {
  const waiting = defineSaga<object>("trip", { version: 1, timedOut: "TOO_LATE" })
    .step("a", plain("a"))
    .signal("s", { within: "1m", timedOut: "NO_SIGNAL" })
    .step("b", { ...plain("b"), when: ({ results }) => (results.s as { b: boolean }).b })
    .pivot("p", { call: action("p"), with: () => ({}), verify: { name: "vp", kind: "verify" } })
    .delay("d", "1h")
    .retry("t", { call: action("t"), with: () => ({}) }) as unknown as SagaDefinition;
  const overdue = (of: Circumstances): Circumstances => ({ ...of, overdue: true });
  const [signal, delay] = waiting.waits;

  test("comes when the stages before it are done, and is over when it has a result", () => {
    expect(names(nextMove(waiting, after(), first))).toEqual(["call", "a"]);
    expect(nextMove(waiting, after("a+"), heir)).toEqual({ kind: "wait", wait: signal });
    const signaled = after("a+");
    learn(signaled, entry("s", "done", "signal", { b: true }));
    expect(names(nextMove(waiting, signaled, heir))).toEqual(["call", "b"]);
    learn(signaled, entry("b", "done"));
    learn(signaled, entry("p", "done"));
    expect(nextMove(waiting, signaled, late(heir))).toEqual({ kind: "wait", wait: delay });
    learn(signaled, entry("d", "done", "delay"));
    expect(names(nextMove(waiting, signaled, heir))).toEqual(["call", "t"]);
  });

  test("a signal that was learnt early is no hurry", () => {
    const known = after();
    learn(known, entry("s", "done", "signal", { b: false }));
    expect(names(nextMove(waiting, known, first))).toEqual(["call", "a"]);
  });

  test("I2, I4: a signal that doesn't come excludes nothing: who took over seals the pivot, and undoes what may have been called", () => {
    const cause = refused("NO_SIGNAL");
    expect(nextMove(waiting, after("a+"), overdue(first))).toEqual({ kind: "decide", cause, undo: ["a"] });
    const known = inLog("a+");
    expect(nextMove(waiting, known, overdue(late(heir)))).toMatchObject({ kind: "seal", step: { name: "p" } });
    learn(known, entry("p", "sealed", "seal"));
    expect(nextMove(waiting, known, overdue(heir))).toEqual({ kind: "decide", cause, undo: ["a", "b"] });
  });

  test("I4: one whose seal found the pivot done waits for the signal that somebody must have heard", () => {
    const known = inLog("a+");
    learn(known, entry("p", "done", "seal"));
    expect(nextMove(waiting, known, overdue(late(heir)))).toEqual({ kind: "wait", wait: signal });
  });

  test("the deadline ends it before the pivot", () => {
    expect(nextMove(waiting, after("a+"), late(first))).toEqual({ kind: "decide", cause: refused("TOO_LATE"), undo: ["a"] });
    expect(nextMove(waiting, inLog("a+"), late(heir))).toMatchObject({ kind: "seal" });
  });

  test("I9: it began when it first did", () => {
    const known = after();
    learn(known, { ...entry("s", "begun", "signal"), at: 5 });
    learn(known, { ...entry("s", "begun", "signal"), at: 9 });
    expect(known.begun).toEqual({ s: 5 });
    expect(known.results).toEqual({});
  });
});

describe("I9", () => {
  const entries = fc.array(
    fc.record({
      step: fc.constantFrom("a", "b", "c", "p", "t"),
      phase: fc.constantFrom<Entry["phase"]>("forward", "undo", "verify", "seal", "signal", "delay"),
      outcome: fc.constantFrom<Entry["outcome"]>("done", "refused", "failed", "unknown", "sealed", "begun"),
      detail: fc.constant(cause),
      attempt: fc.integer({ min: 1, max: 6 }),
      ms: fc.nat(),
      at: fc.nat(),
    }),
    { maxLength: 12 },
  );
  const circumstances = fc.record({ firstOwner: fc.boolean(), late: fc.boolean() });
  const replay = (list: readonly Entry[]) => {
    const known = knowledge({});
    for (const one of list) learn(known, one);
    return known;
  };

  test("the replay of a log yields the same next move, however it was cut into writes", () => {
    fc.assert(
      fc.property(entries, fc.nat(12), circumstances, (list, cut, now) => {
        const written = [...rowsOf(list.slice(0, cut)), ...rowsOf(list.slice(cut))];
        const read = resultsIn(JSON.parse(JSON.stringify(written)) as typeof written);
        expect(nextMove(definition, replay(read), now)).toEqual(nextMove(definition, replay(list), now));
      }),
    );
  });

  test("I4: whatever is known, a saga whose pivot is done is never compensated", () => {
    fc.assert(
      fc.property(entries, circumstances, (list, now) => {
        const known = replay(list);
        fc.pre(isCommitted(definition, known));
        expect(["call", "complete"]).toContain(nextMove(definition, known, now).kind);
      }),
    );
  });
});
