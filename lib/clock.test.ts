import { iso, now, timeAfter } from "./clock";

test("what comes after is later, whatever the clock says", () => {
  const ahead = now() + 60_000;
  expect(timeAfter([ahead, 5])).toBe(ahead + 1);
  expect(timeAfter([iso(ahead)])).toBe(ahead + 1);
  const before = now();
  expect(timeAfter([1_000, iso(1_000)])).toBeGreaterThanOrEqual(before);
});
