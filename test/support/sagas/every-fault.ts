/**
 * Tries everything that can go wrong once with a saga, and every two crashes, from its definition alone: a run in which nothing goes wrong
 * tells the boundaries; then it is run again for each of them and each kind of fault. At the end, and after those who stood still have woken
 * and every message has come once more, the invariants hold:
 *
 * - I1 COMPLETED: every effect is there once. I2 COMPENSATED: none is, whatever still comes; nothing is undone twice.
 * - I3 no undo is called before the decision is durable. I4 none after the pivot.
 * - I5 one end is told, and nobody who was struck changes anything after it. I6 it ends, and not otherwise than without the fault.
 * - I8 what the effects are counted by (stock, balances) is what it was, or what it has to be. I9 the log replays to the end.
 */
import { testDialect } from "../database";
import { faultKinds } from "./faults";
import { Theatre } from "./theatre";
import { isCompensated, type SagaWorld, type Scenario, scenariosOf } from "./world";

export interface EveryFaultOptions {
  /** The courses that the world can bring about. Default: all that the definition has. */
  can?(scenario: Scenario): boolean;
  /** At most so many faults of each kind, and so many pairs of crashes, for each course; chosen by a seed. Default, and with `FAULTS=all`: all. */
  singles?: number;
  pairs?: number;
}

/** There every commit takes its time, and what can go wrong is the same. */
const fewOnAServer: EveryFaultOptions = { singles: 4, pairs: 4 };
const timeLimitMs = 300_000;

/** Defines the tests of a saga. */
export function everyFault(
  definition: SagaWorld["saga"]["definition"],
  open: () => Promise<SagaWorld>,
  { can = () => true, ...most }: EveryFaultOptions = {},
): void {
  const { singles, pairs } = process.env.FAULTS === "all" ? {} : testDialect === "mysql" ? fewOnAServer : most;
  let theatre: Theatre;
  beforeAll(async () => {
    theatre = await Theatre.open(await open());
  });

  describe.each(scenariosOf(definition).filter(can))("I1–I6, I8, I9: $name", (scenario) => {
    test("nothing goes wrong", async () => expect(await theatre.rehearse(scenario)).toEqual([]));

    test.each(faultKinds.filter((kind) => isCompensated(scenario) || kind !== "hang, waking while the other one undoes"))(
      "%s, at every boundary",
      async (kind) => {
        const { runs, violations } = await theatre.singles(scenario, kind, singles);
        expect(violations).toEqual([]);
        expect(runs).toBeGreaterThan(0);
      },
      timeLimitMs,
    );

    test(
      "a crash at every boundary, and another at every boundary of the recovery",
      async () => {
        const { runs, violations } = await theatre.pairs(scenario, pairs);
        expect(violations).toEqual([]);
        expect(runs).toBeGreaterThan(0);
      },
      timeLimitMs,
    );
  });
}
