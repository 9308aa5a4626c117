/** Adds up what `.ci/run` kept of its suites: Jest's own counts, and one test for each command without counts or that failed without any. */
import { existsSync, globSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";

interface Counts {
  passed: number;
  failed: number;
}

function countsOf(folder: string, name: string): Counts {
  const succeeded = readFileSync(join(folder, `${name}.status`), "utf8") === "0";
  const file = join(folder, `${name}.json`);
  if (!existsSync(file)) return succeeded ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
  const jest = JSON.parse(readFileSync(file, "utf8")) as Record<"numPassedTests" | "numFailedTests" | "numRuntimeErrorTestSuites", number>;
  const failed = jest.numFailedTests + jest.numRuntimeErrorTestSuites;
  return { passed: jest.numPassedTests, failed: !succeeded && failed === 0 ? 1 : failed };
}

const folder = process.argv[2] ?? "";
const names = globSync("*.status", { cwd: folder }).map((file) => basename(file, ".status"));
const all = names.toSorted().map((name) => ({ name, ...countsOf(folder, name) }));
for (const { name, passed, failed } of all)
  console.log(`${name.padEnd(14)} ${String(passed).padStart(5)} passed ${String(failed).padStart(5)} failed`);
const total = (kind: keyof Counts) => all.reduce((sum, one) => sum + one[kind], 0);
console.log(`\n${total("passed")} passed, ${total("failed")} failed`);
process.exit(total("failed") === 0 && total("passed") > 0 ? 0 : 1);
