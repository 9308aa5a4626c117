/** Dead letters in a consumer's table, and what operators do to them. */
import { atEnd } from "../../../test/support/cleanup";
import { testDatabaseUrl } from "../../../test/support/database";
import { removeOld } from "../../clean-up";
import { CommitUnknown, type Database } from "../../database";
import { deferred } from "../../waiting";
import { applyOnce } from "../apply";
import { readEvent } from "../event";
import type { Desk } from "./desk";
import { by, consumer, deskOf, effect, effects, keep, letter, letters, openLetters, topic } from "./letters.fixture";
import { probeOf } from "./message";

let url: string;
let db: Database;
let broken: Set<string>;
let desk: Desk;

beforeEach(async () => {
  url = await testDatabaseUrl("letters");
  const opened = await openLetters(url);
  atEnd(() => opened.close());
  await opened.migrate();
  db = opened;
  broken = new Set();
  desk = deskOf(db, broken);
});

/** Keeps letters and gives their ids, in the order in which they stood. */
async function kept(...received: Parameters<typeof keep>[1][]): Promise<string[]> {
  await keep(db, ...received);
  return (await desk.list({ state: "OPEN", limit: 1_000 })).toSorted((a, b) => a.offset - b.offset).map(({ id }) => id);
}
const stateOf = async (id: string) => (await desk.show(id))?.state;

describe("collecting", () => {
  test("a letter is as the message was, with where it stood and the error", async () => {
    const [id] = await kept(letter("e1", { key: "東京", offset: 42, error: "TypeError: no", payload: '{"n":1}' }));
    expect(await desk.show(id!)).toEqual({
      ...{ id, consumer, topic, partition: 0, offset: 42, key: "東京", eventId: "e1", type: "thing.happened" },
      ...{ state: "OPEN", error: "TypeError: no", tries: 0, diedAt: 1_042, payload: '{"n":1}', audit: [] },
      headers: { ce_id: "e1", ce_type: "thing.happened", ce_time: expect.any(String) },
    });
  });

  test("what the topic delivers again is the same letter, whatever became of it, and is not open again", async () => {
    const again = letter("e1", { error: "Error: another time" });
    const [id] = await kept(letter("e1"), again);
    await desk.discard(id!, by);
    expect(await kept(again, letter("e1"))).toEqual([]);
    expect(await desk.list({})).toMatchObject([{ id, state: "DISCARDED" }]);
  });

  test("another message in the same place is another letter: a topic that was made anew counts from 0 again", async () => {
    expect(await kept(letter("e1"), letter("e2"))).toHaveLength(2);
  });

  test("probes are left out, and what somebody else put into the topic is kept", async () => {
    const place = { partition: 1, offset: "9" };
    const foreign = { ...place, topic: "test.v1.tester.dlq", key: "k", headers: { ce_type: "x".repeat(300) }, payload: "what?" };
    const [id] = await kept({ ...probeOf("test.v1.tester.dlq", consumer, 1), ...place }, foreign);
    expect(await desk.show(id!)).toMatchObject({ ...foreign, type: "x".repeat(190), offset: 9, state: "OPEN", diedAt: 5_000 });
  });

  test("two that collect the same letters at once keep each once", async () => {
    await Promise.all(Array.from({ length: 4 }, () => keep(db, ...letters(20))));
    expect(await desk.list({ state: "OPEN" })).toHaveLength(20);
  });
});

describe("lists", () => {
  test("are read page by page: OPEN ones the oldest first, others the newest first", async () => {
    const ids = await kept(...letters(5));
    const paged = async (state?: "OPEN") => {
      const found: string[] = [];
      for (
        let page = await desk.list({ state, limit: 2 });
        page.length > 0;
        page = await desk.list({ state, limit: 2, after: page.at(-1) })
      )
        found.push(...page.map(({ id }) => id));
      return found;
    };
    expect(await paged("OPEN")).toEqual(ids);
    expect(await paged()).toEqual(ids.toReversed());
    expect(await desk.list({ type: "another" })).toEqual([]);
    expect(await desk.list({ state: "REPLAYED" })).toEqual([]);
  });

  test("of another consumer in the same database are his own", async () => {
    const [id] = await kept(letter("e1"));
    const another = deskOf(db, broken, { consumer: "another" });
    expect(await another.list({})).toEqual([]);
    expect(await another.replay(id!, by)).toMatchObject({ ok: false, type: "DEAD_LETTER_NOT_FOUND" });
  });
});

