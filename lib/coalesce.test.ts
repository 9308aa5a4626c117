import { deferred } from "../mixins/waiting";
import { coalesced } from "./coalesce";

const double = (keys: readonly number[]) => new Map(keys.filter((key) => key < 100).map((key) => [key, key * 2]));

test("what is asked for in one turn is read with one statement, each key once", async () => {
  const reads: (readonly number[])[] = [];
  const read = coalesced(async (keys: readonly number[]) => (reads.push(keys), double(keys)));
  expect(await Promise.all([1, 2, 1, 500].map(read))).toEqual([2, 4, 2, undefined]);
  expect(reads).toEqual([[1, 2, 500]]);
});

test("an answer is never older than its question: who asks while a statement is under way is in the next one", async () => {
  const [first, begun] = [deferred(), deferred()];
  let value = "old";
  const reads: (readonly string[])[] = [];
  const read = coalesced(async (keys: readonly string[]) => {
    reads.push(keys);
    const seen = value;
    if (reads.length === 1) {
      begun.resolve();
      await first.promise;
    }
    return new Map(keys.map((key) => [key, seen]));
  });
  const early = read("a");
  await begun.promise;
  value = "new";
  const late = [read("a"), read("b")];
  first.resolve();
  expect(await early).toBe("old");
  expect(await Promise.all(late)).toEqual(["new", "new"]);
  expect(reads).toEqual([["a"], ["a", "b"]]);
});

test("at most `max` keys share a statement", async () => {
  const sizes: number[] = [];
  const read = coalesced(async (keys: readonly number[]) => (sizes.push(keys.length), double(keys)), 3);
  await Promise.all([1, 2, 3, 4, 5, 6, 7].map(read));
  expect(sizes).toEqual([3, 3, 1]);
});

test("a statement that fails fails those who waited for it, and nobody after", async () => {
  let broken = true;
  const read = coalesced(async (keys: readonly number[]) => {
    if (broken) throw new Error("away");
    return double(keys);
  });
  const failed = await Promise.allSettled([read(1), read(2)]);
  expect(failed.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  broken = false;
  expect(await read(1)).toBe(2);
});
