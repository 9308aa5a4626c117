import { request } from "node:http";

import { rawHttp } from "../../test/support/raw-http";
import { testEdge } from "./shop.fixture";

const at = testEdge();

describe("bytes that aren't quite HTTP", () => {
  const raw = (bytes: string) => rawHttp(at.edge.port, bytes);

  test("a broken request line is a problem document", async () => {
    const { status, text } = await raw("hello\r\n\r\n");
    expect(status).toBe(400);
    expect(text).toContain('"code":"BAD_REQUEST"');
  });

  test.each([
    ["two lengths", "POST /api/v1/payments HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcde"],
    [
      "a length and pieces",
      "POST /api/v1/payments HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    ],
    ["a length below zero", "POST /api/v1/payments HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n"],
    ["no host", "GET /api/v1/things HTTP/1.1\r\n\r\n"],
    ["a space in the path", "GET /api/v1/thi ngs HTTP/1.1\r\nHost: x\r\n\r\n"],
  ])("%s is 400", async (_what, bytes) => {
    const { status, text } = await raw(bytes);
    expect(status).toBe(400);
    expect(text).toContain('"code":"BAD_REQUEST"');
    expect(text).toMatch(/x-request-id: [0-9a-f-]{36}/i);
  });

  test.each([
    ["an absolute address", "GET http://elsewhere/api/v1/things HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"],
    ["a star", "OPTIONS * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"],
    ["two slashes", "GET //api/v1/things HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"],
    ["dots", "GET /api/v1/../v1/things HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"],
  ])("%s is 404", async (_what, bytes) => {
    expect((await raw(bytes)).status).toBe(404);
  });

  test.each([
    ["headers", `GET /api/v1/things HTTP/1.1\r\nHost: x\r\nX-Long: ${"x".repeat(20_000)}\r\n\r\n`],
    ["a URL", `GET /api/v1/things?q=${"x".repeat(20_000)} HTTP/1.1\r\nHost: x\r\n\r\n`],
  ])("%s of more than 16 kB are 431", async (_what, bytes) => {
    const { status, text } = await raw(bytes);
    expect(status).toBe(431);
    expect(text).toMatch(/"status":431.*"code":"BAD_REQUEST"/);
    expect(text).toMatch(/\r\nX-Request-Id: ([0-9a-f-]{36})\r\n(?:.*\r\n)*.*"requestId":"\1"/);
  });

  test("an expectation that nobody knows doesn't matter", async () => {
    const { status, text } = await raw("GET /api/v1/things HTTP/1.1\r\nHost: x\r\nExpect: more\r\nConnection: close\r\n\r\n");
    expect(status).toBe(200);
    expect(text).toMatch(/x-request-id:/i);
  });

  test("a client that is slow to say what it wants hears 408", async () => {
    at.edge.gateway.door.server.headersTimeout = 50;
    const { status, text } = await raw("GET /api/v1/things HTTP/1.1\r\nHost: x\r\n");
    at.edge.gateway.door.server.headersTimeout = 10_000;
    expect(status).toBe(408);
    expect(text).toContain('"code":"BAD_REQUEST"');
  });

  test.each([
    ["bytes that make no request", "GARBAGE\r\n\r\n"],
    ["headers that are too large", `GET / HTTP/1.1\r\nHost: x\r\nX-Long: ${"x".repeat(20_000)}\r\n\r\n`],
  ])("a request that is being worked on gets its own answer, though %s follow it", async (_what, rest) => {
    const body = JSON.stringify({ amount: 7 });
    const head = [
      "POST /api/v1/payments HTTP/1.1",
      "Host: x",
      "Content-Type: application/json",
      "Idempotency-Key: k",
      `Authorization: Bearer ${await at.edge.token()}`,
      `Content-Length: ${body.length}`,
    ];
    const { status, text } = await raw(`${head.join("\r\n")}\r\n\r\n${body}${rest}`);
    expect(at.edge.calls).toMatchObject([{ params: { amount: 7 } }]);
    expect([status, text]).toEqual([201, expect.stringMatching(/connection: close/i)]);
    expect(text.match(/HTTP\/1\.1/g)).toHaveLength(1);
  });

  test("a client that goes away in the middle harms nobody", async () => {
    const sending = request({
      port: at.edge.port,
      method: "POST",
      path: "/api/v1/payments",
      headers: {
        "content-type": "application/json",
        "content-length": "100",
        "idempotency-key": "k",
        authorization: `Bearer ${await at.edge.token()}`,
      },
    });
    const gone = new Promise((resolve) => sending.once("close", resolve));
    sending.on("error", () => undefined);
    await new Promise((resolve) => sending.write("{", resolve));
    sending.destroy();
    await gone;
    expect((await at.edge.send("GET /things")).status).toBe(200);
    expect(at.edge.logged).toEqual([]);
  });
});
