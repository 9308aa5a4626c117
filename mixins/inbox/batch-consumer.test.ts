import type { Service } from "moleculer";

import { testDatabase } from "../../test/support/database";
import type { Database } from "../database";
import type { BusMessage, ReceivedMessage } from "../event-bus";
import { deferred } from "../waiting";
import { applyOnce } from "./apply";
import { BatchConsumer, type BatchOptions } from "./batch-consumer";
import { cleanUp } from "./clean-up";
import { type EventHandler, hostedBy, readEvent } from "./event";
import { createInboxTable } from "./table";

const topic = "test.v1";
const never = new AbortController().signal;

let db: Database;
let published: BusMessage[];
let busAway: boolean;
let alerts: string[];

const bus: BatchOptions["bus"] = {
  async publish(messages: readonly BusMessage[]) {
    if (busAway) throw new Error("the bus is away");
    published.push(...messages);
  },
};

beforeAll(async () => {
  db = await testDatabase("inbox", [
    {
      name: "0001-inbox",
      async up(tx) {
        await createInboxTable(tx);
        await tx.execute(
          `create table if not exists effect (event_id varchar(64) not null, n integer not null) ${tx.dialect.tableOptions}`,
        );
      },
    },
  ]);
});
beforeEach(async () => {
  published = [];
  busAway = false;
  alerts = [];
  await db.transaction(async (tx) => {
    await tx.execute("delete from effect");
    await tx.execute("delete from inbox_message");
  });
});

let offset = 0;
function message(id: string, type = "thing.happened", payload = "{}"): ReceivedMessage {
  const headers = { ce_id: id, ce_type: type, ce_time: "2026-01-02T03:04:05.678Z" };
  return { topic, partition: 0, offset: String(offset++), key: "k", headers, payload };
}

/** Not guarded against repetition: an event that is applied twice leaves two rows. */
const effect: EventHandler = async (events, tx) => {
  await tx.insert(
    "effect",
    events.map(({ id }) => ({ event_id: id, n: 1 })),
  );
};
const effects = async () =>
  (await db.select<{ event_id: string }>("select event_id from effect order by event_id")).map((row) => row.event_id);

function consumer(handlers: Record<string, EventHandler>, options: Partial<BatchOptions> = {}): BatchConsumer {
  return new BatchConsumer({
    applying: (deliveries, apply) => apply(deliveries),
    db,
    bus,
    consumer: "tester",
    subscriptions: [{ topic, handlers }],
    lingerMs: 0,
    tries: 3,
    retryMs: { base: 1, cap: 2 },
    clock: Date.now,
    logger: { warn: () => undefined, error: (text) => void alerts.push(text) },
    signal: never,
    ...options,
  });
}

test("a handler gets the event with its attributes", async () => {
  const seen = deferred<unknown>();
  const handler: EventHandler = async ([event]) => seen.resolve(event);
  await consumer({ "thing.happened": handler }).consume([message("e1", "thing.happened", '{"a":[1,"東京"]}')]);
  expect(await seen.promise).toMatchObject({
    id: "e1",
    type: "thing.happened",
    at: Date.UTC(2026, 0, 2, 3, 4, 5, 678),
    key: "k",
    data: { a: [1, "東京"] },
  });
});

test("I7: an event that comes again, in a later batch or in the same one, is applied once", async () => {
  const inbox = consumer({ "thing.happened": effect });
  await inbox.consume([message("e1"), message("e2"), message("e1")]);
  await inbox.consume([message("e2"), message("e3"), message("e2")]);
  await inbox.consume([message("e1")]);
  expect(await effects()).toEqual(["e1", "e2", "e3"]);
});

test("I7: two consumers of one name that handle the same events at the same time apply them once, and neither fails", async () => {
  const deliveries = Array.from({ length: 20 }, (_, n) => message(`e${n}`)).map((one) => ({
    message: one,
    event: readEvent(one),
    handler: effect,
  }));
  await Promise.all(Array.from({ length: 4 }, () => applyOnce(db, "tester", 0, deliveries)));
  expect(await effects()).toHaveLength(20);
});

