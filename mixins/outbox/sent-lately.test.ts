import { SentLately } from "./sent-lately";

test("what was sent in the last minute counts, and is told once", () => {
  let now = 5_000;
  const told: number[] = [];
  const sent = new SentLately(
    (count) => told.push(count),
    () => now,
  );
  sent.add(3);
  now += 59_000;
  sent.add(0);
  sent.add(4);
  expect(sent.count()).toBe(7);
  now += 1_000;
  expect(sent.count()).toBe(4);
  now += 3_600_000;
  expect(sent.count()).toBe(0);
  sent.add(1);
  expect(sent.count()).toBe(1);
  expect(told).toEqual([3, 4, 1]);
});
