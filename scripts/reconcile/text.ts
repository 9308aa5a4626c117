import type { Report, RuleReport } from "./audit";

/** Lines under one heading; of more than this only the number is told. */
const most = 50;

/** The report for a person. */
export function textOf({ rules, violations, underWay, skipped, orders }: Report): string {
  const found = violations.map(({ rule, what, detail }) => `[${rule}] ${what}: ${detail}`);
  const broken = rules.filter((rule) => rule.violations > 0);
  return [
    table(rules),
    ...skipped.map((what) => `\nSkipped: ${what}`),
    ...section("Under way, not judged", underWay),
    ...section("Violations", found),
    ...(broken.length ? ["", "What must hold:", ...broken.map(({ name, says }) => `  ${name}: ${says}`)] : []),
    "",
    found.length ? `${counted(sum(rules), "violation")}.` : `No violation: ${agreeing(orders)} agree.`,
  ].join("\n");
}

const counted = (n: number, what: string) => `${n} ${what}${n === 1 ? "" : "s"}`;
const agreeing = (orders: number) => `${counted(orders, "order")} and all that belongs to ${orders === 1 ? "it" : "them"}`;
const sum = (rules: readonly RuleReport[]) => rules.reduce((total, rule) => total + rule.violations, 0);

function table(rules: readonly RuleReport[]): string {
  const width = Math.max(...rules.map(({ name }) => name.length)) + 2;
  const row = (name: string, ...cells: (string | number)[]) => name.padEnd(width) + cells.map((cell) => String(cell).padStart(12)).join("");
  return [
    row("rule", "checked", "under way", "violations"),
    ...rules.map((rule) => row(rule.name, rule.checked, rule.underWay, rule.violations)),
  ].join("\n");
}

function section(heading: string, lines: readonly string[]): string[] {
  if (lines.length === 0) return [];
  const more = lines.length > most ? [`  … and ${lines.length - most} more`] : [];
  return ["", `${heading} (${lines.length}):`, ...lines.slice(0, most).map((line) => `  ${line}`), ...more];
}
