import type { Report } from "./audit";
import { textOf } from "./text";

const rule = { name: "stock", says: "it fits", checked: 1, underWay: 0, violations: 0 };
const sound: Report = { rules: [rule], violations: [], underWay: [], skipped: [], orders: 0, completed: 0 };

test.each([
  [0, "No violation: 0 orders and all that belongs to them agree."],
  [1, "No violation: 1 order and all that belongs to it agree."],
  [2, "No violation: 2 orders and all that belongs to them agree."],
])("the last line for %i orders", (orders, line) => {
  expect(
    textOf({ ...sound, orders })
      .split("\n")
      .at(-1),
  ).toBe(line);
});

test.each([
  [1, "1 violation."],
  [1_001, "1001 violations."],
])("the last line for %i violations, of which some may not be listed", (violations, line) => {
  const report = { ...sound, rules: [{ ...rule, violations }], violations: [{ rule: "stock", what: "product 1", detail: "is lost" }] };
  expect(textOf(report).split("\n").at(-1)).toBe(line);
});
