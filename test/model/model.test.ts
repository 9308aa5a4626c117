import { check } from "./check";
import { bounded, type Model, type Mutant } from "./model";

const sayModel = ({ saga, owners, ...options }: Model) => `${saga}, ${owners} owners ${JSON.stringify(options)}`;

describe("I1–I6, I9: the protocol holds in every reachable state", () => {
  test.each(bounded.map((model) => [sayModel(model), model] as const))("%s", (_, model) => {
    const verdict = check(model);
    expect(verdict.violation).toBeUndefined();
    // A model in which nothing can happen would hold as well.
    expect(verdict.completed).toBeGreaterThan(0);
    expect(verdict.compensated).toBeGreaterThan(0);
  });
});

/** What each rule is for: without it this invariant breaks. */
const broken: Record<Mutant, RegExp> = {
  "no fence": /^I2/,
  "no dedupe": /^I1/,
  "no tombstone": /^I2/,
  "tombstone forgets": /^I2/,
  "undone again": /^I2/,
  "undo only what is done": /^I2/,
  "undo only what is known": /^I2/,
  "undo before the decision": /^I[14]/,
  "no seal": /^I4/,
  "seal without tombstone": /^I4/,
  "deadline after the pivot": /^I4/,
  "an heir takes itself for the first owner": /^I2/,
  "no answer to the undo of what was never done": /^I6/,
};

describe("every rule is needed", () => {
  test.each(Object.entries(broken) as [Mutant, RegExp][])("%s", (mutant, invariant) => {
    expect(check({ saga: "c p r", owners: 3, mutant }).violation).toMatch(invariant);
  });
});
