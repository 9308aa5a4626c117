import { testDatabase } from "../../test/support/database";
import { CommitUnknown, isDuplicateKey, type Database, type Migration, type Tx } from "../database";
import { done, refused, type Outcome } from "../outcome";
import { createGroupCommit, WrongNumberOfOutcomes, type GroupHandler } from ".";

const tables: Migration = {
  name: "0001-note",
  up: async (tx) => void (await tx.execute(`create table note (id varchar(64) primary key) ${tx.dialect.tableOptions}`)),
};

let db: Database;
/** The calls of every transaction that was begun, in order; those of a repeated one too. */
let groups: string[][];

beforeAll(async () => {
  db = await testDatabase("group", [tables]);
});

beforeEach(async () => {
  groups = [];
  await db.transaction((tx) => tx.execute("delete from note"));
});

/** Stores each call as a row. `no…` is refused, `bad…` makes the transaction throw; a taken key does so too. */
function notes(name = "notes", more: Partial<GroupHandler<string, string>> = {}): GroupHandler<string, string> {
  return {
    name,
    async run(calls: readonly string[], tx: Tx): Promise<Outcome<string>[]> {
      groups.push([...calls]);
      const accepted = calls.filter((call) => !call.startsWith("no"));
      await tx.insert(
        "note",
        accepted.map((id) => ({ id })),
      );
      for (const call of calls) if (call.startsWith("bad")) throw new Error(call);
      return calls.map((call) => (call.startsWith("no") ? refused("NO") : done(call)));
    },
    ...more,
  };
}

function fakeDatabase(transaction: (work: (tx: Tx) => Promise<unknown>) => Promise<unknown>): Database {
  return { name: "fake", transaction } as Partial<Database> as Database;
}

const stored = async () => (await db.select<{ id: string }>("select id from note order by id")).map(({ id }) => id);

test("calls that come together share a transaction, and each gets its own outcome after the commit", async () => {
  const group = createGroupCommit(db);
  const handler = notes();
  const outcomes = await Promise.all(["a", "no-b", "c"].map((call) => group.submit(handler, call)));
  expect(outcomes).toEqual([done("a"), refused("NO"), done("c")]);
  expect(groups).toEqual([["a", "no-b", "c"]]);
  expect(await stored()).toEqual(["a", "c"]);
});

test("calls that come while a group is in flight wait and go together", async () => {
  const group = createGroupCommit(db);
  const late: Promise<unknown>[] = [];
  const handler = notes("notes");
  const first: GroupHandler<string, string> = {
    ...handler,
    name: "first",
    async run(calls, tx) {
      for (const call of ["b", "c", "d"]) late.push(group.submit(handler, call));
      return handler.run(calls, tx);
    },
  };
  await group.submit(first, "a");
  await Promise.all(late);
  expect(groups).toEqual([["a"], ["b", "c", "d"]]);
});

test("a call alone waits for no company and sets no timer: it runs in the next turn of the event loop", async () => {
  const timers = jest.spyOn(global, "setTimeout");
  const ran = jest.fn(async () => [done("a")]);
  const group = createGroupCommit(fakeDatabase((work) => work({} as Tx)));
  const outcome = group.submit({ name: "alone", run: ran }, "a");
  expect(ran).not.toHaveBeenCalled();
  await new Promise(setImmediate);
  expect(ran).toHaveBeenCalledTimes(1);
  expect(await outcome).toEqual(done("a"));
  expect(timers).not.toHaveBeenCalled();
  timers.mockRestore();
});

test("a group has at most so many calls", async () => {
  const group = createGroupCommit(db, { max: 3 });
  const handler = notes();
  await Promise.all(["a", "b", "c", "d", "e", "f", "g"].map((call) => group.submit(handler, call)));
  expect(groups).toEqual([["a", "b", "c"], ["d", "e", "f"], ["g"]]);
});

test("handlers of one group run one after the other in the order of their names, in one transaction", async () => {
  const group = createGroupCommit(db);
  const transactions = jest.spyOn(db, "transaction");
  const [one, two] = [notes("one"), notes("two")];
  await Promise.all([group.submit(two, "b"), group.submit(one, "a"), group.submit(one, "c")]);
  await Promise.all([group.submit(two, "d"), group.submit(one, "e")]);
  expect(groups).toEqual([["a", "c"], ["b"], ["e"], ["d"]]);
  expect(transactions).toHaveBeenCalledTimes(2);
  transactions.mockRestore();
});

