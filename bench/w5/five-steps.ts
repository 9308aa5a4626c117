import type { StepRef, UndoRef, VerifyRef } from "../../mixins/action-ref";
import { defineSaga } from "../../mixins/saga";

export interface FiveSteps {
  /** The fifth step refuses, and the four before are undone. */
  refuse: boolean;
}

/** Each has a step of that name. */
export const participants = ["first", "second", "third", "fourth", "fifth"] as const;

type Params = Partial<FiveSteps>;
const step = (name: string): StepRef<Params, object> => ({ name: `${name}.do`, kind: "step" });
const undo = (name: string): UndoRef => ({ name: `${name}.undo`, kind: "undo" });
const verify: VerifyRef = { name: "fifth.outcome", kind: "verify" };

/** W5: five steps, one after the other, that do nothing. What is left is what a saga itself costs. */
export const fiveSteps = defineSaga<FiveSteps>("five-steps", { version: 1 })
  .step("first", { call: step("first"), with: () => ({}), undo: undo("first") })
  .step("second", { call: step("second"), with: () => ({}), undo: undo("second") })
  .step("third", { call: step("third"), with: () => ({}), undo: undo("third") })
  .step("fourth", { call: step("fourth"), with: () => ({}), undo: undo("fourth") })
  .pivot("fifth", { call: step("fifth"), with: ({ input }) => ({ refuse: input.refuse }), verify, alone: () => false });
