/** Relays in processes of their own, on one database and Kafka, of which one is killed and one is frozen past its lease and wakes. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

import { createKafkaBus, type ReceivedMessage } from "../../mixins/event-bus";
import { judge, migrations, table, topic, write } from "../../mixins/outbox/events.fixture";
import { OutboxStore } from "../../mixins/outbox/store";
import { openDatabase } from "../../mixins/database";
import { MariaDbServer } from "../../scripts/mariadb/server";
import { atEnd } from "../support/cleanup";
import { waitFor } from "../support/wait";
import { ownKafka } from "./own-kafka";

const [events, keys] = [50_000, 500];
const prefix = "relays.";

/** A relay, and how many events it has sent. */
function relay(url: string, broker: string) {
  const fixture = join(__dirname, "../../mixins/outbox/relay-for-ever.fixture.ts");
  const child: ChildProcess = spawn(process.execPath, ["--import", "tsx", fixture, url, broker, prefix], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(child, "exit");
  const relay = { child, ended, sent: 0 };
  child.stdout?.on(
    "data",
    (text: Buffer) =>
      (relay.sent += text
        .toString()
        .split("\n")
        .reduce((sum, line) => sum + Number(line), 0)),
  );
  atEnd(async () => {
    child.kill("SIGKILL");
    await ended;
  });
  return relay;
}

test("I5, I7: 50,000 events of 500 keys arrive, each key in order, though of three relays one is killed, and one frozen past its lease", async () => {
  const [kafka, server] = await Promise.all([ownKafka(), MariaDbServer.start()]);
  atEnd(() => server.remove());
  const { url } = server;
  const db = await openDatabase({ name: "outbox", url, migrations });
  atEnd(() => db.close());
  await db.migrate();
  const bus = createKafkaBus({ brokers: [kafka.brokers], prefix });
  atEnd(() => bus.stop());
  await bus.start();
  await bus.ensureTopics([topic]);
  const store = new OutboxStore(db, table, Date.now);
  const [first, second] = [relay(url, kafka.brokers), relay(url, kafka.brokers)];
  const owners = async () =>
    (await db.select<{ owner: string | null }>("select distinct owner from outbox_bucket")).map(({ owner }) => owner);
  await waitFor(async () => (await owners()).filter(Boolean).length === 2, { what: "both relays to have buckets", timeoutMs: 30_000 });

  const writing = write(db, store, { to: events, keys });
  await waitFor(() => first.sent > 2_000, { what: "the first relay to be in the middle of it", timeoutMs: 30_000 });
  first.child.kill("SIGKILL");
  await waitFor(() => second.sent > 4_000, { what: "the second relay to be in the middle of it", timeoutMs: 30_000 });
  second.child.kill("SIGSTOP");
  const heir = relay(url, kafka.brokers);
  await waitFor(() => heir.sent > 2_000, { what: "a third relay to take over", timeoutMs: 30_000 });
  second.child.kill("SIGCONT");
  await writing;
  await waitFor(async () => !(await store.hasMoreThan(0)), { what: "an empty outbox", timeoutMs: 60_000 });
  for (const { child } of [second, heir]) child.kill("SIGKILL");
  await Promise.all([second.ended, heir.ended]);

  const messages: ReceivedMessage[] = [];
  // A Kafka that never had a group takes a moment to tell of one.
  const progress = () => bus.progress("test", [topic]).catch(() => undefined);
  for (const { partition, first, next } of await waitFor(progress, { what: "the bus to tell its ends", timeoutMs: 30_000 }))
    messages.push(...(await bus.read([{ topic, partition, from: first, to: next }])));
  expect(judge(messages)).toEqual({ events, repeated: expect.any(Number), outOfOrder: [] });
}, 180_000);
