import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { atEnd } from "../../test/support/cleanup";
import { testDatabaseUrl } from "../../test/support/database";
import { waitFor } from "../../test/support/wait";
import { createEmbeddedBus, type EventBus } from "../event-bus";
import { deferred } from "../waiting";
import { type InboxStatus, inboxStatus } from ".";
import { keyOf, startPair, type Pair, type PairOptions } from "./pair.fixture";

async function places() {
  const folder = await mkdtemp(join(tmpdir(), "pair-"));
  atEnd(() => rm(folder, { recursive: true, force: true }));
  return { writerUrl: await testDatabaseUrl("writer"), readerUrl: await testDatabaseUrl("reader"), file: join(folder, "bus.sqlite") };
}

type Place = Awaited<ReturnType<typeof places>>;

async function start({ file, ...urls }: Place, options: Partial<PairOptions> = {}): Promise<Pair & { stop(): Promise<void> }> {
  const bus = options.bus ?? createEmbeddedBus({ file, retryMs: { base: 1, cap: 10 } });
  const pair = await startPair({ ...urls, ...options, bus });
  let stopped: Promise<void> | undefined;
  const stop = () => (stopped ??= pair.broker.stop().then(() => bus.stop()));
  atEnd(stop);
  return { ...pair, stop };
}

/** I7: what was written was noted, each once and in the order of its key. */
async function expectNotedOnce(pair: Pair): Promise<void> {
  const [written, noted] = [await pair.written(), await pair.noted()];
  expect(noted.toSorted()).toEqual(written.toSorted());
  for (const key of new Set(written.map(keyOf))) {
    const ofKey = (id: string) => keyOf(id) === key;
    expect(noted.filter(ofKey)).toEqual(written.filter(ofKey));
  }
}

test("I7: what one service commits another one applies, each once and in the order of its key", async () => {
  const pair = await start(await places());
  for (let n = 0; n < 20; n++) await pair.write([1, 2, 3, 1]);
  await pair.settled();
  expect(await pair.written()).toHaveLength(80);
  await expectNotedOnce(pair);
});

test("I7: a crash between the commit in the database and that of the offset applies nothing twice, also after a restart", async () => {
  const place = await places();
  const real = createEmbeddedBus({ file: place.file, retryMs: { base: 1, cap: 10 } });
  let crashes = 0;
  const crashing: EventBus = {
    start: () => real.start(),
    stop: () => real.stop(),
    publish: (messages) => real.publish(messages),
    ensureTopics: (topics) => real.ensureTopics(topics),
    progress: (group, topics) => real.progress(group, topics),
    read: (ranges) => real.read(ranges),
    forget: (group) => real.forget(group),
    subscribe: (options) =>
      real.subscribe({
        ...options,
        async onBatch(messages) {
          await options.onBatch(messages);
          crashes++;
          throw new Error("crashed before the offset was committed");
        },
      }),
  };
  const before = await start(place, { bus: crashing });
  await before.write([1, 2, 1]);
  await waitFor(async () => (await before.noted()).length === 3 && crashes > 5, { what: "several deliveries" });
  await before.stop();

  const after = await start(place);
  await after.write([1]);
  await after.settled();
  await expectNotedOnce(after);
});

test("nothing is consumed before all services of the node are up", async () => {
  const place = await places();
  const bus = createEmbeddedBus({ file: place.file });
  const subscribe = jest.spyOn(bus, "subscribe");
  const reached = deferred();
  const goOn = deferred();
  const starting = start(place, { bus, starting: () => (reached.resolve(), goOn.promise) });
  await reached.promise;
  expect(subscribe).not.toHaveBeenCalled();
  goOn.resolve();
  const pair = await starting;
  await pair.write([1]);
  await pair.settled();
  expect(subscribe.mock.calls.map(([{ group }]) => group)).toEqual(["reader.dlq", "reader"]);
});

test("a service that is loaded into a running node consumes too", async () => {
  const pair = await start(await places());
  await pair.write([1, 2]);
  await pair.reloadReader();
  await pair.write([1, 2]);
  await pair.settled();
  await expectNotedOnce(pair);
});

test("a subscription that fails is tried again", async () => {
  const place = await places();
  const bus = createEmbeddedBus({ file: place.file });
  jest.spyOn(bus, "subscribe").mockRejectedValueOnce(new Error("the bus is away"));
  const pair = await start(place, { bus });
  await pair.write([1]);
  await pair.settled();
  await expectNotedOnce(pair);
});

test("I7: kill -9 at any moment, twice: every committed row was noted once", async () => {
  const place = await places();
  const told: string[] = [];
  for (let kill = 0; kill < 2; kill++) told.push(...(await runAndKill(place, 40 + kill * 17)));
  const pair = await start(place);
  await pair.settled();
  const written = await pair.written();
  for (const id of told) expect(written).toContain(id);
  await expectNotedOnce(pair);
}, 60_000);

/** Gives the rows whose commit the process told of before it was killed. */
async function runAndKill({ writerUrl, readerUrl, file }: Place, afterCommits: number): Promise<string[]> {
  const child = spawn(process.execPath, ["--import", "tsx", join(__dirname, "pair-for-ever.fixture.ts"), writerUrl, readerUrl, file], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const gone = new Promise((resolve) => child.once("exit", resolve));
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
  await waitFor(() => output.split("\n").length > afterCommits || child.exitCode !== null, { what: "commits", timeoutMs: 30_000 });
  child.kill("SIGKILL");
  await gone;
  const lines = output.split("\n").slice(0, -1);
  expect(lines.length).toBeGreaterThanOrEqual(afterCommits);
  return lines.flatMap((line) => line.split(","));
}

test("operators ask any node how far a consumer is behind, and what it could not apply", async () => {
  const { file, ...urls } = await places();
  const bus = createEmbeddedBus({ file, retryMs: { base: 1, cap: 10 } });
  const pair = await start({ file, ...urls }, { bus });
  const status = () => pair.broker.call<InboxStatus>(inboxStatus("reader").name);
  await pair.write([1, 2]);
  await bus.publish([{ topic: "pair.v1", key: "1", headers: {}, payload: "{}" }]);
  await pair.settled();
  expect(await status()).toEqual({ consumer: "reader", consumes: true, topics: [{ topic: "pair.v1", lag: 0, deadLetters: 1 }] });
});
