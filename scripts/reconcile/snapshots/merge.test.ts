import fc from "fast-check";

import { byKey, type Keyed } from "./merge";

type Row = Keyed & { n: number };

/** The rows in batches of these sizes, over and over. */
async function* inBatches(rows: readonly Row[], sizes: readonly number[]): AsyncGenerator<Row[]> {
  for (let from = 0, turn = 0; from < rows.length; turn++) {
    const size = sizes[turn % sizes.length] ?? 1;
    yield rows.slice(from, from + size);
    from += size;
  }
}

const sorted = fc.array(fc.constantFrom("", "a", "ab", "b", "c-1", "c1")).map((keys) => keys.toSorted().map((k, n): Row => ({ k, n })));
const sizes = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1 });

test("gives what belongs to a key together, whatever the batches, each key once and in order", async () => {
  await fc.assert(
    fc.asyncProperty(sorted, sorted, sizes, sizes, async (left, right, some, others) => {
      const found: { key: string; rows: { left: Row[]; right: Row[] } }[] = [];
      for await (const one of byKey({ left: inBatches(left, some), right: inBatches(right, others) })) found.push(one);
      const keys = [...new Set([...left, ...right].map(({ k }) => k))].toSorted();
      const of = (rows: readonly Row[], key: string) => rows.filter(({ k }) => k === key);
      expect(found).toEqual(keys.map((key) => ({ key, rows: { left: of(left, key), right: of(right, key) } })));
    }),
  );
});

test("a stream in another order is told, and not taken for one with gaps", async () => {
  const wrong = inBatches(
    [
      { k: "b", n: 0 },
      { k: "a", n: 1 },
    ],
    [2],
  );
  const walk = async () => {
    for await (const { key } of byKey({ wrong })) expect(key).toBeDefined();
  };
  await expect(walk()).rejects.toThrow(/wrong comes in no order: b, a/);
});