test("a call that makes its transaction throw fails alone, after log2 n rounds", async () => {
  const group = createGroupCommit(db);
  const handler = notes();
  const calls = Array.from({ length: 32 }, (_, n) => (n === 21 ? "bad" : `n${String(n).padStart(2, "0")}`));
  const results = await Promise.allSettled(calls.map((call) => group.submit(handler, call)));
  const failed = results.flatMap((result, index) => (result.status === "rejected" ? [[index, String(result.reason)]] : []));
  expect(failed).toEqual([[21, "Error: bad"]]);
  expect(await stored()).toEqual(calls.filter((call) => call !== "bad"));
  expect(groups.length).toBeLessThanOrEqual(2 * Math.log2(32) + 1);
});

test("an error of the database that one call causes is its own too", async () => {
  const group = createGroupCommit(db);
  const handler = notes();
  await group.submit(handler, "taken");
  const [a, taken, b] = await Promise.allSettled(["a", "taken", "b"].map((call) => group.submit(handler, call)));
  expect([a?.status, b?.status]).toEqual(["fulfilled", "fulfilled"]);
  expect(taken?.status === "rejected" && isDuplicateKey(taken.reason)).toBe(true);
});

test("a failed call leaves no hook behind: what runs after the commit is what was committed", async () => {
  const group = createGroupCommit(db);
  const hooks: string[] = [];
  const inner = notes();
  const handler: GroupHandler<string, string> = {
    ...inner,
    async run(calls, tx) {
      for (const call of calls) tx.afterCommit(() => hooks.push(call));
      return inner.run(calls, tx);
    },
  };
  const order: string[] = [];
  await Promise.allSettled(
    ["a", "bad", "b"].map((call) => group.submit(handler, call).then(() => order.push(`${call} after ${hooks.join()}`))),
  );
  expect(hooks).toEqual(["a", "b"]);
  expect(order).toEqual(["a after a", "b after a,b"]);
});

test.each([
  ["the database is away", Object.assign(new Error("gone"), { code: "ECONNREFUSED" })],
  ["the outcome of the commit is unknown", new CommitUnknown(new Error("gone"))],
  ["a lock was not to be had", Object.assign(new Error("lock wait"), { errno: 1205 })],
])("when %s, nothing is repeated in halves: every call rejects", async (_what, error) => {
  const transaction = jest.fn().mockRejectedValue(error);
  const group = createGroupCommit(fakeDatabase(transaction));
  const handler = notes();
  const results = await Promise.allSettled(["a", "b", "c"].map((call) => group.submit(handler, call)));
  expect(results).toEqual([1, 2, 3].map(() => ({ status: "rejected", reason: error })));
  expect(transaction).toHaveBeenCalledTimes(1);
});

test("a handler with too few outcomes fails clearly, for its own calls only", async () => {
  const group = createGroupCommit(db);
  const good = notes("good");
  const short: GroupHandler<string, string> = { name: "short", run: async () => [done("x")] };
  const results = await Promise.allSettled([group.submit(good, "a"), group.submit(short, "x"), group.submit(short, "y")]);
  expect(results.map((result) => result.status)).toEqual(["fulfilled", "rejected", "rejected"]);
  expect((results[1] as PromiseRejectedResult).reason).toBeInstanceOf(WrongNumberOfOutcomes);
  expect(String((results[1] as PromiseRejectedResult).reason)).toContain("short was given 2 calls and returned 1 outcomes");
});

test("calls with one conflict key never share a transaction, and keep their order", async () => {
  const group = createGroupCommit(db);
  const handler = notes("notes", { conflictKey: (call) => call.split("-")[1] });
  const order: string[] = [];
  const calls = ["1-x", "2-y", "3-x", "4", "5-x", "6-y"];
  await Promise.all(calls.map((call) => group.submit(handler, call).then(() => order.push(call))));
  expect(groups).toEqual([["1-x", "2-y", "4"], ["3-x", "6-y"], ["5-x"]]);
  expect(order.filter((call) => call.endsWith("-x"))).toEqual(["1-x", "3-x", "5-x"]);
});

test("two handlers of one name are refused", async () => {
  const group = createGroupCommit(db);
  await group.submit(notes("same"), "a");
  await expect(group.submit(notes("same"), "b")).rejects.toThrow("two group handlers of group are called same");
});

test("drained resolves when nothing waits or is in flight, failures included", async () => {
  const group = createGroupCommit(db, { max: 2 });
  await group.drained();
  let ended = 0;
  const handler = notes();
  for (const call of ["a", "bad", "c", "d", "e"])
    void group.submit(handler, call).then(
      () => ended++,
      () => ended++,
    );
  await group.drained();
  await Promise.resolve();
  expect(ended).toBe(5);
  expect(await stored()).toEqual(["a", "c", "d", "e"]);
});
