/**
 * `npm test`: format, lint, types, and every test that needs nothing but this machine. What kills processes or needs a real server is
 * `.ci/run`'s. Arguments go to Jest: `npm test -- services/point`. Stops at the first that fails.
 */
import { spawnSync } from "node:child_process";

const tools: [name: string, program: string, ...args: string[]][] = [
  ["format", "prettier/bin/prettier.cjs", "--check", "--log-level=warn", "."],
  ["lint", "oxlint/bin/oxlint", "--type-aware", "--quiet"],
  ["types", "typescript/bin/tsc", "-p", "."],
  [
    "tests",
    "jest/bin/jest.js",
    "--testPathIgnorePatterns=/node_modules/",
    "--testPathIgnorePatterns=/test/(fault|real)/",
    ...process.argv.slice(2),
  ],
];

for (const [name, program, ...args] of tools) {
  const start = Date.now();
  const { status, signal } = spawnSync(process.execPath, [`node_modules/${program}`, ...args], { stdio: "inherit" });
  if (status !== 0) {
    console.error(`${name} failed${signal ? ` (${signal})` : ""}`);
    process.exit(status ?? 1);
  }
  console.log(`${name}: ${((Date.now() - start) / 1000).toFixed(1)} s`);
}
