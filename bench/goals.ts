/** What the order's path is to reach, as ratios to the baseline of the same run. */
import type { ExperimentName } from "./experiments";
import type { Figures } from "./figures";
import { number, times } from "./report/table";

export interface Pair {
  ours: Figures;
  baseline: Figures;
}

interface Goal {
  experiment: ExperimentName;
  c: number;
  what: string;
  read(pair: Pair): number;
  /** Reached from here on, upwards or downwards. */
  goal: number;
  aim?: number;
  upwards: boolean;
  /** So many operations in a second reach it too, whatever the baseline does. */
  orRate?: number;
  /** It is no ratio: this many in a second, and there is no baseline. */
  perSecond?: true;
}

/** CPU time of an operation, of servers and, where it can be told, of the database. */
export const cpuOf = ({ server, database }: Figures): number => server + (database ?? 0);

const rate = ({ ours, baseline }: Pair) => ours.rate / baseline.rate;
const cpu = ({ ours, baseline }: Pair) => cpuOf(ours) / cpuOf(baseline);
const p50 = ({ ours, baseline }: Pair) => ours.p50 / baseline.p50;
const p99 = ({ ours, baseline }: Pair) => ours.p99 / baseline.p99;

const least = (experiment: ExperimentName, c: number, what: string, read: Goal["read"], goal: number, aim?: number): Goal => {
  return { experiment, c, what, read, goal, aim, upwards: true };
};
const most = (...goal: Parameters<typeof least>): Goal => ({ ...least(...goal), upwards: false });

export const goals: readonly Goal[] = [
  least("checkout-path", 64, "checkouts/s", rate, 1.1, 1.4),
  most("checkout-path", 64, "CPU for an order", cpu, 0.7, 0.5),
  least("checkout-whole", 64, "checkouts/s", rate, 0.8, 1.1),
  least("checkout-path", 32, "checkouts/s", rate, 0.85, 1.1),
  least("checkout-path", 128, "checkouts/s", rate, 1.3, 2),
  least("checkout-nats", 64, "checkouts/s", rate, 0.7, 1.1),
  most("checkout-path", 1, "p50", p50, 3),
  least("hot-product", 64, "attempts/s", rate, 1, 2),
  most("hot-product", 64, "p99", p99, 1),
  least("hot-coupon", 64, "attempts/s", rate, 1, 2),
  most("hot-coupon", 64, "p99", p99, 1),
  { ...least("saga", 64, "sagas/s", rate, 0.7), orRate: 1_500 },
  ...[1, 2].map((relays) => ({ ...least("outbox", relays, "events sent", ({ ours }) => ours.rate, 10_000), perSecond: true as const })),
];

export interface Judged {
  experiment: ExperimentName;
  c: number;
  what: string;
  /** E.g. `≥ 1.1×`. */
  goal: string;
  aim: string;
  /** A dash when it was not. */
  measured: string;
  verdict: "aim reached" | "reached" | "missed" | "not measured";
}

/** @param sidesOf what was measured at that level */
export function judgeGoals(sidesOf: (experiment: ExperimentName, c: number) => Partial<Pair> | undefined): Judged[] {
  return goals.map((goal) => {
    const { experiment, c, what, aim, upwards, orRate, perSecond } = goal;
    const { ours, baseline = perSecond && ours } = sidesOf(experiment, c) ?? {};
    const pair = ours && baseline && { ours, baseline };
    const bound = (number: number) => `${upwards ? "≥" : "≤"} ${number}${perSecond ? "/s" : "×"}`;
    const ratio = pair && goal.read(pair);
    return {
      ...{ experiment, c, what },
      goal: `${bound(goal.goal)}${orRate ? ` or ≥ ${orRate}/s` : ""}`,
      aim: aim === undefined ? "" : bound(aim),
      measured: perSecond && ratio !== undefined ? `${number(ratio)}/s` : times(ratio),
      verdict: pair ? verdictOf(goal, pair) : "not measured",
    };
  });
}

function verdictOf({ read, goal, aim, upwards, orRate }: Goal, pair: Pair): Judged["verdict"] {
  const ratio = read(pair);
  const reaches = (bound: number) => (upwards ? ratio >= bound : ratio <= bound);
  if (aim !== undefined && reaches(aim)) return "aim reached";
  return reaches(goal) || (orRate !== undefined && pair.ours.rate >= orRate) ? "reached" : "missed";
}