test("consumers of different names don't see each other's rows", async () => {
  await consumer({ "thing.happened": effect }).consume([message("e1")]);
  await consumer({ "thing.happened": effect }, { consumer: "another" }).consume([message("e1")]);
  expect(await effects()).toEqual(["e1", "e1"]);
});

describe("consecutive events of one handler are handed over together, in the order of the batch", () => {
  const calls: string[] = [];
  const noting = (): EventHandler => async (events) => void calls.push(events.map(({ id }) => id).join());
  beforeEach(() => void calls.splice(0));
  const batch = () => [message("1", "a"), message("2", "a"), message("3", "b"), message("4", "a"), message("5", "c")];

  test("each type has its own", async () => {
    await consumer({ a: noting(), b: noting(), c: noting() }).consume(batch());
    expect(calls).toEqual(["1,2", "3", "4", "5"]);
  });

  test("one takes two types, also when it is told of its service", async () => {
    const both = noting();
    const [hosted] = hostedBy({} as Service, [{ topic, handlers: { a: both, b: both, c: noting() } }]);
    await consumer(hosted!.handlers).consume(batch());
    expect(calls).toEqual(["1,2,3,4", "5"]);
  });
});

test("batches of several partitions share a transaction; one that can't be applied takes none of the others along", async () => {
  const choosy: EventHandler = async (events, tx) => {
    await effect(events, tx);
    if (events.some(({ id }) => id === "poison")) throw new TypeError("no such thing");
  };
  const inbox = consumer({ "thing.happened": choosy });
  const transactions = jest.spyOn(db, "transaction");
  await Promise.all(["e1", "e2", "e3"].map((id) => inbox.consume([message(id)])));
  expect(transactions).toHaveBeenCalledTimes(1);
  transactions.mockRestore();
  await Promise.all(["e4", "poison", "e5"].map((id) => inbox.consume([message(id)])));
  expect(await effects()).toEqual(["e1", "e2", "e3", "e4", "e5"]);
  expect(published.map(({ headers }) => headers.ce_id)).toEqual(["poison"]);
});

test("events without a handler are skipped, also one named like a method of every object", async () => {
  await consumer({ "thing.happened": effect }).consume([message("e1", "other"), message("e2", "constructor"), message("e3")]);
  expect(await effects()).toEqual(["e3"]);
  expect(await db.select("select event_id from inbox_message")).toHaveLength(1);
  expect(published).toEqual([]);
});

test("I7: a try that fails leaves nothing, the next one applies everything once", async () => {
  let tries = 0;
  const flaky: EventHandler = async (events, tx) => {
    await effect(events, tx);
    if (++tries < 3) throw new Error("not yet");
  };
  await consumer({ a: effect, b: flaky }).consume([message("1", "a"), message("2", "b")]);
  expect(await effects()).toEqual(["1", "2"]);
  expect(published).toEqual([]);
});

describe("an event that can't be applied", () => {
  const choosy: EventHandler = async (events, tx) => {
    await effect(events, tx);
    if (events.some(({ id }) => id === "poison")) throw new TypeError("no such thing");
  };

  test("I6: goes to the dead letters with the error, and the rest of the batch is applied once", async () => {
    const poison = message("poison", "thing.happened", '{"n":1}');
    await consumer({ "thing.happened": choosy }).consume([message("e1"), poison, message("e2")]);
    expect(await effects()).toEqual(["e1", "e2"]);
    expect(published).toEqual([
      {
        topic: "test.v1.tester.dlq",
        key: "k",
        payload: '{"n":1}',
        headers: {
          ...poison.headers,
          dlq_topic: topic,
          dlq_partition: "0",
          dlq_offset: poison.offset,
          dlq_consumer: "tester",
          dlq_error: "TypeError: no such thing",
          dlq_at: expect.stringMatching(/Z$/),
        },
      },
    ]);
    expect(alerts).toHaveLength(1);
  });

  test("a replay of a dead letter is applied, because it has no row", async () => {
    const poison = message("poison");
    await consumer({ "thing.happened": choosy }).consume([poison]);
    await consumer({ "thing.happened": effect }).consume([poison]);
    expect(await effects()).toEqual(["poison"]);
  });

  test("a message that is no event, or not JSON, goes to the dead letters at once", async () => {
    const nameless = { ...message("x"), headers: { ce_type: "thing.happened" } };
    const timeless = { ...message("y"), headers: { ...message("y").headers, ce_time: "yesterday" } };
    await consumer({ "thing.happened": effect }).consume([message("broken", "thing.happened", "{"), nameless, timeless, message("e1")]);
    expect(await effects()).toEqual(["e1"]);
    expect(published.map(({ headers }) => headers.dlq_error)).toEqual([
      expect.stringContaining("SyntaxError"),
      expect.stringContaining("ce_id"),
      expect.stringContaining("yesterday"),
    ]);
  });

  test("I7: while the dead letter can't be published the batch is rejected; when it can, nothing is applied twice or lost", async () => {
    const batch = [message("e1"), message("poison"), message("e2")];
    const inbox = consumer({ "thing.happened": choosy });
    busAway = true;
    await expect(inbox.consume(batch)).rejects.toThrow("the bus is away");
    expect(alerts).toEqual([]);
    busAway = false;
    await inbox.consume(batch);
    expect(await effects()).toEqual(["e1", "e2"]);
    expect(published).toHaveLength(1);
  });
});

