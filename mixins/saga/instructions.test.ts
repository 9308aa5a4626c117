/** What operators' instructions make of the plan. */
import type { StepRef } from "../action-ref";
import { refused } from "../outcome";
import { defineSaga, type SagaDefinition } from "./definition";
import { type Entry, type Instruction, knowledge, learn } from "./knowledge";
import { nextMove, STOPPED_BY_OPERATOR } from "./plan";
import { resultsIn, rowsOf } from "./trail";

const action = (name: string): StepRef<object, object> => ({ name, kind: "step" });
const plain = (name: string) => ({ call: action(name), with: () => ({}), undo: { name: `un${name}`, kind: "undo" as const } });

const compensables = defineSaga("trip", { version: 1, timedOut: "TOO_LATE" }).parallel({ a: plain("a"), b: plain("b") });
const definition = compensables
  .pivot("p", { call: action("p"), with: () => ({}), verify: { name: "vp", kind: "verify" } })
  .retry("t", { call: action("t"), with: () => ({}) }) as unknown as SagaDefinition;

const entry = (step: string, phase: Entry["phase"], outcome: Entry["outcome"], detail?: unknown): Entry => {
  return { step, phase, outcome, detail, attempt: 1, ms: 0, at: 1 };
};
const done = (step: string) => entry(step, "forward", "done", {});
const told = (instruction: Instruction, step = "") => entry(step, "operator", "done", instruction);
const cause = refused(STOPPED_BY_OPERATOR);

/** What an owner does who takes over with this log; it is written and read again first (I9). */
function next(
  log: readonly Entry[],
  { of = definition, late = false, undo }: { of?: SagaDefinition; late?: boolean; undo?: string[] } = {},
) {
  const known = knowledge({}, undo && { cause: refused("NO"), undo });
  for (const one of resultsIn(log.flatMap((one) => rowsOf([one])))) learn(known, one);
  const move = nextMove(of, known, { firstOwner: false, late });
  if ("steps" in move) return [move.kind, ...move.steps.map(({ name }) => name)];
  return move.kind === "seal" ? ["seal", move.step.name] : move;
}

test("a retry changes nothing", () => {
  expect(next([done("a"), told({ action: "retry" })])).toEqual(["call", "b"]);
});

describe("compensate", () => {
  const stop = told({ action: "compensate" });

  test("I4: a pivot that may have happened is sealed before anything is decided", () => {
    expect(next([stop])).toEqual(["seal", "p"]);
    expect(next([done("a"), done("b"), stop])).toEqual(["seal", "p"]);
  });

  test("once it is sealed the operator's wish is the cause, whatever else there is", () => {
    const sealed = entry("p", "seal", "sealed");
    for (const late of [false, true]) expect(next([stop, sealed], { late })).toEqual({ kind: "decide", cause, undo: ["a", "b"] });
    expect(next([sealed, stop])).toEqual({ kind: "decide", cause, undo: ["a", "b"] });
  });

  test("but for a refusal, which is the answer", () => {
    const no = refused("NO");
    expect(next([stop, entry("p", "seal", "refused", no)])).toEqual({ kind: "decide", cause: no, undo: ["a", "b"] });
  });

  test("I4: a pivot that turns out to be done wins", () => {
    expect(next([done("a"), done("b"), stop, entry("p", "seal", "done", {})])).toEqual(["call", "t"]);
    expect(next([done("a"), done("b"), stop, entry("p", "seal", "done", {}), done("t")])).toEqual({ kind: "complete" });
  });

  test("without a pivot a saga whose steps are all done is undone, not completed", () => {
    const of = compensables as unknown as SagaDefinition;
    expect(next([done("a"), done("b")], { of })).toEqual({ kind: "complete" });
    expect(next([done("a"), done("b"), stop], { of })).toEqual({ kind: "decide", cause, undo: ["a", "b"] });
  });
});

describe("skip", () => {
  test("a step counts as done, with its result", () => {
    const skip = told({ action: "skip", result: { by: "hand" } }, "t");
    expect(next([done("a"), done("b"), done("p"), skip])).toEqual({ kind: "complete" });
    const known = knowledge({});
    learn(known, skip);
    expect(known.results).toEqual({ t: { by: "hand" } });
  });

  test("I4: with the pivot done by hand the saga only goes forward", () => {
    const skip = told({ action: "skip", result: {} }, "p");
    expect(next([done("a"), done("b"), skip], { late: true })).toEqual(["call", "t"]);
    expect(next([done("a"), done("b"), told({ action: "compensate" }), skip])).toEqual(["call", "t"]);
  });

  test("an undo counts as done", () => {
    const skip = told({ action: "skip", undone: true }, "a");
    expect(next([skip], { undo: ["a", "b"] })).toEqual(["undo", "b"]);
    expect(next([skip, entry("b", "undo", "done")], { undo: ["a", "b"] })).toEqual({ kind: "compensated", cause: refused("NO") });
  });
});
