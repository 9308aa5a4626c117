/** What a consumer sees to before it consumes: that all topics are there, and that what it can't apply has somewhere to go. */
import { ServiceBroker } from "moleculer";

import { atEnd, temporaryFolder } from "../../test/support/cleanup";
import { testDatabaseUrl } from "../../test/support/database";
import { waitFor } from "../../test/support/wait";
import { join } from "node:path";
import { databaseMixin } from "../database";
import { type BusMessage, createEmbeddedBus, type EventBus, TopicsError } from "../event-bus";
import { type DeadLetters, type Inbox, inboxMixin } from ".";
import { tables, topic } from "./dead-letters/letters.fixture";
import { isProbe } from "./dead-letters/message";

const dlq = "test.v1.tester.dlq";

async function startedBus(): Promise<EventBus> {
  const bus = createEmbeddedBus({ file: join(await temporaryFolder("bus-"), "bus.sqlite"), retryMs: { base: 1, cap: 10 } });
  await bus.start();
  atEnd(() => bus.stop());
  return bus;
}

/** A service that consumes; what it logs is kept. */
async function consuming(bus: EventBus, { consumes = true } = {}) {
  const url = await testDatabaseUrl("tester");
  const broker = new ServiceBroker({ logger: false });
  const logged: string[] = [];
  const applied: string[] = [];
  const service = broker.createService({
    name: "tester",
    mixins: [
      databaseMixin({ name: "tester", url: () => url, migrations: [tables], migrateAtStart: () => true }),
      inboxMixin({
        ...{ consumer: "tester", bus: () => bus, consumes: () => consumes, tries: 1, retryMs: { base: 1, cap: 5 } },
        subscriptions: [
          {
            topic,
            handlers: {
              "thing.happened": async (events) => {
                if (events.some(({ id }) => id.startsWith("bad"))) throw new TypeError("no such thing");
                applied.push(...events.map(({ id }) => id));
              },
            },
          },
        ],
      }),
    ],
    created() {
      for (const level of ["warn", "error"] as const) this.logger[level] = (message: unknown) => logged.push(`${level} ${String(message)}`);
    },
  }) as unknown as { inbox?: Inbox; deadLetters: DeadLetters };
  atEnd(() => broker.stop());
  return { broker, service, logged, applied, start: () => broker.start() };
}

const message = (id: string): BusMessage => ({
  ...{ topic, key: "k", payload: "{}" },
  headers: { ce_id: id, ce_type: "thing.happened", ce_time: "2026-01-02T03:04:05.678Z" },
});

test("what could not be applied is collected for operators, and probes are not", async () => {
  const bus = await startedBus();
  const { service, start, applied } = await consuming(bus);
  await start();
  await bus.publish([message("bad"), message("good")]);
  await waitFor(async () => (await service.deadLetters.list({})).length === 1, { what: "the letter" });
  await service.inbox!.settled();
  expect(applied).toEqual(["good"]);
  expect(await service.deadLetters.list({})).toMatchObject([{ eventId: "bad", error: "TypeError: no such thing", state: "OPEN" }]);
  expect((await service.inbox!.status()).topics).toEqual([{ topic, lag: 0, deadLetters: 1 }]);
});

test("topics that can't be used keep the service from starting, and the error says which", async () => {
  const bus = await startedBus();
  jest.spyOn(bus, "ensureTopics").mockRejectedValue(new TopicsError([`${dlq} has no partition`]));
  const { start } = await consuming(bus);
  await expect(start()).rejects.toThrow("tester can't consume, its topics can't be used: test.v1.tester.dlq has no partition");
});

test("its topics and its dead letters' are created before anything is said on them", async () => {
  const bus = await startedBus();
  const ensured = jest.spyOn(bus, "ensureTopics");
  const { start } = await consuming(bus);
  await start();
  expect(ensured.mock.calls).toEqual([[[topic, dlq]]]);
});

test("a bus that is away at start is asked again, and then the service consumes", async () => {
  const bus = await startedBus();
  jest.spyOn(bus, "ensureTopics").mockRejectedValueOnce(new Error("away")).mockRejectedValueOnce(new Error("away"));
  const { start, applied, logged } = await consuming(bus);
  await start();
  await bus.publish([message("e1")]);
  await waitFor(() => applied.length === 1, { what: "the event" });
  expect(logged).toEqual([
    "warn the event bus is away, what waits for it goes on when it is back: Error: away",
    "warn tester can't look at its topics, trying again: Error: away",
  ]);
});

test("topics that turn out to be unusable when a bus is back are an ALERT", async () => {
  const bus = await startedBus();
  const ensure = jest.spyOn(bus, "ensureTopics").mockRejectedValueOnce(new Error("away"));
  ensure.mockRejectedValueOnce(new TopicsError([`${dlq} has no partition`]));
  const { start, applied, logged } = await consuming(bus);
  await start();
  await bus.publish([message("e1")]);
  await waitFor(() => applied.length === 1, { what: "the event, when the topic was mended" });
  expect(logged[1]).toMatch(/^error ALERT: tester can't look at its topics, .*no partition$/);
});

test("I7: while its dead letters can't be written it consumes nothing and calls for people; when they can, nothing was lost", async () => {
  const bus = await startedBus();
  const publish = bus.publish.bind(bus);
  let writable = false;
  jest.spyOn(bus, "publish").mockImplementation(async (messages) => {
    if (!writable && messages.some((one) => one.topic === dlq)) throw new Error("not allowed to write");
    return publish(messages);
  });
  const subscribe = jest.spyOn(bus, "subscribe");
  const { start, applied, service, logged } = await consuming(bus);
  await start();
  await bus.publish([message("e1"), message("bad")]);
  await waitFor(() => logged.length > 2, { what: "several tries" });
  expect(logged[0]).toBe(
    "error ALERT: tester can't write its dead letters, so it consumes nothing, trying again: Error: not allowed to write",
  );
  expect([applied, subscribe.mock.calls]).toEqual([[], []]);
  writable = true;
  await waitFor(async () => (await service.deadLetters.list({})).length === 1, { what: "the dead letter" });
  expect(applied).toEqual(["e1"]);
});

test("a node that consumes nothing writes no probe, and its operators can work on letters all the same", async () => {
  const bus = await startedBus();
  const published: BusMessage[] = [];
  jest.spyOn(bus, "publish").mockImplementation(async (messages) => void published.push(...messages));
  const { start, service } = await consuming(bus, { consumes: false });
  await start();
  expect([published.filter((one) => isProbe({ ...one, partition: 0, offset: "0" })), service.inbox]).toEqual([[], undefined]);
  expect(await service.deadLetters.replay("dl_x", { who: "kim", why: "to see" })).toMatchObject({ type: "DEAD_LETTER_NOT_FOUND" });
});