describe("a failure that is not the event's", () => {
  test("a database that is away rejects the batch, whose events are no dead letters", async () => {
    const away = Object.assign(Object.create(db) as Database, {
      transaction: () => Promise.reject(Object.assign(new Error("connect"), { code: "ECONNREFUSED" })),
    });
    await expect(consumer({ "thing.happened": effect }, { db: away }).consume([message("e1")])).rejects.toThrow("connect");
    expect(published).toEqual([]);
  });

  test("an error that says of itself that a retry may help likewise", async () => {
    const unavailable: EventHandler = () => Promise.reject(Object.assign(new Error("later"), { retryable: true }));
    await expect(consumer({ "thing.happened": unavailable }).consume([message("e1")])).rejects.toThrow("later");
    expect(published).toEqual([]);
  });

  test("I7: it rejects the batch also when it shows beside an event that can't be applied; that one is found again", async () => {
    let away = true;
    const handler: EventHandler = async (events, tx) => {
      if (events.some(({ id }) => id === "poison")) throw new TypeError("no such thing");
      if (away) throw Object.assign(new Error("later"), { retryable: true });
      await effect(events, tx);
    };
    const batch = [message("poison"), message("e1")];
    const inbox = consumer({ "thing.happened": handler });
    await expect(inbox.consume(batch)).rejects.toThrow("later");
    expect(published).toEqual([]);
    away = false;
    await inbox.consume(batch);
    expect(await effects()).toEqual(["e1"]);
    expect(published.map(({ headers }) => headers.ce_id)).toEqual(["poison"]);
  });

  test("a stop ends the wait for the next try; the batch is rejected and comes again", async () => {
    const stopping = new AbortController();
    const failed = deferred();
    const failing: EventHandler = () => (failed.resolve(), Promise.reject(new Error("not yet")));
    const batch = [message("e1")];
    const options = { retryMs: { base: 3_600_000, cap: 3_600_000 }, signal: stopping.signal };
    const consuming = consumer({ "thing.happened": failing }, options).consume(batch);
    await failed.promise;
    stopping.abort();
    await expect(consuming).rejects.toThrow("not yet");
    expect(published).toEqual([]);
    await consumer({ "thing.happened": effect }).consume(batch);
    expect(await effects()).toEqual(["e1"]);
  });
});

test("the clean-up forgets what was applied long ago, in bounded steps, and nothing younger", async () => {
  await db.transaction(async (tx) => {
    await tx.insert(
      "inbox_message",
      Array.from({ length: 2500 }, (_, n) => ({ consumer: "tester", event_id: `e${n}`, at: n })),
    );
  });
  const statements = jest.spyOn(db, "transaction");
  expect(await cleanUp(db, 2400, never)).toBe(2400);
  expect(statements).toHaveBeenCalledTimes(3);
  statements.mockRestore();
  const left = await db.select<{ at: number }>("select at from inbox_message order by at");
  expect(left.map(({ at }) => at)).toEqual(Array.from({ length: 100 }, (_, n) => 2400 + n));
});
