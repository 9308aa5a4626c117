import { figuresOf, type Figures, median, mediansOf, percentile } from "./figures";

test("a percentile is the smallest value that so many are not above", () => {
  const hundred = Float64Array.from({ length: 100 }, (_, n) => n + 1);
  expect([0.5, 0.95, 0.99, 1].map((share) => percentile(hundred, share))).toEqual([50, 95, 99, 100]);
  expect([0.5, 0.95, 0.99].map((share) => percentile([1, 2, 3], share))).toEqual([2, 3, 3]);
  expect(percentile([7], 0.01)).toBe(7);
  expect(percentile([], 0.5)).toBeNaN();
});

test("a median is the middle, or between the two middles", () => {
  expect([median([3, 1, 2]), median([4, 1, 3, 2]), median([5])]).toEqual([2, 2.5, 5]);
});

test("figures of a slice are for one operation", () => {
  const latencies = Float64Array.from([40, 10, 30, 20]);
  const load = { answers: 4, statuses: { 201: 4 }, seconds: 2, latencies, clientCpuMs: 2 };
  expect(figuresOf(load, { servers: { a: 8, b: 4 }, database: 6 }, 4)).toEqual({
    ...{ rate: 2, sustained: 1, p50: 20, p95: 40, p99: 40 },
    ...{ servers: { a: 2, b: 1 }, server: 3, database: 1.5, client: 0.5 },
  });
});

test("of rounds the medians count, each figure by itself; a database that one round doesn't know is not known", () => {
  const round = (n: number): Figures => ({
    ...{ rate: n, sustained: n, p50: -n, p95: n, p99: n },
    ...{ servers: { a: n }, server: n, database: n, client: n },
  });
  expect(mediansOf([round(1), round(9), round(2)])).toEqual(round(2));
  expect(mediansOf([round(1), { ...round(2), database: undefined }]).database).toBeUndefined();
});
