import type { Database, Tx } from "../database";
import { createMemoryLock, type LockStore } from "../lock";
import { done } from "../outcome";
import { deferred } from "../waiting";
import { createGroupCommit, type GroupHandler } from ".";
import { inTurn } from "./turns";

/** Everything that happens to locks and transactions, in order. */
let events: string[];
beforeEach(() => (events = []));

const long = 60_000;

/** Sees what is asked of a lock that is always free. */
const free: LockStore = {
  async using(key, _ttlMs, work) {
    events.push(`take ${key}`);
    try {
      return await work();
    } finally {
      events.push(`free ${key}`);
    }
  },
};

const hanging: LockStore = { using: () => new Promise(() => undefined) };
const broken: LockStore = { using: () => Promise.reject(new Error("Redis is away")) };

function group(lock: LockStore, { waitMs = long, commits = async () => {} }: { waitMs?: number; commits?(): Promise<void> } = {}) {
  const db = {
    name: "fake",
    async transaction(work: (tx: Tx) => Promise<unknown>) {
      events.push("begin");
      const result = await work({} as Tx);
      await commits();
      events.push("commit");
      return result;
    },
  } as Partial<Database> as Database;
  return createGroupCommit(db, { turns: { lock, keyOf: (row) => `shop:${row}`, waitMs } });
}

/** A lock is freed after the calls have been answered, in the same turn of the event loop. */
const freed = () => new Promise(setImmediate);

/** A call is the list of its rows. */
const rows: GroupHandler<string[], number> = {
  name: "rows",
  async run(calls) {
    events.push(`${calls.length} calls`);
    return calls.map(() => done(calls.length));
  },
  hotRows: (call) => call,
};

const send = (to: ReturnType<typeof group>, ...calls: string[][]) => Promise.all(calls.map((call) => to.submit(rows, call)));

test.each([
  ["one call", [["a"]]],
  ["calls for different rows", [["a"], ["b"], ["c", "d"]]],
  ["calls for no rows", [[], []]],
])("%s contend with nobody: no lock", async (_what, calls) => {
  await send(group(free), ...calls);
  expect(events).toEqual(["begin", `${calls.length} calls`, "commit"]);
});

test("calls for one row take its lock once, before their transaction, and free it after the commit", async () => {
  await send(group(free), ["a"], ["a"], ["a"]);
  await freed();
  expect(events).toEqual(["take shop:a", "begin", "3 calls", "commit", "free shop:a"]);
});

test("of several rows the one that most calls want is locked, and no other", async () => {
  await send(group(free), ["a", "b"], ["b", "c"], ["c", "b"], ["c"], ["b"]);
  expect(events.filter((event) => event.startsWith("take"))).toEqual(["take shop:b"]);
});

test("the lock is freed when the transaction fails, and each call fails for itself", async () => {
  const gone = Object.assign(new Error("gone"), { code: "ECONNREFUSED" });
  const to = group(free, { commits: () => Promise.reject(gone) });
  const results = await Promise.allSettled([to.submit(rows, ["a"]), to.submit(rows, ["a"])]);
  expect(results).toEqual([1, 2].map(() => ({ status: "rejected", reason: gone })));
  await freed();
  expect(events).toEqual(["take shop:a", "begin", "2 calls", "free shop:a"]);
});

test.each([
  ["that hangs", hanging],
  ["that fails", broken],
  ["that forgets its work", { using: async () => undefined } as unknown as LockStore],
])("a lock %s is gone without after the wait", async (_what, lock) => {
  const outcomes = await send(group(lock, { waitMs: 20 }), ["a"], ["a"]);
  expect(outcomes).toEqual([done(2), done(2)]);
  expect(events).toEqual(["begin", "2 calls", "commit"]);
});

test("a lock that fails is not waited for", async () => {
  expect(await send(group(broken), ["a"], ["a"])).toEqual([done(2), done(2)]);
});

test("a lock that comes too late finds the work done, and is free again at once", async () => {
  const comes = deferred();
  const over = deferred();
  const late: LockStore = {
    async using(key, ttlMs, work) {
      await comes.promise;
      const result = await free.using(key, ttlMs, work);
      over.resolve();
      return result;
    },
  };
  expect(await send(group(late, { waitMs: 1 }), ["a"], ["a"])).toEqual([done(2), done(2)]);
  comes.resolve();
  await over.promise;
  expect(events).toEqual(["begin", "2 calls", "commit", "take shop:a", "free shop:a"]);
});

test("a group grows while it waits for its turn", async () => {
  const lock = createMemoryLock({ waitMs: long });
  const [near, far] = [group(lock), group(lock)];
  const reached = deferred();
  const release = deferred();
  const holding: GroupHandler<string[], number> = {
    ...rows,
    name: "holding",
    run: async (calls) => (reached.resolve(), await release.promise, calls.map(() => done(0))),
  };
  const held = Promise.all([far.submit(holding, ["a"]), far.submit(holding, ["a"])]);
  await reached.promise;
  const waiting = send(near, ["a"], ["a"]);
  await new Promise(setImmediate);
  const more = send(near, ["a"], ["b"]);
  release.resolve();
  expect([...(await waiting), ...(await more)]).toEqual([4, 4, 4, 4].map(done));
  await held;
});

test("two nodes never work on one row at once while both wait long enough", async () => {
  const lock = createMemoryLock({ waitMs: long });
  let running = 0;
  let most = 0;
  const commits = async () => {
    most = Math.max(most, ++running);
    await new Promise(setImmediate);
    running--;
  };
  const nodes = [group(lock, { commits }), group(lock, { commits })];
  await Promise.all(Array.from({ length: 20 }, () => Promise.all(nodes.map((node) => send(node, ["a"], ["a"])))));
  expect(most).toBe(1);
});

test.each([
  ["in its turn", free],
  ["without a turn", broken],
])("the work is done once, %s, and its end is what is waited for", async (_what, lock) => {
  const work = jest.fn(async () => {
    await new Promise(setImmediate);
    return "done";
  });
  expect(await inTurn({ lock, keyOf: (row) => row, waitMs: long }, "a", work)).toBe("done");
  expect(work).toHaveBeenCalledTimes(1);
});
