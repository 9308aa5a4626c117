import { setImmediate } from "node:timers/promises";

import type { Delivery } from "./event";
import { Gathering, type GatheringOptions } from "./gathering";

/** A batch, and what each transaction was to apply. */
function gathering(options: Partial<GatheringOptions> = {}) {
  const transactions: string[][] = [];
  const { signal } = new AbortController();
  const apply = async (deliveries: readonly Delivery[]) => void transactions.push(deliveries.map(({ event }) => event.id));
  const gathered = new Gathering({ apply, lingerMs: 0, most: 100, signal, ...options });
  const batch = (...ids: string[]) => gathered.apply(ids.map((id) => ({ event: { id } }) as Delivery));
  return { batch, transactions };
}

const turns = async () => {
  for (let turn = 0; turn < 5; turn++) await setImmediate();
};

test("batches that come in one turn share a transaction, in the order in which they came", async () => {
  const { batch, transactions } = gathering();
  await Promise.all([batch("a1", "a2"), batch("b1"), batch("c1")]);
  expect(transactions).toEqual([["a1", "a2", "b1", "c1"]]);
});

test("what comes while one transaction is in flight is in the next", async () => {
  const inFlight: (() => void)[] = [];
  const sizes: number[] = [];
  const apply = (deliveries: readonly Delivery[]) => new Promise<void>((end) => (sizes.push(deliveries.length), inFlight.push(end)));
  const { batch } = gathering({ apply });
  const all = [batch("a")];
  await turns();
  all.push(batch("b"), batch("c"));
  await turns();
  expect(sizes).toEqual([1]);
  inFlight[0]!();
  await turns();
  expect(sizes).toEqual([1, 2]);
  inFlight[1]!();
  await Promise.all(all);
});

test("no more than `most` share a transaction, unless one batch alone has more", async () => {
  const { batch, transactions } = gathering({ most: 3, lingerMs: 1 });
  await Promise.all([batch("a1", "a2"), batch("b1", "b2"), batch("c1"), batch("d1", "d2", "d3", "d4"), batch("e1")]);
  expect(transactions.map((ids) => ids.join(" "))).toEqual(["a1 a2", "b1 b2 c1", "d1 d2 d3 d4", "e1"]);
});

test("what comes within the time that the first one waits shares its transaction; a stop ends the wait", async () => {
  const stopping = new AbortController();
  const { batch, transactions } = gathering({ lingerMs: 3_600_000, signal: stopping.signal });
  const first = batch("a");
  await turns();
  const second = batch("b");
  expect(transactions).toEqual([]);
  stopping.abort();
  await Promise.all([first, second]);
  expect(transactions).toEqual([["a", "b"]]);
});

describe("a transaction that fails", () => {
  const failing = (error: (ids: string[]) => Error | undefined) => {
    const tried: string[][] = [];
    const apply = async (deliveries: readonly Delivery[]) => {
      const ids = deliveries.map(({ event }) => event.id);
      tried.push(ids);
      const thrown = error(ids);
      if (thrown) throw thrown;
    };
    return { ...gathering({ apply }), tried };
  };

  test("because of one batch: it is rejected alone, with its own error", async () => {
    const { batch } = failing((ids) => (ids.includes("poison") ? new TypeError(`${ids.length} together`) : undefined));
    expect(await Promise.allSettled([batch("a"), batch("poison"), batch("b")])).toEqual([
      { status: "fulfilled", value: undefined },
      { status: "rejected", reason: new TypeError("1 together") },
      { status: "fulfilled", value: undefined },
    ]);
  });

  test("because the database is away: all are rejected, and it isn't asked for each of them", async () => {
    const away = Object.assign(new Error("connect"), { code: "ECONNREFUSED" });
    const { batch, tried } = failing(() => away);
    const settled = await Promise.allSettled([batch("a"), batch("b"), batch("c")]);
    expect(settled.map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected"]);
    expect(tried).toEqual([["a", "b", "c"]]);
  });
});
