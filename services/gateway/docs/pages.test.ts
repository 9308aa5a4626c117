import { catalogue } from "../../../lib/errors";
import { startEdge, type Edge } from "../../../test/support/edge";
import { contracts } from "../contracts";
import { documentOf } from "../openapi/document";

let edge: Edge;

beforeAll(async () => {
  edge = await startEdge(contracts, {});
});

const get = (path: string, options: RequestInit = {}) => fetch(edge.url + path, { redirect: "manual", ...options });

const pages: [path: string, type: string][] = [
  ["/openapi.json", "application/json; charset=utf-8"],
  ["/asyncapi.json", "application/json; charset=utf-8"],
  ["/docs", "text/html; charset=utf-8"],
  ["/docs/", "text/html; charset=utf-8"],
  ["/docs/errors", "text/html; charset=utf-8"],
  ["/docs/errors.css", "text/css; charset=utf-8"],
  ["/docs/events", "text/html; charset=utf-8"],
  ["/docs/events.css", "text/css; charset=utf-8"],
  ["/docs/start.js", "text/javascript; charset=utf-8"],
  ["/docs/swagger-ui-bundle.js", "text/javascript; charset=utf-8"],
  ["/docs/swagger-ui.css", "text/css; charset=utf-8"],
  ["/docs/favicon-32x32.png", "image/png"],
];

test("the document at /openapi.json is that of the contracts", async () => {
  expect(await (await get("/openapi.json")).json()).toEqual(documentOf(contracts));
});

describe.each(pages)("%s", (path, type) => {
  test("is served with its type and a policy that lets nothing in from elsewhere", async () => {
    const { status, headers } = await get(`${path}?v=1`);
    expect(status).toBe(200);
    expect(headers.get("content-type")).toBe(type);
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    const policy = headers.get("content-security-policy");
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self';");
    expect(policy).not.toMatch(/unsafe|https?:|\*/);
  });

  test("isn't sent again to who has it, has no body for HEAD, and takes nothing", async () => {
    const whole = await get(path);
    const length = (await whole.arrayBuffer()).byteLength;
    const etag = whole.headers.get("etag")!;
    expect(etag).toMatch(/^"[\w-]+"$/);
    const again = await get(path, { headers: { "if-none-match": etag } });
    expect([again.status, await again.text(), again.headers.get("etag")]).toEqual([304, "", etag]);
    expect((await get(path, { headers: { "if-none-match": '"other"' } })).status).toBe(200);
    const head = await get(path, { method: "HEAD" });
    expect([head.status, head.headers.get("content-length"), await head.text()]).toEqual([200, String(length), ""]);
    const post = await get(path, { method: "POST" });
    expect([post.status, post.headers.get("allow"), await post.json()]).toMatchObject([405, "GET, HEAD", { code: "METHOD_NOT_ALLOWED" }]);
  });
});

test("who opens the shop in a browser is led to the page of the API", async () => {
  for (const path of ["/", "/?from=here"]) {
    const { status, headers } = await get(path);
    expect([path, status, headers.get("location")]).toEqual([path, 302, "/docs"]);
  }
  expect((await get("/", { method: "POST" })).status).toBe(405);
});

test.each(["/docs", "/docs/errors", "/docs/events"])("all that %s loads is here", async (path) => {
  const html = await (await get(path)).text();
  const loaded = [...html.matchAll(/<(?:script|link|img)[^>]+(?:src|href)="([^"]+)"/g)].map(([, url]) => url!);
  expect(loaded.length).toBeGreaterThan(0);
  for (const url of loaded) expect([url, (await get(url)).status]).toEqual([expect.stringMatching(/^\/docs\//), 200]);
  expect(html).not.toMatch(/<script>|<style>| style=| on\w+=/); // the policy would forbid it
});

test("the package's other files and what stands around them are not served", async () => {
  for (const path of [
    "/docs/package.json",
    "/docs/swagger-ui.js",
    "/docs/../package.json",
    "/docs/%2e%2e/package.json",
    "/openapi.json/",
  ]) {
    const { status } = await get(path);
    expect([path, status]).toEqual([path, 404]);
  }
});

test("the page of events has each of them, with who sends and receives it and what its fields mean", async () => {
  const html = await (await get("/docs/events")).text();
  for (const { events } of contracts) for (const { name } of Object.values(events)) expect(html).toContain(`<article id="${name}">`);
  const completed = html.slice(html.indexOf('<article id="order.completed">'), html.indexOf('<article id="order.failed">'));
  expect(completed).toContain("Received by order-history, product, bestseller, notification.");
  expect(completed).toMatch(/<code>items\[\]\.unitPrice<\/code><\/td><td>integer ≥ 1<\/td><td>Of one piece, when it was ordered<\/td>/);
  expect(completed).toMatch(/<code>userCouponId<\/code><\/td><td>string <em>optional<\/em>/);
  for (const [, anchor] of html.matchAll(/href="#([^"]+)"/g)) expect(html).toContain(`id="${anchor}"`);
});

test("every code is an anchor of the page of errors, so that the type of a problem leads to it", async () => {
  const html = await (await get("/docs/errors")).text();
  const anchors = [...html.matchAll(/<tr id="(\w+)">/g)].map(([, id]) => id);
  expect(anchors.toSorted()).toEqual(Object.keys(catalogue).toSorted());
  const { body } = await edge.send("GET /nothing");
  expect(body.type).toBe("/docs/errors#NOT_FOUND");
  const links = [...html.matchAll(/<a href="([^"]+)"/g)].map(([, url]) => url);
  for (const url of links) expect(url).toMatch(/^(https:\/\/|#|\/docs(\/events)?$)/);
});
