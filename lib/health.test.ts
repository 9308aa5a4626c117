import { ServiceBroker, type Middleware, type Transit } from "moleculer";

import { natsTransporter } from "../mixins/nats";
import { waitFor } from "../test/support/wait";
import { bindConfig, loadConfig } from "./config";
import { healthOf, nodePort, readyAfter } from "./health";

const brokers: ServiceBroker[] = [];
afterEach(async () => {
  await Promise.all(brokers.splice(0).map((broker) => broker.stop()));
});

function newBroker(env: Record<string, string> = {}, middlewares: Middleware[] = []) {
  const broker = new ServiceBroker({ logger: false, skipProcessEventRegistration: true, middlewares });
  bindConfig(broker, loadConfig({ NODE_PORT: "0", ...env }, []));
  brokers.push(broker);
  return broker;
}

/** A promise that the test settles itself. */
function gate() {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open };
}

async function listening(broker: ServiceBroker): Promise<string> {
  const { port } = await new Promise<{ port: number }>((resolve) => broker.localBus.once("$node.listening", resolve));
  return `http://127.0.0.1:${port}`;
}

async function probe(url: string): Promise<[number, { status: string } | undefined]> {
  const response = await fetch(url, { headers: { connection: "close" } });
  const isJson = response.headers.get("content-type")?.includes("json");
  return [response.status, isJson ? ((await response.json()) as { status: string }) : undefined];
}

describe("ready", () => {
  test("only after what has to be prepared, however long the node has served by then", async () => {
    const broker = newBroker();
    const { opened, open } = gate();
    const prepared = readyAfter(broker, async () => {
      await broker.start();
      await opened;
    });
    await waitFor(() => broker.started);
    expect(await healthOf(broker)).toEqual({ ready: false, status: "starting" });
    open();
    await prepared;
    expect(await healthOf(broker)).toEqual({ ready: true, status: "ok" });
  });

  test.each<[string, () => Promise<unknown>, object]>([
    ["the database answers", async () => [{ 1: 1 }], { ready: true, status: "ok" }],
    ["the database fails", () => Promise.reject(new Error("gone")), { ready: false, status: "unavailable" }],
    ["the database hangs", () => new Promise(() => undefined), { ready: false, status: "unavailable" }],
  ])("when %s", async (_what, select, health) => {
    const broker = newBroker();
    broker.createService({
      name: "order",
      created() {
        this.db = { select };
      },
    });
    broker.createService({ name: "plain" });
    expect(await healthOf(broker)).toEqual({ ready: false, status: "starting" });
    await broker.start();
    expect(await healthOf(broker, 20)).toEqual(health);
  });
});

test.each([
  ["answers", async () => 1, true],
  ["has no connection", () => Promise.reject(new Error("DISCONNECT")), false],
  ["hangs", () => new Promise(() => undefined), false],
])("a node is ready while the server between the nodes %s: %#", async (_what, rtt, ready) => {
  const broker = newBroker();
  await broker.start();
  const transporter = natsTransporter("nats://127.0.0.1:1");
  transporter.client = { rtt };
  broker.transit = { tx: transporter } as unknown as Transit;
  expect(await healthOf(broker, 20)).toEqual(ready ? { ready, status: "ok" } : { ready, status: "unavailable" });
  broker.transit = undefined;
});

describe("the node's port", () => {
  test("answers from before the services start until they have stopped", async () => {
    const [start, stop] = [gate(), gate()];
    const broker = newBroker({}, [nodePort()]);
    broker.createService({ name: "slow", started: () => start.opened, stopped: () => stop.opened });
    const url = listening(broker);
    const started = broker.start();
    const at = await url;
    expect(await probe(`${at}/health/live`)).toEqual([200, { status: "ok" }]);
    expect(await probe(`${at}/health/ready`)).toEqual([503, { status: "starting" }]);
    start.open();
    await started;
    expect(await probe(`${at}/health/ready`)).toEqual([200, { status: "ok" }]);
    const stopped = broker.stop();
    const answer = await waitFor(async () => {
      const [status, body] = await probe(`${at}/health/ready`);
      return body?.status === "stopping" && status;
    });
    expect(answer).toBe(503);
    expect(await probe(`${at}/health/live`)).toEqual([200, { status: "ok" }]);
    stop.open();
    await stopped;
    await expect(fetch(`${at}/health/live`)).rejects.toThrow();
  });

  test("has nothing else yet", async () => {
    const broker = newBroker({}, [nodePort()]);
    const url = listening(broker);
    await broker.start();
    expect(await probe(`${await url}/api/v1/products`)).toEqual([404, undefined]);
    const posted = await fetch(`${await url}/health/live`, { method: "POST", headers: { connection: "close" } });
    expect([posted.status, posted.headers.get("allow")]).toEqual([405, "GET, HEAD"]);
  });

  test("answers HEAD as GET, without a body, and takes no notice of a query", async () => {
    const broker = newBroker({}, [nodePort()]);
    const url = listening(broker);
    await broker.start();
    const head = await fetch(`${await url}/health/ready?x=1`, { method: "HEAD", headers: { connection: "close" } });
    expect([head.status, head.headers.get("content-length"), await head.text()]).toEqual([200, "15", ""]);
  });

  test("that is taken stops the start in one line", async () => {
    const first = newBroker({}, [nodePort()]);
    const url = listening(first);
    await first.start();
    const { port } = new URL(await url);
    await expect(newBroker({ NODE_PORT: port }, [nodePort()]).start()).rejects.toMatchObject({
      name: "ListenError",
      message: expect.stringMatching(`^NODE_PORT: 127.0.0.1:${port} is in use by another process;`),
    });
  });
});
