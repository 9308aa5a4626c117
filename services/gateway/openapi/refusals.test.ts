/** The document tells of everything that the door refuses with, for every operation: what it promises is asked of a real gateway. */
import { Documented, type Operation } from "../../../test/support/document";
import { startEdge, type Edge } from "../../../test/support/edge";
import { contracts } from "../contracts";
import type { OpenApiDocument } from "./document";

const admin = { id: "a1", role: "admin" } as const;

let edge: Edge;
let documented: Documented;

beforeAll(async () => {
  edge = await startEdge(contracts, {});
  documented = new Documented((await (await fetch(`${edge.url}/openapi.json`)).json()) as OpenApiDocument);
});

/** What can be done wrong with an operation, and the code that has to come of it. */
interface Abuse {
  what: string;
  code: string;
  applies(operation: Operation): boolean;
  send?: { body?: unknown; headers?: Record<string, string>; token?: null | "customer" };
  path?(path: string): string;
}

const takesBody = ({ method }: Operation) => method !== "GET";
const takes =
  (parameter: string) =>
  ({ spec }: Operation) =>
    spec.parameters.some(({ $ref }: { $ref?: string }) => $ref?.endsWith(`/${parameter}`));

const abuses: Abuse[] = [
  { what: "without a token", code: "UNAUTHENTICATED", applies: ({ spec }) => spec.security.length > 0, send: { token: null } },
  {
    what: "as a customer where staff is asked for",
    code: "FORBIDDEN",
    applies: ({ spec }) => spec["x-role"] === "admin",
    send: { token: "customer" },
  },
  {
    what: "with an id that can't be one",
    code: "NOT_FOUND",
    applies: ({ path }) => path.includes("{"),
    path: (path) => path.replaceAll(/\{\w+\}/g, "%00"),
  },
  {
    what: "with a path that isn't well encoded",
    code: "BAD_REQUEST",
    applies: ({ path }) => path.includes("{"),
    path: (path) => path.replaceAll(/\{\w+\}/g, "%"),
  },
  { what: "with broken JSON", code: "BAD_REQUEST", applies: (one) => takesBody(one) && !isRaw(one), send: { body: "{" } },
  {
    what: "with a key that isn't printable",
    code: "BAD_REQUEST",
    applies: takes("IdempotencyKey"),
    send: { headers: { "idempotency-key": "é" } },
  },
  {
    what: "with an event's id that isn't ours",
    code: "BAD_REQUEST",
    applies: takes("LastEventId"),
    send: { headers: { "last-event-id": "x" } },
  },
  {
    what: "without the key that it needs",
    code: "IDEMPOTENCY_KEY_REQUIRED",
    applies: takes("RequiredIdempotencyKey"),
    send: { headers: { "idempotency-key": "" } },
  },
  { what: "with a large body", code: "BODY_TOO_LARGE", applies: takesBody, send: { body: `"${"x".repeat(200_000)}"` } },
  {
    what: "with a body of another type",
    code: "UNSUPPORTED_MEDIA_TYPE",
    applies: takesBody,
    send: { body: "{}", headers: { "content-type": "text/plain", "content-encoding": "gzip" } },
  },
  { what: "with a parameter that it doesn't have", code: "VALIDATION_FAILED", applies: () => true, path: (path) => `${path}?nonsense=1` },
  {
    what: "on condition of a version of somebody else's",
    code: "VERSION_STALE",
    applies: takes("IfMatch"),
    send: { headers: { "if-match": '"somebody else\'s"' } },
  },
];

const isRaw = ({ spec }: Operation) => spec.operationId === "payment.webhook";

test.each(abuses)("$what: $code comes, and is documented, wherever it can", async ({ code, applies, send = {}, path = (one) => one }) => {
  const operations = documented.operations.filter(applies);
  expect(operations.length).toBeGreaterThan(0);
  for (const operation of operations) {
    const token = send.token === null ? null : await edge.token(send.token === "customer" ? undefined : admin);
    const target = path(operation.path).replaceAll(/\{\w+\}/g, "x");
    const headers = { "idempotency-key": "k", ...send.headers };
    const sent = await edge.send(`${operation.method} ${target}`, { ...send, headers, token });
    expect({ operation: operation.name, code: sent.body?.code }).toEqual({ operation: operation.name, code });
    expect({ operation: operation.name, wrong: documented.wrong(operation, sent) }).toEqual({ operation: operation.name, wrong: [] });
  }
});

test("what the document doesn't tell of is seen", () => {
  const [operation] = documented.operations.filter(({ name }) => name === "GET /products");
  const headers = new Headers({ "content-type": "application/problem+json", "x-request-id": "r" });
  const problem = { type: "t", title: "t", status: 422, detail: "d", instance: "/", code: "VALIDATION_FAILED", requestId: "r" };
  expect(documented.wrong(operation!, { status: 422, headers, body: problem })).toEqual([]);
  expect(documented.wrong(operation!, { status: 418, headers, body: problem })).toEqual(["418 isn't documented"]);
  expect(documented.wrong(operation!, { status: 422, headers, body: { ...problem, code: "FORBIDDEN" } })).not.toEqual([]);
  expect(documented.wrong(operation!, { status: 422, headers, body: { ...problem, stack: "at x" } })).not.toEqual([]);
  expect(documented.wrong(operation!, { status: 422, headers: new Headers({ "content-type": "text/html" }) })).not.toEqual([]);
});
