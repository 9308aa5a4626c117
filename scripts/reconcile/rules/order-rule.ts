import type { OrderFacts } from "../facts";
import type { Rule } from "./rule";

/** What doesn't agree, nothing when all does; `under way` when it can't be told yet. */
export type Verdict = readonly string[] | "under way";

/** A rule over one order and what all services have of it. Pure. */
export interface OrderRule extends Rule {
  judge(facts: OrderFacts): Verdict;
}

/** One line when the two differ, nothing otherwise. */
export const difference = (what: string, found: string, due: string): string[] =>
  found === due ? [] : [`${what} ${found}, due is ${due}`];
