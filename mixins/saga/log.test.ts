/** What is written when, and what happens when a write fails. */
import { createGroupCommit, type GroupCommit } from "../group-commit";
import { bookTrip, stepNames } from "./trips.fixture";
import { noting, withTransaction } from "./waits.fixture";
import { all, failing, Scene, patience } from "./world.fixture";
const scene = new Scene();

/** Lets the first write of a run fail in the given way. */
function failingOnce(fails: (submit: () => Promise<unknown>) => Promise<unknown>) {
  return (group: GroupCommit): GroupCommit => {
    let failed = false;
    return {
      drained: () => group.drained(),
      submit: (handler, call) => {
        const submit = () => group.submit(handler, call);
        if (failed || handler.name !== "saga.log") return submit();
        failed = true;
        return fails(submit) as ReturnType<typeof submit>;
      },
    };
  };
}

/** The commit happened, and nobody was told. */
const unacknowledged = failingOnce(async (submit) => {
  await submit();
  throw new Error("connection lost while it committed");
});

/** Notes what is written. */
function notingWrites(writes: string[]) {
  return (group: GroupCommit): GroupCommit => ({
    drained: () => group.drained(),
    submit: (handler, call) => {
      writes.push(handler.name);
      return group.submit(handler, call);
    },
  });
}

describe("the log", () => {
  test("a write that failed is repeated", async () => {
    const { engine } = await scene.open({ group: failingOnce(() => Promise.reject(new Error("database away"))) });
    expect(await engine.run(bookTrip, scene.trip({ refuse: "charge" }), patience)).toMatchObject({ status: "COMPENSATED" });
    expect(await scene.net()).toEqual(all(0));
  });

  test("I1: an end whose commit was not acknowledged is not written twice, and is told", async () => {
    const { engine } = await scene.open({ group: unacknowledged });
    expect(await engine.run(bookTrip, scene.trip(), patience)).toMatchObject({ status: "COMPLETED", results: { seat: { row: 7 } } });
    expect(await scene.world.ends(scene.id)).toHaveLength(1);
  });

  test("I3: a decision whose commit was not acknowledged is written again and carried out", async () => {
    const { engine } = await scene.open({ group: unacknowledged });
    expect(await engine.run(bookTrip, scene.trip({ refuse: "charge" }), patience)).toMatchObject({ status: "COMPENSATED" });
    expect(await scene.net()).toEqual(all(0));
    expect(await scene.world.ends(scene.id)).toHaveLength(1);
    expect(await engine.status(bookTrip.type, scene.id)).toMatchObject({ epoch: 1 });
  });

  test("while all goes well a saga is one trail row and two writes of its host", async () => {
    const writes: string[] = [];
    const { engine } = await scene.open({ group: notingWrites(writes) });
    await engine.run(bookTrip, scene.trip(), patience);
    expect(writes).toEqual(["saga.start", "saga.log"]);
    const rows = await scene.world.db.select<{ step: string; detail: string }>(
      "select step, detail from saga_step where business_key = ?",
      [scene.id],
    );
    expect(rows).toMatchObject([{ step: "*" }]);
    expect((JSON.parse(rows[0]?.detail ?? "") as unknown[][]).map(([step]) => step).sort()).toEqual([...stepNames].sort());
  });

  test("a saga without waits costs no statement for them", async () => {
    const statements: string[] = [];
    const noted = withTransaction(scene.world.db, (tx, work) => work(noting(tx, (sql) => statements.push(sql))));
    const { engine } = await scene.open({ group: () => createGroupCommit(noted) });
    await engine.run(bookTrip, scene.trip(), patience);
    const words = statements.map((sql) => sql.trim().split(/\s+/).slice(0, 3).join(" "));
    expect(words).toEqual(["insert into saga_instance", "update saga_instance set", "insert into saga_step", "insert into trip_end"]);
  });

  test("once something doesn't, it has a row for each step and attempt", async () => {
    const { engine } = await scene.open({ faults: failing("seat.guide", 1) });
    await engine.run(bookTrip, scene.trip({ refuse: "charge" }), patience);
    const rows = await scene.world.db.select<{ step: string }>(
      "select step, phase, outcome, attempt from saga_step where business_key = ? order by epoch, seq",
      [scene.id],
    );
    expect(rows).toContainEqual({ step: "guide", phase: 1, outcome: 3, attempt: 1 });
    expect(rows).toContainEqual({ step: "guide", phase: 1, outcome: 1, attempt: 2 });
    expect(rows).toContainEqual({ step: "charge", phase: 1, outcome: 2, attempt: 1 });
    expect(rows).toContainEqual({ step: "guide", phase: 2, outcome: 1, attempt: 1 });
  });

  test("a refused first step ends the saga in one write", async () => {
    const writes: string[] = [];
    const { engine } = await scene.open({ group: notingWrites(writes) });
    expect(await engine.run(bookTrip, scene.trip({ day: true, refuse: "seat" }), patience)).toMatchObject({ status: "COMPENSATED" });
    expect(writes).toEqual(["saga.start", "saga.log"]);
  });

  test("a second saga of one type and key is refused by the key", async () => {
    const { engine } = await scene.open();
    await engine.run(bookTrip, scene.trip(), patience);
    await expect(engine.run(bookTrip, scene.trip(), patience)).rejects.toThrow();
  });
});