describe("a replay", () => {
  test("I7: applies the event, notes that, closes the letter and writes who and why, in one transaction", async () => {
    const [id] = await kept(letter("e1"));
    expect(await desk.replay(id!, by)).toEqual({ ok: true, result: { id, verdict: "APPLIED" } });
    expect(await effects(db)).toEqual(["e1"]);
    expect(await db.select("select event_id from inbox_message where consumer = ?", [consumer])).toEqual([{ event_id: "e1" }]);
    const told = { consumer, letter: id, topic, eventId: "e1", type: "thing.happened", action: "replay", ...by };
    expect(await desk.show(id!)).toMatchObject({
      ...{ state: "REPLAYED", closedAt: expect.any(Number) },
      audit: [{ ...told, outcome: "APPLIED", number: expect.any(Number), at: expect.any(Number) }],
    });
  });

  test("I7: of an event that was applied meanwhile has no effect, and closes the letter", async () => {
    const message = letter("e1");
    const [id] = await kept(message);
    await applyOnce(db, consumer, 0, [{ message, event: readEvent(message), handler: effect(broken) }]);
    expect(await desk.replay(id!, by)).toMatchObject({ ok: true, result: { verdict: "ALREADY_APPLIED" } });
    expect(await effects(db)).toEqual(["e1"]);
    expect(await stateOf(id!)).toBe("REPLAYED");
  });

  test("that fails leaves the letter OPEN with its newest error, and nothing else but who tried", async () => {
    const [id] = await kept(letter("e1"));
    broken.add("e1");
    const refused = { ok: false, type: "DEAD_LETTER_FAILED", detail: "TypeError: no such thing as e1" };
    expect([await desk.replay(id!, by), await desk.replay(id!, by)]).toEqual([refused, refused]);
    expect([await effects(db), await db.select("select * from inbox_message")]).toEqual([[], []]);
    expect(await desk.show(id!)).toMatchObject({ state: "OPEN", error: refused.detail, tries: 2, audit: [{ outcome: "FAILED" }, by] });
    broken.clear();
    expect(await desk.replay(id!, by)).toMatchObject({ ok: true });
    expect(await effects(db)).toEqual(["e1"]);
  });

  test("what the handler has held back to the end can fail too", async () => {
    const [id] = await kept(letter("e1"));
    const nowhere = deskOf(db, broken, { handlerOf: () => async (_events, tx) => tx.insertLater("nowhere", [{ x: 1 }]) });
    expect(await nowhere.tryOut(id!)).toMatchObject({ verdict: "FAILED", detail: expect.stringContaining("nowhere") });
    expect(await nowhere.replay(id!, by)).toMatchObject({ type: "DEAD_LETTER_FAILED", detail: expect.stringContaining("nowhere") });
    expect(await stateOf(id!)).toBe("OPEN");
  });

  test("when the world is what fails says nothing of the event: it is not noted", async () => {
    const [id] = await kept(letter("e1"));
    const later = Object.assign(new Error("later"), { retryable: true });
    const away = deskOf(db, broken, { handlerOf: () => () => Promise.reject(later) });
    await expect(away.replay(id!, by)).rejects.toBe(later);
    await expect(away.tryOut(id!)).rejects.toBe(later);
    expect(await desk.show(id!)).toMatchObject({ state: "OPEN", error: "Error: no", tries: 0, audit: [] });
  });

  test("of what is no event, or of no handler, is refused and tells why; it can be discarded", async () => {
    const [nameless, broken, unknown] = await kept(
      letter("", { key: "a", offset: 1 }),
      letter("e2", { key: "b", offset: 2, payload: "{" }),
      letter("e3", { key: "c", offset: 3, headers: { ce_type: "constructor" } }),
    );
    const why = async (id?: string) => {
      const outcome = await desk.replay(id!, by);
      return outcome.ok ? outcome.result : `${outcome.type}: ${outcome.detail}`;
    };
    expect(await why(nameless)).toMatch(/^DEAD_LETTER_NOT_REPLAYABLE: It can't be read: Error: no event: ce_id/);
    expect(await why(broken)).toMatch(/^DEAD_LETTER_NOT_REPLAYABLE: It can't be read: SyntaxError/);
    expect(await why(unknown)).toBe("DEAD_LETTER_NOT_REPLAYABLE: tester has no handler for constructor of test.v1");
    expect(await desk.discard(nameless!, by)).toMatchObject({ ok: true, result: { state: "DISCARDED" } });
  });

  test("I7: two at once have one effect, and the other is told", async () => {
    const [id] = await kept(letter("e1"));
    const other = await openLetters(url);
    atEnd(() => other.close());
    const outcomes = await Promise.all([desk.replay(id!, by), deskOf(other, broken).replay(id!, { who: "lee", why: "I too" })]);
    expect(outcomes.map((outcome) => (outcome.ok ? outcome.result.verdict : outcome.type)).toSorted()).toEqual([
      "APPLIED",
      "DEAD_LETTER_CLOSED",
    ]);
    expect(await effects(db)).toEqual(["e1"]);
    expect(await desk.audit({})).toHaveLength(1);
  });

  test("I7: a replay beside a delivery of the same event has one effect", async () => {
    const received = letters(10, 10);
    const ids = await kept(...received);
    const deliveries = received.map((message) => ({ message, event: readEvent(message), handler: effect(broken) }));
    const replaying = Promise.all(ids.map((id) => desk.replay(id, by)));
    await Promise.all([replaying, ...deliveries.map((delivery) => applyOnce(db, consumer, 0, [delivery]))]);
    expect((await effects(db)).toSorted()).toEqual(deliveries.map(({ event }) => event.id).toSorted());
    expect(await desk.list({ state: "REPLAYED" })).toHaveLength(10);
  });

  test("I7: a commit of unknown outcome is not repeated; who asks again is told that it is done", async () => {
    const [id] = await kept(letter("e1"));
    const lost = Object.assign(Object.create(db) as Database, {
      transaction: async (...args: Parameters<Database["transaction"]>) => {
        await db.transaction(...args);
        throw new CommitUnknown(new Error("connection lost"));
      },
    });
    await expect(deskOf(lost, broken).replay(id!, by)).rejects.toThrow(CommitUnknown);
    expect(await desk.replay(id!, by)).toMatchObject({ type: "DEAD_LETTER_CLOSED", detail: "It is REPLAYED" });
    expect(await effects(db)).toEqual(["e1"]);
  });
});

describe("discarding", () => {
  test("closes a letter for good, with who and why; a second time is refused", async () => {
    const [id] = await kept(letter("e1"));
    expect(await desk.discard(id!, by)).toMatchObject({ ok: true, result: { id, state: "DISCARDED", closedAt: expect.any(Number) } });
    expect(await desk.discard(id!, by)).toEqual({ ok: false, type: "DEAD_LETTER_CLOSED", detail: "It is DISCARDED" });
    expect(await desk.replay(id!, by)).toMatchObject({ type: "DEAD_LETTER_CLOSED" });
    expect(await desk.discard("dl_x", by)).toMatchObject({ type: "DEAD_LETTER_NOT_FOUND" });
    expect(await desk.audit({ letter: id })).toMatchObject([{ action: "discard", outcome: "DISCARDED", ...by }]);
    expect(await effects(db)).toEqual([]);
  });

  test("beside a replay one of them acts", async () => {
    const [id] = await kept(letter("e1"));
    const holding = deferred();
    const slow = deskOf(db, broken, { handlerOf: () => async (events, tx) => (await holding.promise, effect(broken)(events, tx)) });
    const both = Promise.all([slow.replay(id!, by), desk.discard(id!, by)]);
    holding.resolve();
    expect((await both).map(({ ok }) => ok).filter(Boolean)).toHaveLength(1);
    expect(await desk.audit({})).toHaveLength(1);
    expect(await effects(db)).toHaveLength((await stateOf(id!)) === "REPLAYED" ? 1 : 0);
  });
});

test("what operators did is read page by page, the newest first, and outlives the letters that were seen to long ago", async () => {
  const ids = await kept(...letters(3, 3));
  for (const id of ids.slice(0, 2)) await desk.discard(id, by);
  const closed = { table: "dead_letter", key: "id", time: "closed_at" };
  expect(await removeOld(db, closed, Date.now() + 1, 100)).toBe(2);
  expect((await desk.list({})).map(({ id }) => id)).toEqual([ids[2]]);
  const [newest] = await desk.audit({ limit: 1 });
  expect([newest!.letter, ...(await desk.audit({ before: newest })).map((entry) => entry.letter)]).toEqual([ids[1], ids[0]]);
});
