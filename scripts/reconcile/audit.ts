/** One reading of all databases, held against all rules. */
import type { Config } from "../../lib/config";
import { Alive } from "./alive";
import { Calendar } from "./calendar";
import { method } from "./codes";
import type { OrderFacts } from "./facts";
import { followed, readOnTheirWay } from "./on-their-way";
import { OpenWork } from "./open-work";
import { readOrders } from "./orders";
import { openReading, type Reading } from "./reading";
import { machineRules, orderRules, ranking, sumRules, tableRules } from "./rules";
import type { OrderRule } from "./rules/order-rule";
import { Findings, type Rule, type Violation } from "./rules/rule";
import type { TableRule } from "./rules/table-rule";
import { type Answer, askShop } from "./running-shop";
import { underWayIn } from "./under-way";

export interface RuleReport extends Rule {
  /** How many things it was held against, and how many of them can't be told yet. */
  checked: number;
  underWay: number;
  violations: number;
}

export interface Report {
  rules: RuleReport[];
  /** Of one rule at most a thousand. */
  violations: Violation[];
  /** What is not at its end yet, one line for each. */
  underWay: string[];
  /** What could not be looked at, and why. */
  skipped: string[];
  orders: number;
  /** Orders that are COMPLETED. */
  completed: number;
}

export async function audit(config: Config, url: string | undefined): Promise<Report> {
  const answer = await askShop(config, url);
  const reading = await openReading(config, followed);
  try {
    return await judge(reading, config, answer);
  } finally {
    await reading.close();
  }
}

async function judge(reading: Reading, config: Config, answer: Answer): Promise<Report> {
  const work = await OpenWork.read(reading.of("order"));
  const alive = await Alive.read(reading, "audit" in answer ? Date.now() : undefined);
  const check = async (rule: TableRule) => {
    const found = new Findings(rule);
    await rule.check(reading, found, { work, alive, events: config.events });
    return found;
  };
  const found: Findings[] = [];
  for (const rule of tableRules) found.push(await check(rule));
  const walked = await walk(reading, work, new Calendar(config.businessTimeZone));
  found.push(...walked.found, rankingOf(answer));
  for (const rule of machineRules) found.push(await check(rule));
  return {
    rules: found.map(({ rule: { name, says }, checked, underWay, wrong }) => ({ name, says, checked, underWay, violations: wrong })),
    violations: found.flatMap(({ violations }) => violations),
    underWay: [...walked.moving, ...(await underWayIn(reading))],
    skipped: [...("silent" in answer ? [`${ranking.name}: ${answer.silent}`] : []), ...(await providerAway(reading))],
    orders: walked.orders,
    completed: walked.completed,
  };
}

/** All orders once, past every rule that is about them. */
async function walk(reading: Reading, work: OpenWork, calendar: Calendar) {
  const judges = orderRules(calendar).map((rule) => ({ rule, found: new Findings(rule) }));
  const sums = sumRules(calendar).map((rule) => ({ rule, found: new Findings(rule) }));
  const moving: string[] = [];
  let orders = 0;
  let completed = 0;
  for await (const facts of readOrders(reading, await readOnTheirWay(reading), work)) {
    const { id, order, state } = facts;
    for (const { rule, found } of judges) judgeOrder(rule, facts, found);
    for (const { rule } of sums) rule.follow(facts);
    if (order) orders++;
    if (order?.status === "COMPLETED") completed++;
    if (state === "moving") moving.push(`order ${id} is ${order?.status ?? "new"}`);
  }
  for (const { rule, found } of sums) await rule.compare(reading, found);
  return { found: [...judges, ...sums].map(({ found }) => found), moving, orders, completed };
}

async function providerAway({ of, provider }: Reading): Promise<string[]> {
  if (provider) return [];
  const [card] = await of("payment").all(`select id from payment where method = ${method.CARD} and amount > 0 limit 1`);
  return card
    ? ["provider: its books, sandbox-provider.sqlite in the DATA_DIR of the node with the service payment, are not in this DATA_DIR"]
    : [];
}

function judgeOrder(rule: OrderRule, facts: OrderFacts, found: Findings): void {
  const verdict = rule.judge(facts);
  if (verdict === "under way") found.pending();
  else if (verdict.length === 0) found.right();
  else found.violated(`order ${facts.id}`, ...(facts.state === "missing" ? ["there is no such order"] : []), ...verdict);
}

function rankingOf(answer: Answer): Findings {
  const found = new Findings(ranking);
  if (!("audit" in answer) || !answer.audit.held) return found;
  for (const { period, first, productId, ranking: held, tally } of answer.audit.differences)
    found.violated(`${period} of ${first}, product ${productId}`, `the ranking has ${held}, the tally ${tally}`);
  if (found.wrong === 0) found.right();
  return found;
}
