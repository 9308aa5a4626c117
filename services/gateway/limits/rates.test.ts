import { z } from "zod";

import { action, contract } from "../../../lib/contract";
import { ShopError } from "../../../lib/errors";
import { id } from "../../../lib/schemas";
import { startEdge, type Edge, type FakeCall } from "../../../test/support/edge";
import { waitFor } from "../../../test/support/wait";
import { figures } from "../gateway.service";

const shop = contract("shop", {
  actions: {
    list: action({ params: z.strictObject({}), result: z.any(), rest: { route: "GET /things", auth: "public" } }),
    mine: action({ params: z.strictObject({ userId: id }), result: z.any(), rest: "GET /things/mine" }),
    hook: action({
      params: z.strictObject({ body: z.string() }),
      result: z.any(),
      rest: { route: "POST /hooks", auth: "public", status: 204, raw: { headers: {} } },
    }),
    login: action({
      params: z.strictObject({ email: z.string(), password: z.string() }),
      result: z.any(),
      refuses: ["INVALID_CREDENTIALS"],
      rest: { route: "POST /login", auth: "public", status: 200 },
    }),
    edit: action({
      params: z.strictObject({ userId: id, password: z.string() }),
      result: z.any(),
      refuses: ["INVALID_CREDENTIALS"],
      rest: "PATCH /me",
    }),
  },
});

const checkPassword = ({ params }: FakeCall) => {
  if (params.password !== "right") throw new ShopError("INVALID_CREDENTIALS");
  return {};
};

/** Every address is somebody else's behind this one, so that each test has its own. */
const proxy = { RATE_LIMIT: "on", TRUSTED_PROXIES: "127.0.0.1" };
const usual = { user: { most: 3, seconds: 60 }, address: { most: 5, seconds: 60 }, passwords: { most: 2, seconds: 60 } };

let edge: Edge;
beforeAll(async () => {
  edge = await startEdge([shop], { login: checkPassword, edit: checkPassword }, proxy, { ...figures, rates: usual });
});

let last = 0;
const newAddress = () => ({ "x-forwarded-for": `192.0.2.${++last}` });

/** The limit, what is left of it, and whether the time until it is free again is one of this minute. */
function told(headers: Headers) {
  const [limit, remaining, reset] = ["limit", "remaining", "reset"].map((name) => Number(headers.get(`ratelimit-${name}`)));
  return [limit, remaining, reset! > 0 && reset! <= 60];
}

test("an address has so many requests in a time, whatever they ask for; the answers tell what is left", async () => {
  const headers = newAddress();
  const wanted: [string, object?][] = [
    ["GET /things"],
    ["HEAD /things"],
    ["GET /nowhere"],
    ["PUT /things"],
    ["POST /hooks", { body: "x" }],
  ];
  for (const [at, [route, options]] of wanted.entries()) {
    const sent = await edge.send(route, { ...options, headers, token: null });
    expect(sent.status).not.toBe(429);
    expect(told(sent.headers)).toEqual([5, 4 - at, true]);
  }
  const reached = edge.calls.length;
  const { status, body, headers: answered } = await edge.send("GET /things", { headers });
  expect([status, body.code]).toEqual([429, "RATE_LIMITED"]);
  expect(told(answered)).toEqual([5, 0, true]);
  expect(answered.get("retry-after")).toBe(answered.get("ratelimit-reset"));
  expect(edge.calls).toHaveLength(reached);
  expect((await edge.send("GET /things", { headers: newAddress() })).status).toBe(200);
});

test("webhooks count too", async () => {
  const headers = newAddress();
  for (let n = 0; n < 5; n++) expect((await edge.send("POST /hooks", { body: "x", headers, token: null })).status).toBe(204);
  expect((await edge.send("POST /hooks", { body: "x", headers, token: null })).status).toBe(429);
});

test("a /64 of IPv6 is one address", async () => {
  const from = (host: number) => ({ "x-forwarded-for": `2001:db8:0:7::${host}` });
  for (let n = 0; n < 5; n++) await edge.send("GET /things", { headers: from(n) });
  expect((await edge.send("GET /things", { headers: from(9) })).status).toBe(429);
});

