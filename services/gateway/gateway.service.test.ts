import { once } from "node:events";
import { Agent, request } from "node:http";

import { startEdge } from "../../test/support/edge";
import { waitFor } from "../../test/support/wait";
import { shop, testEdge } from "./shop.fixture";

const at = testEdge();

describe("stopping", () => {
  const agent = new Agent({ keepAlive: true });
  afterAll(() => agent.destroy());

  test("lets the answer in flight out, closes idle connections, then takes no more", async () => {
    let finish: (() => void) | undefined;
    const other = await startEdge([shop], { list: () => new Promise((resolve) => (finish = () => resolve({ done: true }))) });
    const idle = request({ port: other.port, path: "/health/live", agent }).end();
    const [first] = await once(idle, "response");
    first.resume();
    await once(first, "end");
    const inFlight = fetch(`${other.url}/api/v1/things`);
    await waitFor(() => finish);
    const stopped = other.stop();
    await waitFor(
      async () =>
        fetch(`${other.url}/health/live`).then(
          () => false,
          () => true,
        ),
      { what: "a closed door" },
    );
    finish?.();
    const response = await inFlight;
    expect([response.status, response.headers.get("connection"), await response.json()]).toEqual([200, "close", { done: true }]);
    await stopped;
  });

  test("doesn't wait for ever for a client that never sends the rest", async () => {
    const other = await startEdge([shop], {}, { DRAIN_MS: "20" });
    const headers = {
      "content-length": "10",
      "content-type": "application/json",
      "idempotency-key": "k",
      authorization: `Bearer ${await other.token()}`,
    };
    const half = request({ port: other.port, method: "POST", path: "/api/v1/payments", headers });
    half.on("error", () => undefined); // it is cut off
    const closed = new Promise((resolve) => half.once("close", resolve));
    half.write("{");
    await waitFor(() => new Promise((resolve) => other.gateway.door.server.getConnections((_, count) => resolve(count === 1))));
    await other.stop();
    await closed;
  });

  test("a port that is taken is one clear line", async () => {
    await expect(startEdge([shop], {}, { PORT: String(at.edge.port) })).rejects.toMatchObject({
      name: "ListenError",
      message: expect.stringMatching(`^PORT: 127.0.0.1:${at.edge.port} is in use by another process;`),
    });
  });
});
