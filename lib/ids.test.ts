import { validate, version } from "uuid";

import { uuid } from "./ids";

test("ids are UUIDs of version 7, all different, each greater than the one before, however many are made in a millisecond", () => {
  const ids = Array.from({ length: 20_000 }, uuid);
  expect(ids.every((id) => validate(id) && version(id) === 7)).toBe(true);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids).toEqual(ids.toSorted());
});

test("their last 62 bits, less the counter's, are drawn anew for each", () => {
  const tails = Array.from({ length: 1_000 }, () => uuid().slice(-10));
  expect(new Set(tails).size).toBe(tails.length);
});

test("they tell when they were made", () => {
  const before = Date.now();
  const made = Number.parseInt(uuid().replaceAll("-", "").slice(0, 12), 16);
  expect(made).toBeGreaterThanOrEqual(before - 1);
  expect(made).toBeLessThanOrEqual(Date.now() + 1000);
});
