import { connect } from "node:net";
import { text } from "node:stream/consumers";

import { z } from "zod";

import { action, contract } from "../../lib/contract";
import { ShopError } from "../../lib/errors";
import { id } from "../../lib/schemas";
import { atEnd } from "../../test/support/cleanup";
import { startEdge, type Edge, type FakeCall } from "../../test/support/edge";
import { waitFor } from "../../test/support/wait";
import { figures } from "./gateway.service";
import type { Told } from "./streams";

const shop = contract("shop", {
  actions: {
    changes: action({
      params: z.strictObject({ id, userId: id, after: z.int().min(0).optional() }),
      result: z.any(),
      rest: { route: "GET /orders/:id/events", stream: true },
    }),
  },
});

const status = (n: number, data: unknown = { status: `s${n}` }) => ({ id: String(n), event: "status", data });
const told = (events: ReturnType<typeof status>[], final = false): Told => ({ events, final });

/** An answer that doesn't come before the tests are over; then it does, as a broker that stops would wait for it. */
const silence = () => new Promise<Told>((resolve) => atEnd(() => resolve(told([], true))));

/** What the action answers, by the event after which it is asked. */
let answers: (call: FakeCall) => Told | Promise<Told>;

function start(own: Partial<typeof figures.streams> = {}, env: Record<string, string> = {}): Promise<Edge> {
  return startEdge([shop], { changes: (call) => answers(call) }, env, { ...figures, streams: { ...figures.streams, ...own } });
}

let edge: Edge;
beforeAll(async () => {
  edge = await start();
});
beforeEach(() => {
  answers = ({ params }) => (params.after === undefined ? told([status(1)]) : told([status(Number(params.after) + 1)], true));
  edge.calls.length = 0;
  edge.logged.length = 0;
});

const asked = () => edge.calls.map(({ params }) => params.after);
const resumed = (last: string) => ({ headers: { "last-event-id": last } });

/** A stream that is being read; `read` has what has come so far. */
async function listen(at: Edge, user = "u1") {
  const leaving = new AbortController();
  const headers = { authorization: `Bearer ${await at.token({ id: user, role: "customer" })}` };
  const response = await fetch(`${at.url}/api/v1/orders/o1/events`, { headers, signal: leaving.signal });
  const stream = { status: response.status, headers: response.headers, read: "", isOver: false, leave: () => leaving.abort() };
  void (async () => {
    try {
      for await (const chunk of response.body!) stream.read += Buffer.from(chunk).toString();
    } catch {
      // left, or cut off
    }
    stream.isOver = true;
  })();
  return stream;
}

test("the present state comes first, then what happens, until nothing more can", async () => {
  const { status: code, headers, text: read } = await edge.send("GET /orders/o1/events");
  expect(code).toBe(200);
  expect(headers.get("content-type")).toBe("text/event-stream");
  expect(headers.get("cache-control")).toBe("no-store");
  expect(headers.get("x-accel-buffering")).toBe("no");
  expect(headers.get("etag")).toBeNull();
  expect(read).toBe('id: 1\nevent: status\ndata: {"status":"s1"}\n\nid: 2\nevent: status\ndata: {"status":"s2"}\n\n');
  expect(asked()).toEqual([undefined, 1]);
  expect(edge.calls[1]).toMatchObject({ params: { id: "o1", userId: "u1" }, meta: { caller: { id: "u1" } } });
});

describe("a stream that goes on", () => {
  test("begins after the event that the client saw last", async () => {
    expect((await edge.send("GET /orders/o1/events", resumed("7"))).text).toContain("id: 8\n");
    expect(asked()).toEqual([7]);
  });

  test("is 204 when there is nothing more, so that a browser stays away", async () => {
    answers = () => told([], true);
    const { status: code, text: read, headers } = await edge.send("GET /orders/o1/events", resumed("7"));
    expect([code, read, headers.get("content-type")]).toEqual([204, "", null]);
  });

  test("is the whole one without an id", async () => {
    await edge.send("GET /orders/o1/events", resumed(""));
    expect(asked()[0]).toBeUndefined();
  });

  test.each(["x", "-1", "1.5", "1e3", "0x10", " ", "9".repeat(16), "1, 2"])("after %j is 400", async (last) => {
    const { status: code, body } = await edge.send("GET /orders/o1/events", resumed(last));
    if (last.trim() === "") return expect(code).toBe(200); // HTTP has no spaces at the end
    expect([code, body.code]).toEqual([400, "BAD_REQUEST"]);
    expect(edge.calls).toEqual([]);
  });

  test("can't be asked for in the query", async () => {
    expect((await edge.send("GET /orders/o1/events?after=1")).body.errors[0].path).toBe("after");
  });
});

describe("errors", () => {
  test("before the first event are problems", async () => {
    expect((await edge.send("GET /orders/o1/events", { token: null })).status).toBe(401);
    answers = () => {
      throw new ShopError("ORDER_NOT_FOUND");
    };
    const { status: code, body, headers } = await edge.send("GET /orders/o1/events");
    expect([code, body.code, headers.get("content-type")]).toEqual([404, "ORDER_NOT_FOUND", "application/problem+json"]);
  });

  test("later ones end the stream, and are logged", async () => {
    answers = ({ params }) => {
      if (params.after === undefined) return told([status(1)]);
      throw new ShopError("UNAVAILABLE");
    };
    const { status: code, text: read } = await edge.send("GET /orders/o1/events");
    expect([code, read]).toEqual([200, expect.stringMatching(/^id: 1\n.*\n.*\n\n$/)]);
    expect(edge.logged).toEqual([expect.stringContaining("the stream broke off")]);
  });
});

