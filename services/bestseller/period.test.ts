import fc from "fast-check";

import { dayOf, spanOf } from "./period";

const at = (text: string) => Date.parse(text);

describe("the day", () => {
  test.each([
    ["2026-11-24T14:59:59.999Z", "UTC", "2026-11-24"],
    ["2026-11-24T14:59:59.999Z", "Asia/Seoul", "2026-11-24"],
    ["2026-11-24T15:00:00.000Z", "Asia/Seoul", "2026-11-25"],
    ["2026-01-01T04:59:59.999Z", "America/New_York", "2025-12-31"],
    ["2026-01-01T05:00:00.000Z", "America/New_York", "2026-01-01"],
    ["2026-03-29T00:59:59.999Z", "Europe/Berlin", "2026-03-29"],
    ["2026-10-25T22:59:59.999Z", "Europe/Berlin", "2026-10-25"],
    ["2026-10-25T23:00:00.000Z", "Europe/Berlin", "2026-10-26"],
  ])("of %s in %s is %s", (moment, timeZone, day) => {
    expect(dayOf(at(moment), timeZone)).toBe(day);
  });
});

describe("the ISO week", () => {
  test.each([
    ["2026-11-23", "2026-11-23", "2026-11-29"],
    ["2026-11-29", "2026-11-23", "2026-11-29"],
    ["2026-11-30", "2026-11-30", "2026-12-06"],
    ["2027-01-01", "2026-12-28", "2027-01-03"],
    ["2024-12-31", "2024-12-30", "2025-01-05"],
    ["2024-02-29", "2024-02-26", "2024-03-03"],
  ])("that holds %s goes from %s to %s", (day, first, last) => {
    expect(spanOf("week", day)).toEqual({ period: "week", first, last });
  });
});

describe("the month", () => {
  test.each([
    ["2026-11-24", "2026-11-01", "2026-11-30"],
    ["2026-12-31", "2026-12-01", "2026-12-31"],
    ["2024-02-10", "2024-02-01", "2024-02-29"],
    ["2026-02-28", "2026-02-01", "2026-02-28"],
  ])("that holds %s goes from %s to %s", (day, first, last) => {
    expect(spanOf("month", day)).toEqual({ period: "month", first, last });
  });
});

test("a period holds its day, and every one of its days has the same period", () => {
  const days = fc
    .date({ min: new Date("1990-01-01"), max: new Date("2100-12-31"), noInvalidDate: true })
    .map((date) => date.toISOString().slice(0, 10));
  fc.assert(
    fc.property(days, fc.constantFrom("day" as const, "week" as const, "month" as const), (day, period) => {
      const span = spanOf(period, day);
      expect(span.first <= day && day <= span.last).toBe(true);
      expect(spanOf(period, span.first)).toEqual(span);
      expect(spanOf(period, span.last)).toEqual(span);
    }),
  );
});
