import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";

import type { Redis } from "ioredis";

import { openRedis } from ".";
import { atEnd } from "../../test/support/cleanup";
import { waitFor } from "../../test/support/wait";

function connect(port: number, said: string[] = []): Redis {
  const redis = openRedis(`redis://:secret@127.0.0.1:${port}/3`, {
    retryMs: { base: 1, cap: 2 },
    answerMs: 50,
    logger: { warn: (message) => said.push(message) },
  });
  atEnd(() => redis.disconnect());
  return redis;
}

/** Speaks as much of Redis's protocol as a client needs to be ready. */
async function listen(port = 0): Promise<{ port: number; stop(): Promise<void> }> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on("data", (data) => {
      const commands = data.toString().match(/\*\d+\r\n/g)?.length ?? 0;
      socket.write("$17\r\nredis_version:7.0\r\n".repeat(commands));
    });
    socket.on("error", () => undefined);
  }).listen(port, "127.0.0.1");
  await once(server, "listening");
  const stop = async () => {
    for (const socket of sockets) socket.destroy();
    if (server.listening) await new Promise((resolve) => server.close(resolve));
  };
  atEnd(stop);
  return { port: (server.address() as AddressInfo).port, stop };
}

test("while Redis is away a command fails at once; an outage is told once, without the password, and so is its end", async () => {
  const first = await listen();
  const said: string[] = [];
  const redis = connect(first.port, said);
  await waitFor(() => redis.status === "ready", { what: "the connection" });
  let tries = 0;
  redis.on("reconnecting", () => tries++);
  await first.stop();
  await waitFor(() => tries >= 5, { what: "five tries" });
  await expect(redis.get("key")).rejects.toThrow();
  expect(said).toEqual([expect.stringMatching(`^Redis at 127.0.0.1:${first.port} is away`)]);
  await listen(first.port);
  await waitFor(() => said.length > 1, { what: "the end of the outage" });
  expect(said[1]).toBe(`Redis at 127.0.0.1:${first.port} is back`);
});

test("a Redis that was never there is told of once, and crashes nobody", async () => {
  const said: string[] = [];
  const redis = connect(1, said);
  await expect(redis.get("key")).rejects.toThrow();
  let tries = 0;
  redis.on("reconnecting", () => tries++);
  await waitFor(() => tries >= 5, { what: "five tries" });
  expect(said).toEqual(["Redis at 127.0.0.1:1 is away, and tried again until it is back: ECONNREFUSED"]);
});

test("who disconnects is not called away", async () => {
  const said: string[] = [];
  const redis = connect((await listen()).port, said);
  await waitFor(() => redis.status === "ready", { what: "the connection" });
  redis.disconnect();
  await waitFor(() => redis.status === "end", { what: "the end" });
  expect(said).toEqual([]);
});