test("HEAD has the headers of the stream, and asks once", async () => {
  const { status: code, headers, text: read } = await edge.send("HEAD /orders/o1/events");
  expect([code, headers.get("content-type"), read]).toEqual([200, "text/event-stream", ""]);
  expect(asked()).toEqual([undefined]);
});

test("a client that goes away is not asked for any more, and frees its place", async () => {
  const at = await start({ perUser: 1 });
  let answer: (told: Told) => void = () => undefined;
  answers = ({ params }) => (params.after === undefined ? told([status(1)]) : new Promise((resolve) => (answer = resolve)));
  const stream = await listen(at);
  await waitFor(() => at.calls.length === 2);
  stream.leave();
  await waitFor(() => new Promise((resolve) => at.gateway.door.server.getConnections((_, count) => resolve(count === 0))));
  answer(told([status(2)]));
  await waitFor(async () => (await at.send("HEAD /orders/o1/events")).status === 200, { what: "its place" });
  expect(at.calls.slice(2).every(({ params }) => params.after === undefined)).toBe(true);
});

test("a user has so many streams, and a node", async () => {
  const at = await start({ perUser: 2, most: 3 });
  answers = ({ params }) => (params.after === undefined ? told([status(1)]) : silence());
  const streams = [await listen(at, "u1"), await listen(at, "u1"), await listen(at, "u2")];
  expect(streams.map((stream) => stream.status)).toEqual([200, 200, 200]);
  const third = await at.send("GET /orders/o1/events");
  expect([third.status, third.body.code, third.headers.get("retry-after")]).toEqual([429, "RATE_LIMITED", "1"]);
  const fourth = await at.send("GET /orders/o1/events", { token: await at.token({ id: "u3", role: "customer" }) });
  expect([fourth.status, fourth.body.code]).toEqual([503, "OVERLOADED"]);
  for (const stream of streams) stream.leave();
});

test("comments keep a silent stream from looking dead", async () => {
  const at = await start({ beatMs: 10 });
  answers = ({ params }) => (params.after === undefined ? told([status(1)]) : silence());
  const stream = await listen(at);
  await waitFor(() => /\n\n(:\n\n){3}/.test(stream.read), { what: "three comments" });
  stream.leave();
});

test("an action that has nothing to say and doesn't wait isn't asked without a pause", async () => {
  const at = await start({ beatMs: 10, paceMs: 60_000 });
  answers = ({ params }) => told(params.after === undefined ? [status(1)] : []);
  const stream = await listen(at);
  await waitFor(() => stream.read.split(":\n\n").length > 3, { what: "some time" });
  expect(at.calls).toHaveLength(2);
  stream.leave();
});

test("no stream lasts longer than a token", async () => {
  const at = await start({ lifeMs: 0 });
  answers = ({ params }) => (params.after === undefined ? told([status(1)]) : silence());
  expect((await at.send("GET /orders/o1/events")).text).toContain("id: 1\n");
});

test("a client that doesn't read is waited for, then cut off: nothing piles up for it", async () => {
  const at = await start({ beatMs: 50, perUser: 1 });
  const much = "x".repeat(1_000_000);
  answers = ({ params }) => told([status(Number(params.after ?? 0) + 1, much)]);
  const socket = connect(at.port, "127.0.0.1").pause();
  socket.on("error", () => undefined); // cut off
  socket.write(`GET /api/v1/orders/o1/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${await at.token()}\r\n\r\n`);
  await waitFor(() => at.calls.length > 0);
  await waitFor(() => new Promise((resolve) => at.gateway.door.server.getConnections((_, count) => resolve(count === 0))));
  expect(at.calls.length).toBeLessThan(50);
  socket.destroy();
});

test("a request whose body never comes ends its stream without another answer in the middle", async () => {
  const at = await start();
  answers = ({ params }) => (params.after === undefined ? told([status(1)]) : silence());
  at.gateway.door.server.headersTimeout = 100;
  at.gateway.door.server.requestTimeout = 100;
  const socket = connect(at.port, "127.0.0.1");
  const token = await at.token();
  socket.write(`GET /api/v1/orders/o1/events HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nAuthorization: Bearer ${token}\r\n\r\n`);
  const read = await text(socket).catch(() => "cut off");
  expect(read).not.toContain("408");
});

describe("a node that stops", () => {
  test("ends its streams first and waits for none of them", async () => {
    const at = await start({}, { DRAIN_MS: "60000" });
    answers = ({ params }) => (params.after === undefined ? told([status(1)]) : silence());
    const stream = await listen(at);
    await waitFor(() => at.calls.length === 2);
    const stopped = at.gateway.door.stop();
    await waitFor(() => stream.isOver);
    expect(stream.read).toContain("id: 1\n");
    await stopped;
  });

  test("tells those who haven't heard anything yet to come back, and takes no more", async () => {
    const at = await start({}, { DRAIN_MS: "60000" });
    answers = silence;
    const waiting = at.send("GET /orders/o1/events");
    await waitFor(() => at.calls.length === 1);
    at.gateway.streams.close();
    for (const { status: code, body, headers } of [await waiting, await at.send("GET /orders/o1/events")]) {
      expect([code, body.code, headers.get("retry-after")]).toEqual([503, "UNAVAILABLE", "1"]);
    }
    expect(at.calls).toHaveLength(1);
  });
});
