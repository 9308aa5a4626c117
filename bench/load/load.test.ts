import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { once } from "node:events";
import { text } from "node:stream/consumers";

import { atEnd } from "../../test/support/cleanup";
import { load, UnexpectedAnswer } from "./load";
import { bodyOf, posts } from "./request";

const never = new AbortController().signal;

async function serverThat(answer: (req: IncomingMessage, res: ServerResponse) => void): Promise<string> {
  const server = createServer(answer).listen(0, "127.0.0.1");
  atEnd(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server, "listening");
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const send = (res: ServerResponse, status: number, body = "{}") =>
  res.writeHead(status, { "Content-Length": Buffer.byteLength(body) }).end(body);

test("every client asks again when it is answered, on one connection, until enough were answered", async () => {
  const keys = new Set<unknown>();
  const ports = new Map<number | undefined, number>();
  let asked: unknown;
  const url = await serverThat(async (req, res) => {
    asked = [req.method, req.url, req.headers.authorization, req.headers["content-type"], JSON.parse(await text(req))];
    keys.add(req.headers["idempotency-key"]);
    ports.set(req.socket.remotePort, (ports.get(req.socket.remotePort) ?? 0) + 1);
    send(res, keys.size % 3 === 0 ? 409 : 201);
  });
  const post = posts(url, "/things", "t.o.k");
  const clients = Array.from({ length: 4 }, () => () => post(bodyOf({ n: 1 })));
  const done = await load(url, { clients, expects: [201, 409], goesOn: (answers) => answers < 50 }, never);
  expect(asked).toEqual(["POST", "/things", "Bearer t.o.k", "application/json", { n: 1 }]);
  expect(ports.size).toBe(4);
  // Those that were under way when the fiftieth came are answered too.
  expect(done.answers).toBeGreaterThanOrEqual(50);
  expect(done.answers).toBeLessThanOrEqual(53);
  expect([keys.size, done.latencies.length]).toEqual([done.answers, done.answers]);
  expect((done.statuses[201] ?? 0) + (done.statuses[409] ?? 0)).toBe(done.answers);
  expect(done.statuses[409]).toBe(Math.floor(done.answers / 3));
  expect(Math.min(...done.latencies)).toBeGreaterThan(0);
  expect(done.seconds).toBeGreaterThan(0);
});

test("without a limit clients ask until they have nothing to ask any more", async () => {
  const url = await serverThat((_req, res) => send(res, 201));
  const post = posts(url, "/");
  let left = 70;
  const next = () => (left-- > 0 ? post(bodyOf({})) : undefined);
  const { answers, statuses } = await load(url, { clients: [next, next, next], expects: [201] }, never);
  expect([answers, statuses]).toEqual([70, { 201: 70 }]);
});

test("an answer that the work doesn't expect ends it, and says what it was", async () => {
  const url = await serverThat((_req, res) => send(res, 503, '{"code":"UNAVAILABLE"}'));
  const post = posts(url, "/");
  const work = { clients: [() => post(bodyOf({}))], expects: [201] };
  await expect(load(url, work, never)).rejects.toEqual(new UnexpectedAnswer('a request was answered 503: {"code":"UNAVAILABLE"}'));
});

test("a connection that the server closes ends it", async () => {
  const url = await serverThat((req) => req.socket.destroy());
  const post = posts(url, "/");
  await expect(load(url, { clients: [() => post(bodyOf({}))], expects: [201] }, never)).rejects.toThrow("closed a connection");
});

test("work that is called off ends though nobody answers", async () => {
  const stopping = new AbortController();
  const url = await serverThat(() => stopping.abort());
  const post = posts(url, "/");
  await expect(load(url, { clients: [() => post(bodyOf({}))], expects: [201] }, stopping.signal)).rejects.toThrow();
});
