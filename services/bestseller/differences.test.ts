import { differencesOf } from "./differences";

const monday = "2026-11-30"; // of a week that ends in December

test("what both have is no difference, in whichever pieces", () => {
  const tally = [
    { day: "2026-12-01", productId: "a", sold: 2 },
    { day: "2026-12-02", productId: "a", sold: 1 },
    { day: "2026-12-02", productId: "b", sold: 0 },
  ];
  const ranking = [
    { period: "day" as const, first: "2026-12-01", productId: "a", sold: 2 },
    { period: "day" as const, first: "2026-12-02", productId: "a", sold: 1 },
    { period: "week" as const, first: monday, productId: "a", sold: 3 },
    { period: "month" as const, first: "2026-12-01", productId: "a", sold: 3 },
  ];
  expect(differencesOf(ranking, tally, monday)).toEqual([]);
});

test("what only one of them has, or has otherwise", () => {
  const tally = [{ day: "2026-12-01", productId: "a", sold: 2 }];
  const ranking = [
    { period: "day" as const, first: "2026-12-01", productId: "a", sold: 1 },
    { period: "week" as const, first: monday, productId: "b", sold: 4 },
    { period: "month" as const, first: "2026-12-01", productId: "a", sold: 2 },
  ];
  expect(differencesOf(ranking, tally, monday)).toEqual([
    { period: "day", first: "2026-12-01", productId: "a", ranking: 1, tally: 2 },
    { period: "week", first: monday, productId: "b", ranking: 4, tally: 0 },
    { period: "week", first: monday, productId: "a", ranking: 0, tally: 2 },
  ]);
});

test("periods that began before what is held are left out", () => {
  expect(differencesOf([], [{ day: "2026-12-01", productId: "a", sold: 2 }], "2026-12-01").map(({ period }) => period)).toEqual([
    "day",
    "month",
  ]);
});
