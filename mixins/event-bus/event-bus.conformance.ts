/**
 * What every event bus must do, as one suite for all of them. Message order is I7's second half: per-key order holds after dedupe.
 * `make` gives buses on one log that is new for each test; the suite starts and stops them. `alone`: at most one of them runs at a time.
 */
import { deferred, pause } from "../waiting";
import { MessageRejectedError } from "./errors";
import { lagOf, type BusMessage, type EventBus, type ReceivedMessage, type SubscribeOptions } from "./types";

export interface BusUnderTest {
  /** Another bus on the same log. */
  bus(): EventBus;
  /** A payload that the bus can never take. */
  tooLarge: string;
}

export function eventBusConformance(name: string, make: () => Promise<BusUnderTest>, { alone = false } = {}): void {
  describe(`${name} as an event bus`, () => {
    const running: EventBus[] = [];
    let log: BusUnderTest;
    let topic: string;

    beforeEach(async () => {
      log = await make();
      topic = `bus-test.v${Date.now()}${Math.floor(Math.random() * 1e6)}`;
    });
    afterEach(async () => {
      await Promise.all(running.splice(0).map((bus) => bus.stop()));
    });

    async function started(): Promise<EventBus> {
      const bus = log.bus();
      await bus.start();
      running.push(bus);
      await bus.ensureTopics([topic]);
      return bus;
    }

    async function restarted(): Promise<EventBus> {
      await Promise.all(running.splice(0).map((bus) => bus.stop()));
      return started();
    }

    const message = (key: string, n: number): BusMessage => ({
      topic,
      key,
      headers: { ce_id: `${key}-${n}` },
      payload: JSON.stringify({ n }),
    });
    const many = (keys: number, each: number) =>
      Array.from({ length: each }, (_, n) => Array.from({ length: keys }, (_, key) => message(`k${key}`, n))).flat();
    const nothingLeft = (bus: EventBus, group: string) =>
      until(`${group} has consumed all`, async () => (await lagOf(bus, group, [topic]))[topic] === 0);

    /** Subscribes and collects what comes; `before` runs ahead of each batch and may reject it. */
    async function collect(
      bus: EventBus,
      group: string,
      more: Partial<SubscribeOptions> & { before?(batch: readonly ReceivedMessage[]): unknown } = {},
    ) {
      const received: ReceivedMessage[] = [];
      const { before, ...options } = more;
      const subscription = await bus.subscribe({
        group,
        topics: [topic],
        maxBatch: 100,
        ...options,
        async onBatch(batch) {
          await before?.(batch);
          received.push(...batch);
        },
      });
      return { received, subscription };
    }

    test("hands over a message as it was published", async () => {
      const bus = await started();
      const { received } = await collect(bus, "g");
      const sent = {
        topic,
        key: "Zürich 東京 🍣",
        headers: { ce_id: "1", traceparent: "00-ab", odd: `a"b'c\\d?` },
        payload: '{"text":"naïve 🍣 \\" ? :x"}',
      };
      await bus.publish([sent]);
      await nothingLeft(bus, "g");
      expect(received).toEqual([{ ...sent, partition: expect.any(Number), offset: expect.any(String) }]);
    });

    test("I7: the messages of a key come in the order in which they were published", async () => {
      const bus = await started();
      const { received } = await collect(bus, "g", { maxBatch: 7 });
      for (let n = 0; n < 10; n++) await bus.publish(many(12, 10).map((one, at) => message(one.key, n * 10 + Math.floor(at / 12))));
      await nothingLeft(bus, "g");
      expect(received).toHaveLength(1200);
      for (const [key, ns] of byKey(received)) expect([key, ns]).toEqual([key, Array.from({ length: 100 }, (_, n) => n)]);
    });

    test("I7: lists that are published at once keep their own order", async () => {
      const bus = await started();
      const { received } = await collect(bus, "g");
      await Promise.all(Array.from({ length: 20 }, (_, list) => bus.publish([0, 1, 2].map((n) => message(`k${list}`, n)))));
      await nothingLeft(bus, "g");
      for (const ns of byKey(received).values()) expect(ns).toEqual([0, 1, 2]);
      expect(byKey(received).size).toBe(20);
    });

    test("a batch is of one partition and not larger than asked for", async () => {
      const bus = await started();
      const batches: (readonly ReceivedMessage[])[] = [];
      await bus.publish(many(10, 10));
      await collect(bus, "g", { maxBatch: 4, before: (batch) => batches.push(batch) });
      await nothingLeft(bus, "g");
      expect(Math.max(...batches.map((batch) => batch.length))).toBe(4);
      for (const batch of batches) expect(new Set(batch.map(({ partition }) => partition)).size).toBe(1);
    });

    test("a group that comes later begins with the oldest message; groups don't see each other", async () => {
      const bus = await started();
      await bus.publish(many(3, 2));
      const first = await collect(bus, "first");
      await nothingLeft(bus, "first");
      expect(first.received).toHaveLength(6);
      expect(await lagOf(bus, "second", [topic])).toEqual({ [topic]: 6 });
      const second = await collect(bus, "second");
      await nothingLeft(bus, "second");
      expect(second.received).toHaveLength(6);
    });

    test("a rejected batch comes again, and only its partition waits", async () => {
      const bus = await started();
      let rejections = 0;
      let away = true;
      const { received } = await collect(bus, "g", {
        before(batch) {
          if (away && batch.some(({ key }) => key === "bad")) {
            rejections++;
            throw new Error("not now");
          }
        },
      });
      await bus.publish([message("bad", 0), message("bad", 1)]);
      await until("the batch comes again", () => rejections > 1);
      await bus.publish(many(20, 1));
      await until("other partitions go on", () => received.length > 0);
      expect(received.map(({ key }) => key)).not.toContain("bad");
      away = false;
      await nothingLeft(bus, "g");
      expect(byKey(received).get("bad")).toEqual([0, 1]);
      expect(received).toHaveLength(22);
    });

    test("what was published and what was committed survive a restart", async () => {
      const before = await started();
      await before.publish([message("k", 0), message("k", 1)]);
      await collect(before, "g");
      await nothingLeft(before, "g");
      await before.publish([message("other", 7)]);
      await nothingLeft(before, "g");
      const after = await restarted();
      await after.publish([message("k", 2)]);
      const again = await collect(after, "g");
      await nothingLeft(after, "g");
      expect(again.received.map(({ headers }) => headers.ce_id)).toEqual(["k-2"]);
      const fresh = await collect(after, "fresh");
      await nothingLeft(after, "fresh");
      expect(byKey(fresh.received).get("k")).toEqual([0, 1, 2]);
    });

    test("at least once: a batch that was handed over but not committed comes again after a restart", async () => {
      const before = await started();
      let handedOver = 0;
      await collect(before, "g", {
        before() {
          handedOver++;
          throw new Error("died before the commit");
        },
      });
      await before.publish([message("k", 0)]);
      await until("the batch is handed over", () => handedOver > 0);
      const after = await restarted();
      expect(await lagOf(after, "g", [topic])).toEqual({ [topic]: 1 });
      const { received } = await collect(after, "g");
      await nothingLeft(after, "g");
      expect(byKey(received).get("k")).toEqual([0]);
    });

    test("stop waits for the batch in hand and commits it; nothing comes afterwards", async () => {
      const bus = await started();
      const inHand = deferred();
      const finish = deferred();
      const { received, subscription } = await collect(bus, "g", { before: () => (inHand.resolve(), finish.promise) });
      await bus.publish([message("k", 0)]);
      await inHand.promise;
      const stopped = subscription.stop();
      await bus.publish([message("k", 1)]);
      finish.resolve();
      await stopped;
      expect(byKey(received).get("k")).toEqual([0]);
      expect(await lagOf(bus, "g", [topic])).toEqual({ [topic]: 1 });
    });

    test("lag counts what the group has not committed, by topic, also of a topic that nobody used", async () => {
      const bus = await started();
      await bus.publish(many(5, 2));
      expect(await lagOf(bus, "g", [topic, `${topic}.unused`])).toEqual({ [topic]: 10, [`${topic}.unused`]: 0 });
      await collect(bus, "g");
      await nothingLeft(bus, "g");
    });

    test("tells how far a group has come in each partition", async () => {
      const bus = await started();
      await bus.publish(many(20, 1));
      const unread = await bus.progress("g", [topic, `${topic}.unused`]);
      expect(unread.length).toBeGreaterThan(1);
      expect(unread.map(({ partition }) => partition)).toEqual(unread.map((_, at) => at));
      for (const { first, position } of unread) expect([first, position]).toEqual([0, 0]);
      expect(unread.reduce((sum, { next }) => sum + next, 0)).toBe(20);
      await collect(bus, "g");
      await nothingLeft(bus, "g");
      expect(await bus.progress("g", [topic])).toEqual(unread.map((one) => ({ ...one, position: one.next })));
    });

    test("reads what lies between two positions, whoever has consumed it", async () => {
      const bus = await started();
      await bus.publish(Array.from({ length: 10 }, (_, n) => message("k", n)));
      const [part] = (await bus.progress("g", [topic])).filter(({ next }) => next > 0);
      const range = { topic, partition: part!.partition };
      const found = await bus.read([{ ...range, from: 3, to: 6 }]);
      expect(found.map(({ offset, payload }) => [offset, payload])).toEqual([3, 4, 5].map((n) => [String(n), `{"n":${n}}`]));
      expect(await bus.read([{ ...range, from: 10, to: 10 }])).toEqual([]);
      expect(await lagOf(bus, "g", [topic])).toEqual({ [topic]: 10 });
    });

    test("a group that was struck begins anew", async () => {
      const bus = await started();
      await bus.publish(many(2, 1));
      const { subscription } = await collect(bus, "g");
      await nothingLeft(bus, "g");
      await subscription.stop();
      await bus.forget("g");
      await bus.forget("never-there");
      expect(await lagOf(bus, "g", [topic])).toEqual({ [topic]: 2 });
      const { received } = await collect(bus, "g");
      await nothingLeft(bus, "g");
      expect(received).toHaveLength(2);
    });

    test("creates the topics that are missing, and leaves those that are there as they are", async () => {
      const bus = await started();
      const topics = [`${topic}.one`, `${topic}.two`];
      await bus.ensureTopics(topics);
      const created = await bus.progress("g", topics);
      expect(new Set(created.map((one) => one.topic))).toEqual(new Set(topics));
      await bus.publish([{ ...message("k", 1), topic: topics[0]! }]);
      await Promise.all([bus.ensureTopics(topics), bus.ensureTopics(topics)]);
      expect(await lagOf(bus, "g", topics)).toEqual({ [topics[0]!]: 1, [topics[1]!]: 0 });
    });

    test("a message that can never be taken is named, and is not there", async () => {
      const bus = await started();
      const publishing = bus.publish([message("k", 0), { ...message("k", 1), payload: log.tooLarge }]);
      await expect(publishing).rejects.toThrow(MessageRejectedError);
      await expect(publishing).rejects.toMatchObject({ type: "BUS_MESSAGE_REJECTED", index: 1 });
      await bus.publish([message("k", 2)]);
      const { received } = await collect(bus, "g");
      await nothingLeft(bus, "g");
      expect(byKey(received).get("k")).not.toContain(1);
      expect(byKey(received).get("k")).toContain(2);
    });

    const several = alone ? test.skip : test;
    several("I7: members of a group come and go while others commit: nothing is lost, and a key stays in order", async () => {
      const [one, two] = [await started(), await started()];
      const received: ReceivedMessage[] = [];
      const join = (bus: EventBus) => collect(bus, "g", { maxBatch: 5, before: (batch) => (received.push(...batch), pause(2)) });
      await join(one);
      for (let n = 0; n < 40; n++) {
        await one.publish(Array.from({ length: 20 }, (_, key) => message(`k${key}`, n)));
        if (n !== 10 && n !== 25) continue;
        const { subscription } = await join(two);
        const before = received.length;
        await one.publish([message("k0", -1)]);
        await until("somebody goes on", () => received.length > before);
        await subscription.stop();
      }
      await nothingLeft(one, "g");
      for (const [key, ns] of byKey(received))
        expect([key, [...new Set(ns.filter((n) => n >= 0))]]).toEqual([key, Array.from({ length: 40 }, (_, n) => n)]);
      expect(byKey(received).size).toBe(20);
    });

    test("a bus that does not run rejects instead of losing messages", async () => {
      const bus = log.bus();
      await expect(bus.publish([message("k", 0)])).rejects.toThrow();
      await bus.start();
      await bus.stop();
      await expect(bus.publish([message("k", 0)])).rejects.toThrow();
    });
  });
}

/** The numbers that were received, by key, in the order of their coming. */
function byKey(received: readonly ReceivedMessage[]): Map<string, number[]> {
  const keys = new Map<string, number[]>();
  for (const { key, payload } of received) keys.set(key, [...(keys.get(key) ?? []), (JSON.parse(payload) as { n: number }).n]);
  return keys;
}

async function until(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  for (const giveUp = Date.now() + 10_000; !(await condition()); await pause(5)) {
    if (Date.now() > giveUp) throw new Error(`waited in vain until ${what}`);
  }
}
