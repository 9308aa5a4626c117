import { createServer, type Server, type Socket } from "node:net";

import Redis from "ioredis";

import { createMemoryLock, createRedisLock } from ".";
import { hang, lockConformance } from "./lock.conformance";

lockConformance("memory", (options) => createMemoryLock(options));

test("memory: works of one key run in the order in which they came", async () => {
  const lock = createMemoryLock();
  const order: number[] = [];
  const holder = hang();
  const works = [lock.using("k", 60_000, holder.work), ...[1, 2, 3].map((n) => lock.using("k", 60_000, async () => void order.push(n)))];
  await holder.began;
  expect(order).toEqual([]);
  holder.end();
  await Promise.all(works);
  expect(order).toEqual([1, 2, 3]);
});

const redisUrl = process.env.TEST_REDIS_URL;

(redisUrl ? describe : describe.skip)("with a Redis server", () => {
  const redis = new Redis(redisUrl ?? "", { lazyConnect: true });
  afterAll(() => redis.quit());

  lockConformance("redis", (options) => createRedisLock(redis, { ...options, retryMs: 5, answerMs: 5_000 }));

  test("two clients see one lock", async () => {
    const other = redis.duplicate();
    const holder = hang();
    const held = createRedisLock(redis).using("lock-test:two", 60_000, holder.work);
    await holder.began;
    let free = false;
    const second = createRedisLock(other, { retryMs: 5 }).using("lock-test:two", 60_000, async () => free);
    free = true;
    holder.end();
    expect(await second).toBe(true);
    await held;
    await other.quit();
  });
});

describe("redis that is away fails open", () => {
  const fastClient = { enableOfflineQueue: false, maxRetriesPerRequest: 0, retryStrategy: () => null, disconnectTimeout: 1 };
  let silent: Server | undefined;
  const sockets = new Set<Socket>();
  let client: Redis | undefined;
  afterEach(async () => {
    client?.disconnect();
    for (const socket of sockets) socket.destroy();
    sockets.clear();
    await new Promise((resolve) => (silent ? silent.close(resolve) : resolve(undefined)));
    silent = undefined;
  });

  test("a refused connection: the work runs at once, one warning per outage", async () => {
    client = new Redis({ port: 1, lazyConnect: true, ...fastClient });
    client.on("error", () => undefined);
    const warnings: string[] = [];
    let now = 1_000;
    const lock = createRedisLock(client, {
      waitMs: 60_000,
      clock: () => now,
      logger: { warn: (message) => warnings.push(message), info: () => undefined },
    });
    for (let n = 0; n < 3; n++) {
      expect(await lock.using("k", 60_000, async () => n)).toBe(n);
      now += 5_000;
    }
    expect(warnings).toHaveLength(1);
  });

  test("a server that accepts and says nothing: the work runs after the short timeout, and later work doesn't ask", async () => {
    const server = createServer((socket) => sockets.add(socket)).listen(0, "127.0.0.1");
    silent = server;
    await new Promise((resolve) => server.once("listening", resolve));
    const address = server.address();
    if (typeof address !== "object" || !address) throw new Error("no address");
    client = new Redis({ port: address.port, host: "127.0.0.1", retryStrategy: () => null, disconnectTimeout: 1 });
    client.on("error", () => undefined);
    const lock = createRedisLock(client, { waitMs: 60_000, answerMs: 20, awayMs: 60_000 });
    expect(await lock.using("k", 60_000, async () => "ran")).toBe("ran");
    const asked = jest.spyOn(client, "evalsha");
    expect(await lock.using("k", 60_000, async () => "again")).toBe("again");
    expect(asked).not.toHaveBeenCalled();
  });
});
