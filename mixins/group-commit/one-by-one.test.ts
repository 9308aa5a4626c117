import fc from "fast-check";

import { testDatabase } from "../../test/support/database";
import { expectSameOneByOne, OneByOne, oneByOneTimeoutMs } from "../../test/support/one-by-one";
import { type Database, isDuplicateKey, type Migration, type Tx } from "../database";
import { done, refused } from "../outcome";
import { createGroupCommit, type GroupHandler } from ".";

jest.setTimeout(oneByOneTimeoutMs);

const tables: Migration = {
  name: "0001-jars",
  async up(tx) {
    await tx.execute(
      `create table jar (id varchar(64) primary key, holds integer not null, check (holds >= 0)) ${tx.dialect.tableOptions}`,
    );
    await tx.execute(`create table receipt (id varchar(64) primary key, jar varchar(64) not null) ${tx.dialect.tableOptions}`);
  },
};

interface Move {
  jar: string;
  by: number;
}

/** Decides moves in order under locks, then writes each jar once. What a jar doesn't hold is refused. */
const move: GroupHandler<Move, number> = {
  name: "move",
  async run(calls, tx) {
    const rows = await tx.select<{ id: string; holds: number }>(`select id, holds from jar order by id ${tx.dialect.forUpdate}`);
    const held = new Map(rows.map(({ id, holds }) => [id, holds]));
    const outcomes = calls.map(({ jar, by }) => {
      const holds = held.get(jar);
      if (holds === undefined) return refused("UNKNOWN");
      if (holds + by < 0) return refused("TOO_LITTLE", undefined, { holds, by });
      held.set(jar, holds + by);
      return done(holds + by);
    });
    for (const { id, holds } of rows)
      if (held.get(id) !== holds) await tx.execute("update jar set holds = ? where id = ?", [held.get(id), id]);
    return outcomes;
  },
};

interface Receipt {
  id: string;
  jar: string;
}

/** One receipt for an id: those that come together are decided in one transaction after the other. */
const note: GroupHandler<Receipt, string> = {
  name: "note",
  conflictKey: ({ id }) => id,
  async run(calls, tx) {
    const known = await tx.select<Receipt>("select id, jar from receipt where id in (?)", [calls.map(({ id }) => id)]);
    const outcomes = calls.map(({ id, jar }) => done(known.find((one) => one.id === id)?.jar ?? jar));
    await write(
      tx,
      calls.filter(({ id }) => !known.some((one) => one.id === id)),
    );
    return outcomes;
  },
};

/** The same without looking: an id that is known makes the transaction throw. */
const noteBlindly: GroupHandler<Receipt, string> = {
  name: "a blind note",
  async run(calls, tx) {
    await write(tx, calls);
    return calls.map(({ jar }) => done(jar));
  },
};

async function write(tx: Tx, receipts: readonly Receipt[]): Promise<void> {
  await tx.insert(
    "receipt",
    receipts.map(({ id, jar }) => ({ id, jar })),
  );
}

const plain = { noNullPrototype: true } as const;
const jar = fc.constantFrom("a", "b", "unknown");
const id = fc.constantFrom("1", "2", "3");
const moves = fc.record({ move: fc.record({ jar, by: fc.integer({ min: -4, max: 4 }) }, plain) }, plain);
const notes = fc.record({ note: fc.record({ id, jar }, plain) }, plain);
const blind = fc.record({ blind: fc.record({ id, jar }, plain) }, plain);
type Call = { move: Move } | { note: Receipt } | { blind: Receipt };

let db: Database;
let group: ReturnType<typeof createGroupCommit>;
let jars: OneByOne<Call>;

beforeAll(async () => {
  db = await testDatabase("jars", [tables]);
  group = createGroupCommit(db);
  jars = new OneByOne<Call>({
    db,
    group,
    fill: async (tx) =>
      void (await tx.insert("jar", [
        { id: "a", holds: 3 },
        { id: "b", holds: 0 },
      ])),
    mayThrow: isDuplicateKey,
    async send(call) {
      if ("move" in call) return group.submit(move, { ...call.move });
      return "note" in call ? group.submit(note, { ...call.note }) : group.submit(noteBlindly, { ...call.blind });
    },
  });
});

test("any mix of granted, refused and repeated calls comes to what the calls come to one by one, in the order of arrival", () =>
  expectSameOneByOne(jars, fc.oneof(moves, notes)));

test("so does a mix in which calls make each other's transaction throw", () => expectSameOneByOne(jars, fc.oneof(moves, blind, notes)));
