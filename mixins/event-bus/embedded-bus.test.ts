import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { atEnd } from "../../test/support/cleanup";
import { waitFor } from "../../test/support/wait";
import { deferred } from "../waiting";
import { createEmbeddedBus, lagOf, type EmbeddedBusOptions, type EventBus, type ReceivedMessage } from ".";
import { eventBusConformance } from "./event-bus.conformance";

const topic = "test.v1";
const retryMs = { base: 1, cap: 10 };

async function newFile(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "bus-"));
  atEnd(() => rm(folder, { recursive: true, force: true }));
  return join(folder, "bus ?#%20.sqlite");
}

async function startedBus(options: Partial<EmbeddedBusOptions> = {}) {
  const bus = createEmbeddedBus({ file: await newFile(), retryMs, ...options });
  await bus.start();
  atEnd(() => bus.stop());
  return bus;
}

const message = (key: string, n: number) => ({ topic, key, headers: {}, payload: String(n) });
const lag = async (bus: EventBus, group: string) => (await lagOf(bus, group, [topic]))[topic];

const embedded = async () => {
  const file = await newFile();
  return { bus: () => createEmbeddedBus({ file, retryMs, maxMessageBytes: 10_000 }), tooLarge: JSON.stringify("x".repeat(10_000)) };
};

eventBusConformance("the embedded log", embedded, { alone: true });

test("an idle consumer gets a new message at once: no timer has to run out", async () => {
  const bus = await startedBus();
  const came = deferred<ReceivedMessage>();
  await bus.subscribe({ group: "g", topics: [topic], maxBatch: 10, onBatch: async ([first]) => first && came.resolve(first) });
  await waitFor(async () => (await lag(bus, "g")) === 0);
  jest.useFakeTimers({ doNotFake: ["setImmediate", "nextTick", "queueMicrotask"] });
  try {
    await bus.publish([message("k", 1)]);
    expect((await came.promise).payload).toBe("1");
  } finally {
    jest.useRealTimers();
  }
});

test("a topic keeps the number of partitions it was created with, so that its keys keep their place (I7)", async () => {
  const file = await newFile();
  const placeOf = async (partitions: number) => {
    const bus = createEmbeddedBus({ file, partitions, retryMs });
    await bus.start();
    await bus.publish(Array.from({ length: 40 }, (_, n) => message(`k${n}`, n)));
    const places = new Map<string, number>();
    await bus.subscribe({
      group: `g${partitions}`,
      topics: [topic],
      maxBatch: 100,
      onBatch: async (batch) => batch.forEach(({ key, partition }) => places.set(key, partition)),
    });
    await waitFor(async () => (await lag(bus, `g${partitions}`)) === 0);
    await bus.stop();
    return places;
  };
  const before = await placeOf(3);
  expect(new Set(before.values())).toEqual(new Set([0, 1, 2]));
  expect(await placeOf(16)).toEqual(before);
});

test("a second subscription of a group to a topic is refused until the first has ended", async () => {
  const bus = await startedBus();
  const options = { group: "g", topics: [topic], maxBatch: 10, onBatch: async () => undefined };
  const first = await bus.subscribe(options);
  await expect(bus.subscribe(options)).rejects.toThrow("subscribed already");
  await first.stop();
  await (await bus.subscribe(options)).stop();
});

describe("retention", () => {
  const day = 24 * 3_600_000;
  let now = Date.UTC(2026, 0, 1);

  async function agedBus() {
    const bus = await startedBus({ clock: () => now, retentionMs: 7 * day, partitions: 2 });
    const consume = async (group: string) => {
      const got: string[] = [];
      const subscription = await bus.subscribe({
        group,
        topics: [topic],
        maxBatch: 100,
        onBatch: async (batch) => void got.push(...batch.map(({ payload }) => payload)),
      });
      await waitFor(async () => (await lag(bus, group)) === 0);
      await subscription.stop();
      return got.toSorted((a, b) => Number(a) - Number(b));
    };
    return { bus, consume };
  }

  test("removes what is older, keeps what is younger", async () => {
    const { bus, consume } = await agedBus();
    await bus.publish(Array.from({ length: 500 }, (_, n) => message(`k${n}`, n)));
    now += 4 * day;
    await bus.publish([message("a", 1000), message("b", 1001)]);
    now += 4 * day;
    expect(await bus.cleanUp()).toBe(500);
    expect(await bus.cleanUp()).toBe(0);
    expect(await lag(bus, "late")).toBe(2);
    expect(await consume("late")).toEqual(["1000", "1001"]);
  });

  test("never removes what a known group has not committed, whatever its age, until the group is forgotten", async () => {
    const { bus, consume } = await agedBus();
    await consume("slow");
    await bus.publish(Array.from({ length: 10 }, (_, n) => message(`k${n}`, n)));
    await consume("fast");
    now += 30 * day;
    expect(await bus.cleanUp()).toBe(0);
    expect(await consume("slow")).toHaveLength(10);
    await bus.publish([message("k", 10)]);
    await consume("fast");
    now += 30 * day;
    expect(await bus.cleanUp()).toBe(10);
    await bus.forget("slow");
    expect(await bus.cleanUp()).toBe(1);
  });

  test("positions go on where they were after all messages are gone", async () => {
    const { bus, consume } = await agedBus();
    await bus.publish([message("k", 1)]);
    expect(await consume("g")).toEqual(["1"]);
    now += 8 * day;
    expect(await bus.cleanUp()).toBe(1);
    await bus.publish([message("k", 2)]);
    expect(await consume("g")).toEqual(["2"]);
  });
});

test("kill -9: every message whose publish resolved is there afterwards, in order (I7)", async () => {
  const file = await newFile();
  const child = spawn(process.execPath, ["--import", "tsx", join(__dirname, "publish-for-ever.fixture.ts"), file], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
  await waitFor(() => output.split("\n").length > 50 || child.exitCode !== null, { what: "fifty messages", timeoutMs: 30_000 });
  await killed(child);
  const acknowledged = output.split("\n").slice(0, -1).map(Number);
  expect(acknowledged.length).toBeGreaterThanOrEqual(50);

  const bus = await startedBus({ file });
  const got: number[] = [];
  await bus.subscribe({
    group: "g",
    topics: [topic],
    maxBatch: 100,
    onBatch: async (batch) => void got.push(...batch.map(({ payload }) => Number(payload))),
  });
  await waitFor(async () => (await lag(bus, "g")) === 0);
  expect(got.slice(0, acknowledged.length)).toEqual(acknowledged);
  expect(got).toEqual(got.map((_, n) => n));
}, 60_000);

async function killed(child: ChildProcess): Promise<void> {
  const gone = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGKILL");
  await gone;
}
