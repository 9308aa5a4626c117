import { Agent, request, type ServerResponse } from "node:http";
import { once } from "node:events";
import { connect } from "node:net";
import { text } from "node:stream/consumers";

import { waitFor } from "../test/support/wait";
import { httpServer, ListenError, type HttpServerOptions } from "./http-server";

const open: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.stop()));
});

function newServer(options: Partial<HttpServerOptions> = {}) {
  const server = httpServer({ host: "127.0.0.1", port: 0, variable: "PORT", handle: (_, res) => res.end("hello"), ...options });
  open.push(server);
  return server;
}

describe("start", () => {
  test("picks a free port for 0", async () => {
    const port = await newServer().start();
    expect(port).toBeGreaterThan(0);
    expect(await (await fetch(`http://127.0.0.1:${port}`)).text()).toBe("hello");
  });

  test("a taken port is one line that names the variable", async () => {
    const port = await newServer().start();
    const error = await newServer({ port, variable: "NODE_PORT" })
      .start()
      .catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ListenError);
    expect((error as ListenError).message).toMatch(
      `NODE_PORT: 127.0.0.1:${port} is in use by another process; a shop or node beside another needs a PORT, a NODE_PORT`,
    );
    expect((error as ListenError).stack).toBe(`ListenError: ${(error as ListenError).message}`);
  });

  test("an address of another machine is refused likewise", async () => {
    await expect(newServer({ host: "192.0.2.1" }).start()).rejects.toThrow("192.0.2.1:0 is not an address of this machine");
  });
});

describe("stop", () => {
  test("can be called before the start, and twice", async () => {
    await newServer().stop();
    const server = newServer();
    await server.start();
    await Promise.all([server.stop(), server.stop()]);
    await server.stop();
    expect(server.server.listening).toBe(false);
  });

  test("answers a connection that the kernel has taken and the server has not seen yet", async () => {
    const server = newServer({ drainMs: 60_000 });
    const port = await server.start();
    const socket = connect(port, "127.0.0.1");
    socket.write("GET / HTTP/1.1\r\nHost: shop\r\n\r\n");
    const [, answer] = await Promise.all([server.stop(), text(socket)]);
    expect(answer).toContain("HTTP/1.1 200 OK");
  });

  test("an idle keep-alive connection doesn't hold it", async () => {
    const agent = new Agent({ keepAlive: true });
    const server = newServer({ drainMs: 60_000 });
    const port = await server.start();
    const [response] = await once(request({ port, agent }).end(), "response");
    await once(response.resume(), "end");
    await server.stop();
    expect(server.server.listening).toBe(false);
    agent.destroy();
  });

  test("lets an answer finish, then closes its connection", async () => {
    const agent = new Agent({ keepAlive: true });
    let finish: (() => void) | undefined;
    const handle = (_: unknown, res: ServerResponse) => {
      if (finish) res.end();
      else finish = () => res.end("done");
    };
    const server = newServer({ drainMs: 60_000, handle });
    const port = await server.start();
    const answer = once(request({ port, agent }).end(), "response");
    await waitFor(() => finish);
    let isStopped = false;
    const stopped = server.stop().then(() => (isStopped = true));
    await waitFor(() =>
      fetch(`http://127.0.0.1:${port}`).then(
        () => false,
        () => true,
      ),
    );
    expect(isStopped).toBe(false);
    finish?.();
    const [response] = await answer;
    expect(response.headers.connection).toBe("close");
    await once(response.resume(), "end");
    await stopped;
    agent.destroy();
  });

  test("ends what would go on for ever before it waits", async () => {
    const streams: ServerResponse[] = [];
    const handle = (_: unknown, res: ServerResponse) => {
      streams.push(res);
      res.flushHeaders();
    };
    const endStreams = () => streams.forEach((res) => res.end("bye"));
    const server = newServer({ drainMs: 60_000, handle, endStreams });
    const port = await server.start();
    const response = await fetch(`http://127.0.0.1:${port}`);
    await server.stop();
    expect(await response.text()).toBe("bye");
  });

  test("cuts off what doesn't finish in time", async () => {
    let arrived = false;
    const server = newServer({ drainMs: 10, handle: () => (arrived = true) });
    const port = await server.start();
    const cut = fetch(`http://127.0.0.1:${port}`).catch((reason: unknown) => reason);
    await waitFor(() => arrived);
    await server.stop();
    expect(await cut).toMatchObject({ message: "fetch failed" });
  });
});
