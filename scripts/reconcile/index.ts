/**
 * Whether everything that the services hold fits together: the shop's conscience, for operators, the demo, the benchmark and the tests.
 * It reads tables and trusts no code that wrote them.
 */
import { existsSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";

import type { Config } from "../../lib/config";
import { DataDirError } from "../../lib/data-dir";
import { prepareTables } from "../tables";
import { audit, type Report } from "./audit";
import { services } from "./reading";
import type { Violation } from "./rules/rule";

export { readUnderWay } from "./under-way";
export type { Report, Violation };

/** Between two readings. */
const pauseMs = 300;

/**
 * Reads the databases of all services, whether the shop is running or not. What doesn't agree is looked at once more: only what is found
 * again is a violation.
 * @param url of a running shop that must answer; the configured one is asked otherwise, when it is there
 */
export async function reconcile(config: Config, { url }: { url?: string } = {}): Promise<Report> {
  refuseNowhere(config);
  await prepareTables(config);
  const first = await audit(config, url);
  if (first.violations.length === 0) return first;
  await delay(pauseMs);
  return seenAgain(first, await audit(config, url));
}

/** A folder that was mistyped holds nothing that could disagree, and would be found sound. */
function refuseNowhere({ embedded, dataDir, databaseUrl }: Config): void {
  if (!embedded || services.some((name) => existsSync(databaseUrl(name).slice("sqlite:".length)))) return;
  throw new DataDirError(
    `DATA_DIR ${dataDir} holds no shop: give the one that the shop was started with, and its DATABASE_URL if it has one`,
  );
}

function seenAgain(first: Report, second: Report): Report {
  const key = ({ rule, what }: Violation) => `${rule}\n${what}`;
  const before = new Set(first.violations.map(key));
  const isNew = (one: Violation) => !before.has(key(one));
  const passing = Map.groupBy(second.violations.filter(isNew), ({ rule }) => rule);
  return {
    ...second,
    rules: second.rules.map((one) => {
      const gone = passing.get(one.name)?.length ?? 0;
      return { ...one, underWay: one.underWay + gone, violations: one.violations - gone };
    }),
    violations: second.violations.filter((one) => !isNew(one)),
  };
}
