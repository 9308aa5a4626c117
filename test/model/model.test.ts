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

/** What each rule is for: without it this invariant breaks, in a saga that is seen to break it. */
const broken: Record<Mutant, [RegExp, Partial<Model>?]> = {
  "no fence": [/^I2/],
  "no dedupe": [/^I1/],
  "no tombstone": [/^I2/],
  "tombstone forgets": [/^I2/],
  "undone again": [/^I2/],
  "undo only what is done": [/^I2/],
  "undo only what is known": [/^I2/],
  "undo before the decision": [/^I[14]/],
  "no seal": [/^I4/],
  "seal without tombstone": [/^I4/],
  "deadline after the pivot": [/^I4/],
  "an heir takes itself for the first owner": [/^I2/],
  "no answer to the undo of what was never done": [/^I6/],
  "who claims after a wait takes itself for the first owner": [/^I2/, { saga: "s c p", owners: 4 }],
  "a signal that doesn't come excludes the pivot": [/^I4/, { saga: "c s p" }],
  "a signal is sent without the lock": [/^I6/, { saga: "c s p", transactions: true }],
  "WAITING is written without a look": [/^I6/, { saga: "c s p" }],
  "WAITING is written after the look": [/^I6/, { saga: "c s p", transactions: true }],
  "the last signal counts": [/^I9/, { saga: "c s p" }],
  "the news are believed": [/^I1/, { saga: "c P", outside: true }],
  "a delay is begun anew": [/^I9/, { saga: "c d p", clock: true }],
};

const ofWaits: Mutant[] = ["a signal is sent without the lock", "WAITING is written without a look", "WAITING is written after the look"];
const everywhere: Mutant[] = ["no fence", "no tombstone", "undo only what is known", "undo before the decision", "no seal"];

describe("every rule is needed", () => {
  test.each(Object.entries(broken) as [Mutant, [RegExp, Partial<Model>?]][])("%s", (mutant, [invariant, model]) => {
    expect(check({ saga: "c p r", owners: 3, ...model, mutant }).violation).toMatch(invariant);
  });

  test.each(ofWaits)("where news of a pivot are waited for, too: %s", (mutant) => {
    expect(check({ saga: "c P", owners: 3, outside: true, transactions: true, mutant }).violation).toMatch(/^I6/);
  });

  test.each(everywhere)("in a saga that waits for a signal, too: %s", (mutant) => {
    expect(check({ saga: "c s p", owners: 3, mutant }).violation).toMatch(/^I[1-4]/);
  });

  test("no step is undone before the decision to compensate, however long a delay lasts", () => {
    expect(check({ saga: "c d p", owners: 3, mutant: "undo before the decision" }).violation).toMatch(/^I[14]/);
  });
});
