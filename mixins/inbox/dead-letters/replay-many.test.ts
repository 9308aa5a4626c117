/** Many dead letters: those of one key in their order, all of them step by step, and what all that would come to. */
import { spawn } from "node:child_process";
import { join } from "node:path";

import { atEnd } from "../../../test/support/cleanup";
import { testDatabaseUrl } from "../../../test/support/database";
import { waitFor } from "../../../test/support/wait";
import type { Database } from "../../database";
import type { Desk } from "./desk";
import { by, deskOf, effects, keep, letter, letters, openLetters } from "./letters.fixture";

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

describe("letters of one key", () => {
  test("are replayed in their order: one waits for what stood before it, and for nothing else", async () => {
    const [first, second, other] = await kept(
      letter("e1", { offset: 1 }),
      letter("e2", { offset: 2 }),
      letter("e3", { key: "another", offset: 3 }),
    );
    expect(await desk.replay(second!, by)).toMatchObject({ type: "DEAD_LETTER_BEHIND", detail: expect.stringContaining(first!) });
    expect(await desk.replay(other!, by)).toMatchObject({ ok: true });
    await desk.discard(first!, by);
    expect(await desk.replay(second!, by)).toMatchObject({ ok: true });
    expect(await effects(db)).toEqual(["e3", "e2"]);
  });

  test("all of them: behind one that fails the rest of its key stays OPEN, other keys go on", async () => {
    const ids = await kept(...letters(9));
    broken.add("e3");
    const verdicts = ({ replays }: { replays: readonly { id: string; verdict: string }[] }) =>
      replays.map(({ id, verdict }) => [ids.indexOf(id), verdict]);
    const expected = [0, 1, 2, 3, 4, 5, 6, 7, 8].map((n) => [n, n === 3 ? "FAILED" : n === 6 ? "BEHIND" : "APPLIED"]);
    expect(verdicts(await desk.tryOutAll({}))).toEqual(expected);
    expect(await effects(db)).toEqual([]);
    expect(verdicts(await desk.replayAll({}, by))).toEqual(expected);
    expect(await effects(db)).toEqual([0, 1, 2, 4, 5, 7, 8].map((n) => `e${n}`));
    broken.clear();
    expect(verdicts(await desk.replayAll({}, by))).toEqual([
      [3, "APPLIED"],
      [6, "APPLIED"],
    ]);
    expect((await effects(db)).slice(-2)).toEqual(["e3", "e6"]);
  });
});

describe("all, step by step", () => {
  test("each step looks at so many and tells where the next begins, also past those that stay OPEN", async () => {
    const ids = await kept(...letters(7, 7));
    broken.add("e1");
    const seen: string[][] = [];
    for (let step = await desk.replayAll({ limit: 3 }, by); ; step = await desk.replayAll({ limit: 3, after: step.next }, by)) {
      seen.push(step.replays.map(({ id }) => id));
      if (!step.next) break;
    }
    expect(seen).toEqual([ids.slice(0, 3), ids.slice(3, 6), ids.slice(6)]);
    expect(await desk.list({ state: "OPEN" })).toMatchObject([{ eventId: "e1" }]);
  });

  test("of one type", async () => {
    await kept(letter("e1", { offset: 1, headers: { ce_type: "another" } }), letter("e2", { key: "b", offset: 2 }));
    expect((await desk.replayAll({ type: "thing.happened" }, by)).replays).toHaveLength(1);
    expect(await effects(db)).toEqual(["e2"]);
  });

  test("I7: two operators at once apply each event once, in the order of its key", async () => {
    await kept(...letters(30));
    const other = await openLetters(url);
    atEnd(() => other.close());
    await Promise.all([desk.replayAll({}, by), deskOf(other, broken).replayAll({}, by)]);
    await desk.replayAll({}, by); // one that was BEHIND in both, because its predecessor was just being replayed
    await expectAllApplied(30);
  });

  test("I7: kill -9 at any moment: each event was applied once, in the order of its key, with one audit row", async () => {
    await kept(...letters(60));
    for (const lines of [5, 12, 3]) await replayAndKill(lines);
    await desk.replayAll({}, by);
    await expectAllApplied(60);
  }, 60_000);

  async function expectAllApplied(count: number): Promise<void> {
    const all = Array.from({ length: count }, (_, n) => n);
    const applied = (await effects(db)).map((id) => Number(id.slice(1)));
    expect(applied.toSorted((a, b) => a - b)).toEqual(all);
    for (const key of [0, 1, 2]) expect(applied.filter((n) => n % 3 === key)).toEqual(all.filter((n) => n % 3 === key));
    expect((await desk.audit({ limit: 1_000 })).map(({ outcome }) => outcome)).toEqual(all.map(() => "APPLIED"));
  }

  async function replayAndKill(afterLines: number): Promise<void> {
    const fixture = join(__dirname, "replay-for-ever.fixture.ts");
    const child = spawn(process.execPath, ["--import", "tsx", fixture, url], { stdio: ["ignore", "pipe", "inherit"] });
    const gone = new Promise((resolve) => child.once("exit", resolve));
    let output = "";
    child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
    const told = () => output.split("\n").length > afterLines;
    await waitFor(() => told() || child.exitCode !== null, { what: "replays", timeoutMs: 30_000 });
    child.kill("SIGKILL");
    await gone;
    expect(told()).toBe(true);
  }
});

describe("a dry run", () => {
  test("tells what would come of it, and leaves everything as it was", async () => {
    const [good, bad] = await kept(letter("e1", { key: "a", offset: 1 }), letter("e2", { key: "b", offset: 2 }));
    broken.add("e2");
    expect(await desk.tryOut(good!)).toEqual({ id: good, verdict: "APPLIED" });
    expect(await desk.tryOut(bad!)).toEqual({ id: bad, verdict: "FAILED", detail: "TypeError: no such thing as e2" });
    expect(await desk.tryOut("dl_x")).toEqual({ id: "dl_x", verdict: "NOT_FOUND" });
    expect([await effects(db), await db.select("select * from inbox_message"), await desk.audit({})]).toEqual([[], [], []]);
    expect(await desk.list({ state: "OPEN" })).toMatchObject([{ tries: 0 }, { tries: 0, error: "Error: no" }]);
  });

  test("tries letters of one key on top of each other, and those of a step before are BEHIND", async () => {
    const [, second, third] = await kept(...letters(3, 1));
    expect((await desk.tryOutAll({ limit: 2 })).replays.map(({ verdict }) => verdict)).toEqual(["APPLIED", "APPLIED"]);
    const { next } = await desk.tryOutAll({ limit: 2 });
    expect((await desk.tryOutAll({ limit: 2, after: next })).replays).toMatchObject([{ id: third, verdict: "BEHIND" }]);
    expect(await desk.tryOut(second!)).toMatchObject({ verdict: "BEHIND" });
  });
});
