import { deferred } from "../../mixins/waiting";
import { atEnd } from "../../test/support/cleanup";
import { waitFor } from "../../test/support/wait";
import type { Order } from "./order";
import { Watch } from "./watch";

const history = (length: number): Order["history"] => Array.from({ length }, (_, at) => ({ status: "PENDING", at }));

/** A watch on orders whose histories have these lengths; `looks` are the orders that each look was for. */
function set(lengths: Record<string, number>) {
  const looks: string[][] = [];
  const read = async (orderIds: readonly string[]) => {
    looks.push([...orderIds]);
    return new Map(orderIds.flatMap((id) => (id in lengths ? [[id, { history: history(lengths[id]!) }] as const] : [])));
  };
  const watch = new Watch({ read, everyMs: 5 });
  atEnd(() => watch.stop());
  return { watch, looks, lengths };
}

const long = 60_000;

test("everybody who waits is told by the same look, each of his own order", async () => {
  const { watch, looks, lengths } = set({ a: 1, b: 1, c: 1 });
  const waiting = Promise.all([watch.grown("a", 1, long), watch.grown("a", 0, long), watch.grown("b", 1, long)]);
  const patient = watch.grown("c", 1, long);
  await waitFor(() => looks.length > 1);
  Object.assign(lengths, { a: 2, b: 3 });
  expect(await waiting).toEqual([history(2), history(1), history(3)]);
  expect(looks[0]).toEqual(["a", "b", "c"]);
  lengths.c = 2;
  expect(await patient).toEqual(history(2));
  expect(looks.at(-1)).toEqual(["c"]);
});

test("who has waited long enough hears nothing, and one whose order is unknown, too", async () => {
  const { watch } = set({ a: 1 });
  expect(await Promise.all([watch.grown("a", 1, 20), watch.grown("nobody's", 0, 20)])).toEqual([undefined, undefined]);
});

test("nobody looks while nobody waits, and looks begin again when somebody does", async () => {
  jest.useFakeTimers();
  try {
    const { watch, looks, lengths } = set({ a: 2, b: 1 });
    const first = watch.grown("a", 1, long);
    await jest.advanceTimersByTimeAsync(5);
    expect(await first).toEqual(history(2));
    await jest.advanceTimersByTimeAsync(5);
    expect([looks.length, jest.getTimerCount()]).toEqual([1, 0]);
    lengths.b = 2;
    const second = watch.grown("b", 1, long);
    await jest.advanceTimersByTimeAsync(5);
    expect(await second).toEqual(history(2));
  } finally {
    jest.useRealTimers();
  }
});

test("when the orders can't be read all who wait hear of it, and the next look is a new one", async () => {
  let broken = true;
  const read = () => (broken ? Promise.reject(new Error("away")) : Promise.resolve(new Map([["a", { history: history(2) }]])));
  const watch = new Watch({ read, everyMs: 5 });
  atEnd(() => watch.stop());
  const waiting = [watch.grown("a", 1, long), watch.grown("b", 1, long)];
  expect((await Promise.allSettled(waiting)).map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  broken = false;
  expect(await watch.grown("a", 1, long)).toEqual(history(2));
});

test("a stop lets everybody go, waits for the look that is under way, and takes nobody new", async () => {
  const reached = deferred();
  const read = deferred<Map<string, { history: Order["history"] }>>();
  const watch = new Watch({ read: () => (reached.resolve(), read.promise), everyMs: 1 });
  const waiting = watch.grown("a", 1, long);
  await reached.promise;
  let stopped = false;
  const stopping = watch.stop().then(() => (stopped = true));
  expect(await waiting).toBeUndefined();
  expect(await watch.grown("a", 1, long)).toBeUndefined();
  expect(stopped).toBe(false);
  read.resolve(new Map());
  await stopping;
});
