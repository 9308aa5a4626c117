/** Makes the parameters of an action from a request: from the path, and from the query of a GET or the body of others, never mixed. */
import type { IncomingHttpHeaders } from "node:http";

import { hashJson } from "../../lib/canonical-json";
import { ShopError } from "../../lib/errors";
import type { Caller, IdempotencyKey } from "../../lib/handlers";
import { invalid, unknownField } from "../../lib/validation";
import type { Route } from "./routes";

export type Params = Record<string, unknown>;

/** Deeper bodies would only serve to overflow a stack further on. No contract comes near. */
const deepest = 16;

/** Decoded values of the path's parameters. Nothing can be found under a value that the parameter's schema refuses, such as `%00`. */
export function pathValues(route: Route, encoded: readonly string[]): string[] {
  return route.pathParams.map(({ schema }, at) => {
    const value = decoded(encoded[at] ?? "");
    if (!schema.safeParse(value).success) throw new ShopError("NOT_FOUND");
    return value;
  });
}

function decoded(text: string): string {
  if (!text.includes("%")) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    throw new ShopError("BAD_REQUEST", "The path is not well encoded");
  }
}

/**
 * Parameters of a query: each known, each given once. Decimal digits become a number where the action takes one, and `true` and `false`
 * a boolean; other texts stay what they are, and the action's schema refuses them.
 */
export function queryParams(route: Route, query: string, caller: Caller | undefined): Params {
  const params: Params = {};
  if (query === "") return params;
  const errors = [];
  for (const [name, value] of new URLSearchParams(query)) {
    if (!mayGive(name, route, caller)) errors.push(unknownField(name));
    else if (Object.hasOwn(params, name)) errors.push({ path: name, message: "is given twice" });
    else params[name] = valueOf(route, name, value);
  }
  if (errors.length) throw invalid(errors);
  return params;
}

function mayGive(name: string, route: Route, caller: Caller | undefined): boolean {
  if (name === "userId" && choosesUser(route, caller)) return true;
  return route.fields.has(name) && (caller?.role === "admin" || !route.staffFields.has(name));
}

function valueOf({ numbers, booleans }: Route, name: string, text: string): unknown {
  if (numbers.has(name) && /^\d{1,16}$/.test(text)) return Number(text);
  if (booleans.has(name) && (text === "true" || text === "false")) return text === "true";
  return text;
}

const choosesUser = ({ staffChoosesUser }: Route, caller: Caller | undefined) => staffChoosesUser && caller?.role === "admin";

/** A request with a body has all its parameters there. */
export function refuseQuery(query: string): void {
  if (query !== "") throw invalid([...new URLSearchParams(query).keys()].map(unknownField));
}

/** The text of a raw body, and the headers that belong to it, as the fields that stand for them. */
export function rawParams({ headers: byField }: NonNullable<Route["raw"]>, body: string, headers: IncomingHttpHeaders): Params {
  const params: Params = { body };
  for (const [field, name] of Object.entries(byField)) {
    const value = headers[name.toLowerCase()];
    if (value !== undefined) params[field] = value;
  }
  return params;
}

/** `after` of a stream that goes on, from the `Last-Event-ID` that a browser sends by itself. */
export function resumeParams(headers: IncomingHttpHeaders): Params {
  const last = headers["last-event-id"];
  if (!last) return {}; // also what a browser has before the first event
  if (typeof last !== "string" || !/^\d{1,15}$/.test(last)) throw new ShopError("BAD_REQUEST", "The Last-Event-ID isn't one of ours");
  return { after: Number(last) };
}

/** The body as parameters. It becomes the action's own object: nothing else holds it. */
export function bodyParams(route: Route, body: unknown): Params {
  if (typeof body !== "object" || body === null || Array.isArray(body)) throw invalid([{ path: "", message: "must be a JSON object" }]);
  if (isDeeperThan(deepest, body)) throw invalid([{ path: "", message: "is nested too deeply" }]);
  const taken = ["userId", ...route.pathParams.map(({ name }) => name)].filter((name) => Object.hasOwn(body, name));
  if (taken.length) throw invalid(taken.map(unknownField));
  return body as Params;
}

function isDeeperThan(depth: number, value: object): boolean {
  for (const inner of Object.values(value) as unknown[]) {
    if (typeof inner === "object" && inner !== null && (depth === 0 || isDeeperThan(depth - 1, inner))) return true;
  }
  return false;
}

/** The key's text; undefined when there is none. Printable ASCII, because other bytes of a header mean different things to different clients. */
export function idempotencyKeyOf(route: Route, headers: IncomingHttpHeaders): string | undefined {
  if (!route.idempotencyKey) return undefined;
  const key = headers["idempotency-key"];
  if (!key && route.idempotencyKey === "required") throw new ShopError("IDEMPOTENCY_KEY_REQUIRED");
  if (key === undefined) return undefined;
  if (typeof key !== "string" || !/^[\x20-\x7e]{1,255}$/.test(key)) {
    throw new ShopError("BAD_REQUEST", "The Idempotency-Key must have 1 to 255 printable ASCII characters");
  }
  return key;
}

/** The key with its scope: the same user, method, full path and body. To be called before the body is filled up. */
export function scopedKey(route: Route, key: string, caller: Caller, values: readonly string[], body: Params): IdempotencyKey {
  return { key, userId: caller.id, route: `${route.method} ${fullPath(route, values)}`, bodyHash: hashJson(body) };
}

function fullPath({ path, pathParams }: Route, values: readonly string[]): string {
  return pathParams.reduce((full, { name }, at) => full.replace(`:${name}`, () => encodeURIComponent(values[at] ?? "")), path);
}

/** Adds what doesn't come from the query or the body. Staff that choose a user have done so in the query. */
export function filledUp(route: Route, params: Params, values: readonly string[], caller: Caller | undefined): Params {
  for (const [at, { name }] of route.pathParams.entries()) params[name] = values[at];
  if (route.takesUserId && !choosesUser(route, caller)) params.userId = caller?.id;
  return params;
}
