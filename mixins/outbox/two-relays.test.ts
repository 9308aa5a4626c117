/** Two relays on one table, of which one hangs past its lease in the middle of a send. `test/real/outbox-relays.test.ts` kills processes, on Kafka. */
import { atEnd } from "../../test/support/cleanup";
import { testDatabase, testDialect } from "../../test/support/database";
import { waitFor } from "../../test/support/wait";
import type { Database, Tx } from "../database";
import { deferred } from "../waiting";
import { judge, migrations, table, write } from "./events.fixture";
import { FakeBus } from "./fake-bus.fixture";
import { Relay } from "./relay";
import { OutboxStore } from "./store";

const options = {
  ...{ exclusive: false, topics: [], batch: 100, leaseMs: 300, heartbeatMs: 20, maxAttempts: 5 },
  ...{ pollMs: { base: 1, cap: 5 }, lingerMs: { base: 1, cap: 1 }, retryMs: { base: 1, cap: 5 } },
};
const log = { info: () => undefined, warn: () => undefined, error: () => undefined };

test.each(["before the bus has its batch", "after the bus has its batch"])(
  "I7: 5,000 events of 50 keys arrive in order when one of two relays hangs %s, and wakes up later",
  async (when) => {
    const db = await testDatabase("outbox", migrations);
    const store = new OutboxStore(db, table, Date.now);
    const bus = new FakeBus();
    const [hangs, wakes] = [deferred(), deferred()];
    const freezing = {
      ensureTopics: () => Promise.resolve(),
      async publish(messages: Parameters<FakeBus["publish"]>[0]) {
        if (bus.taken.length < 1_000) return bus.publish(messages);
        if (when.startsWith("after")) await bus.publish(messages);
        hangs.resolve();
        await wakes.promise;
        if (when.startsWith("before")) await bus.publish(messages);
      },
    };
    const relays = [new Relay(db, store, freezing, options, log), new Relay(db, store, bus, options, log)];
    atEnd(() => Promise.all(relays.map((relay) => relay.stop())));
    for (const relay of relays) relay.start();
    await write(db, store, { to: 3_000, keys: 50 });
    await hangs.promise;
    await write(db, store, { from: 3_000, to: 5_000, keys: 50 });
    await waitFor(async () => (await store.lag()).waiting === 0, { what: "the other relay to send all" });
    wakes.resolve();
    await Promise.all(relays.map((relay) => relay.stop()));
    expect(judge(bus.taken)).toEqual({ events: 5_000, repeated: expect.any(Number), outOfOrder: [] });
    expect(judge(bus.taken).repeated).toBeGreaterThan(0);
  },
);

// SQLite has one writer at a time, and one process.
(testDialect === "mysql" ? test : test.skip)(
  "I5, I7: a relay that is frozen while it strikes off what it has sent keeps nobody from its buckets",
  async () => {
    const db = await testDatabase("outbox", migrations);
    const bus = new FakeBus();
    const [hangs, wakes] = [deferred(), deferred()];
    const freezing = frozenAt(db, async (sql) => {
      if (!sql.startsWith("delete from test_outbox_event")) return;
      hangs.resolve();
      await wakes.promise;
    });
    const store = new OutboxStore(db, table, Date.now);
    const frozen = new Relay(freezing, new OutboxStore(freezing, table, Date.now), bus, options, log);
    const other = new Relay(db, store, bus, options, log);
    atEnd(() => Promise.all([frozen.stop(), other.stop()]));
    await write(db, store, { to: 200, keys: 5 });
    frozen.start();
    await hangs.promise;
    other.start();
    await waitFor(async () => (await store.lag()).waiting === 0, { what: "the other relay to send all" });
    wakes.resolve();
    await Promise.all([frozen.stop(), other.stop()]);
    expect(judge(bus.taken)).toMatchObject({ events: 200, outOfOrder: [] });
  },
);

/** The database of a process that stands still before it executes what `before` waits for. */
function frozenAt(db: Database, before: (sql: string) => Promise<void>): Database {
  const transaction: Database["transaction"] = (work, options) =>
    db.transaction((tx) => {
      const execute: Tx["execute"] = async (sql, values) => {
        await before(sql);
        return tx.execute(sql, values);
      };
      return work(withMethods(tx, { execute }));
    }, options);
  return withMethods(db, { transaction });
}

const withMethods = <T extends object>(of: T, methods: Partial<T>): T =>
  new Proxy(of, {
    get(target, name) {
      const value = (methods[name as keyof T] ?? Reflect.get(target, name)) as unknown;
      return typeof value === "function" && !(name in methods) ? (value.bind(target) as unknown) : value;
    },
  });
