import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

const root = join(__dirname, "..");
const page = readFileSync(join(root, "docs/consistency.md"), "utf8");

/** Paths of test files in a text, each with the part of a test's name that stands behind it, if any. */
const testsIn = (text: string) =>
  [...text.matchAll(/`([\w./-]+\.test\.ts)`(?: "([^"]+)")?/g)].map(([, path = "", name = ""]) => ({ path, name }));

const source = (path: string): string => (existsSync(join(root, path)) ? readFileSync(join(root, path), "utf8") : "");

test("docs/consistency.md names tests that are there", () => {
  const named = testsIn(page);
  expect(named.length).toBeGreaterThan(20);
  expect(named.filter(({ path, name }) => source(path) === "" || !source(path).includes(name))).toEqual([]);
});

test.each(["I1", "I2", "I3", "I4", "I5", "I6", "I7", "I8", "I9"])(
  "docs/consistency.md names tests of %s, which name it too",
  (invariant) => {
    const [row = ""] = page.match(new RegExp(`^\\| ${invariant} .*$`, "m")) ?? [];
    const tests = testsIn(row);
    expect(tests.length).toBeGreaterThan(0);
    expect(tests.filter(({ path }) => !new RegExp(`\\b${invariant}\\b`).test(source(path)))).toEqual([]);
  },
);
