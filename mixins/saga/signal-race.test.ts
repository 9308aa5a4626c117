/** I6: a signal is not slept through, whoever of its sender and the saga that begins to wait is first. */
import { testDialect } from "../../test/support/database";
import { createGroupCommit } from "../group-commit";
import { approvedTrip, beforeCommit, noting, openWaiting, sleepy, withTransaction } from "./waits.fixture";
import { held, patience, Scene, type TestEngine } from "./world.fixture";

const scene = new Scene();
const { type } = approvedTrip;
const approval = { by: "ann" };

async function expectDone({ engine }: TestEngine): Promise<void> {
  expect(await engine.result(approvedTrip, scene.id, patience)).toMatchObject({ status: "COMPLETED", results: { approval } });
}

/** Where a row's lock keeps transactions apart. On SQLite the second has not begun before the first has ended. */
const locksRows = testDialect === "mysql";

/** The world's database, telling of the statement that a test waits for. */
function watched(statement: string) {
  const seen = Promise.withResolvers<void>();
  const db = withTransaction(scene.world.db, (tx, work) => {
    return work(noting(tx, (sql) => void (sql.includes(statement) && seen.resolve())));
  });
  return { db, seen: seen.promise };
}

test("one that is being sent while the wait is written", async () => {
  const pause = held("seat.book");
  const log = watched("from saga_signal"); // sent with the update before it
  const asked = Promise.withResolvers<void>();
  const owner = await openWaiting(scene, {
    timings: sleepy,
    faults: pause.faults,
    group: () => {
      const group = createGroupCommit(log.db);
      return {
        drained: () => group.drained(),
        submit: (handler, call) => {
          const outcome = group.submit(handler, call);
          if (handler.name === "saga.log") setImmediate(() => setImmediate(asked.resolve));
          return outcome;
        },
      };
    },
  });
  void owner.engine.run(approvedTrip, scene.trip(), 0);
  await pause.reached;
  await scene.world.db.transaction(async (tx) => {
    expect(await owner.engine.signal(type, scene.id, "approval", approval, tx)).toBe("KEPT");
    pause.letGo();
    // The wait's transaction has begun, and can't have ended.
    await (locksRows ? log.seen : asked.promise);
  });
  await expectDone(owner);
});

test("one that is sent while the wait is written and not committed", async () => {
  const gate = beforeCommit(scene.world.db);
  const owner = await openWaiting(scene, { timings: sleepy, group: gate.group });
  void owner.engine.run(approvedTrip, scene.trip(), 0);
  await gate.written;
  const sender = watched("from saga_instance");
  const sending = sender.db.transaction((tx) => owner.engine.signal(type, scene.id, "approval", approval, tx));
  if (locksRows) await sender.seen;
  gate.commit();
  expect(await sending).toBe("KEPT");
  await expectDone(owner);
});