test("X-Forwarded-For of a client that isn't a trusted proxy counts for nothing", async () => {
  const open = await startEdge([shop], {}, { RATE_LIMIT: "on" }, { ...figures, rates: usual });
  try {
    for (let n = 0; n < 5; n++) await open.send("GET /things", { headers: newAddress() });
    expect((await open.send("GET /things", { headers: newAddress() })).status).toBe(429);
  } finally {
    await open.stop();
  }
});

test("a user has so many, from wherever he comes; the answers tell what is scarcer", async () => {
  const token = await edge.token({ id: "kim", role: "customer" });
  for (let n = 0; n < 3; n++) {
    const { status, headers } = await edge.send("GET /things/mine", { token, headers: newAddress() });
    expect([status, told(headers)]).toEqual([200, [3, 2 - n, true]]);
  }
  const refused = await edge.send("GET /things/mine", { token, headers: newAddress() });
  expect([refused.status, refused.body.code, told(refused.headers)]).toEqual([429, "RATE_LIMITED", [3, 0, true]]);
  const lee = await edge.token({ id: "lee", role: "customer" });
  const busy = newAddress();
  for (let n = 0; n < 4; n++) await edge.send("GET /things", { headers: busy });
  const { status, headers } = await edge.send("GET /things/mine", { token: lee, headers: busy });
  expect([status, told(headers)]).toEqual([200, [5, 0, true]]);
});

test("a token that isn't one takes nothing from anybody but its address", async () => {
  for (let n = 0; n < 4; n++) expect((await edge.send("GET /things/mine", { token: "forged", headers: newAddress() })).status).toBe(401);
});

test("health isn't counted", async () => {
  const headers = newAddress();
  for (let n = 0; n < 8; n++) {
    const { status, headers: answered } = await fetch(`${edge.url}/health/live`, { headers });
    expect([status, answered.get("ratelimit-limit")]).toEqual([200, null]);
  }
  expect((await edge.send("GET /things", { headers })).status).toBe(200);
});

describe("wrong passwords", () => {
  const logIn = async (headers: Record<string, string>, email: string, password: string) =>
    (await edge.send("POST /login", { headers, token: null, body: { email, password } })).status;

  test("of an e-mail address, however it is written, from one address: after too many no more are tried", async () => {
    const [here, there] = [newAddress(), newAddress()];
    expect(await logIn(here, "kim@example.com", "guess")).toBe(401);
    expect(await logIn(here, "KIM@example.com", "guess")).toBe(401);
    expect(await logIn(here, "kim@Example.com", "right")).toBe(429);
    expect(await logIn(here, "lee@example.com", "right")).toBe(200);
    expect(await logIn(there, "kim@example.com", "right")).toBe(200);
  });

  test("right ones don't count", async () => {
    const here = newAddress();
    for (let n = 0; n < 5; n++) expect(await logIn(here, "ann@example.com", "right")).toBe(200);
  });

  test("of somebody who is signed in count for him", async () => {
    const token = await edge.token({ id: "eve", role: "customer" });
    const headers = newAddress();
    const status = async (password: string) => (await edge.send("PATCH /me", { token, headers, body: { password } })).status;
    expect([await status("guess"), await status("guess"), await status("right")]).toEqual([401, 401, 429]);
  });

  test("a body that has no e-mail address is the schema's to refuse", async () => {
    for (const email of [undefined, 7, { toString: 1 }, ["a"]]) {
      expect((await edge.send("POST /login", { headers: newAddress(), token: null, body: { email, password: "x" } })).status).toBe(422);
    }
  });
});

test("when the time has passed everything is free again", async () => {
  const rates = { ...usual, address: { most: 1, seconds: 0.2 } };
  const brief = await startEdge([shop], {}, { RATE_LIMIT: "on" }, { ...figures, rates });
  try {
    const status = async () => (await brief.send("GET /things")).status;
    expect(await status()).toBe(200);
    await waitFor(async () => (await status()) === 429, { what: "the limit" });
    await waitFor(async () => (await status()) === 200, { what: "the next window" });
  } finally {
    await brief.stop();
  }
});

test("nothing is counted when limits are off, and nothing told", async () => {
  const free = await startEdge([shop], { login: checkPassword }, {}, { ...figures, rates: usual });
  try {
    for (let n = 0; n < 8; n++) {
      const { status, headers } = await free.send("POST /login", { token: null, body: { email: "a", password: "guess" } });
      expect([status, headers.get("ratelimit-limit")]).toEqual([401, null]);
    }
  } finally {
    await free.stop();
  }
});
