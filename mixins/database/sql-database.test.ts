/** What happens when a statement or a commit fails in ways that a real database shows seldom. */
import { sqlite } from "./dialect";
import type { Engine, Session } from "./engine";
import { CommitUnknown, SqliteError } from "./errors";
import { SqlDatabase } from "./sql-database";

const busy = new SqliteError("busy", 5);

/** A database whose sessions do what they are told and write down what they were asked. */
function scripted(fail: Partial<Record<"begin" | "run" | "commit" | "rollback", Error[]>>) {
  const log: string[] = [];
  const step = async (name: keyof typeof fail) => {
    log.push(name);
    const error = fail[name]?.shift();
    if (error) throw error;
  };
  const session: Session = {
    run: async () => {
      await step("run");
      return { rows: [], changes: 1 };
    },
    commit: () => step("commit"),
    rollback: () => step("rollback"),
    discard: async () => void log.push("discard"),
  };
  const engine = {
    dialect: sqlite,
    begin: async () => {
      await step("begin");
      return session;
    },
  } as Partial<Engine> as Engine;
  return { db: new SqlDatabase("scripted", engine, []), log };
}

const lost = Object.assign(new Error("gone"), { code: "PROTOCOL_CONNECTION_LOST", fatal: true });

test("a commit of unknown outcome rejects, is never repeated, and its connection is thrown away", async () => {
  const { db, log } = scripted({ commit: [lost] });
  const after = jest.fn();
  const work = db.transaction(async (tx) => {
    await tx.execute("x");
    tx.afterCommit(after);
  });
  await expect(work).rejects.toBeInstanceOf(CommitUnknown);
  expect(log).toEqual(["begin", "run", "commit", "discard"]);
  expect(after).not.toHaveBeenCalled();
});

test("a commit that the database refused as the loser of a conflict is repeated from the start", async () => {
  const { db, log } = scripted({ commit: [busy] });
  await db.transaction((tx) => tx.execute("x"));
  expect(log).toEqual(["begin", "run", "commit", "discard", "begin", "run", "commit"]);
});

test("a lost connection fails the transaction at once; a connection that can't roll back is thrown away", async () => {
  const { db, log } = scripted({ run: [lost], rollback: [lost] });
  await expect(db.transaction((tx) => tx.execute("x"))).rejects.toBe(lost);
  expect(log).toEqual(["begin", "run", "rollback", "discard"]);
});

test("a database that is busy at the start of a transaction is tried again", async () => {
  const { db, log } = scripted({ begin: [busy, busy] });
  await db.transaction(async () => undefined);
  expect(log).toEqual(["begin", "begin", "begin", "commit"]);
});
