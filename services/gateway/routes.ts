import { z } from "zod";

import type { ActionSpec, AnySpec, ContractBase, RestOptions } from "../../lib/contract";

/** Where the API begins. */
export const basePath = "/api/v1";

/** One route of the API, made from the contract of its action once, at the start. */
export interface Route {
  /** The action's full name, e.g. `order.place`. */
  action: string;
  method: string;
  /** Full path, e.g. `/api/v1/orders/:id`. */
  path: string;
  auth: NonNullable<RestOptions["auth"]>;
  /** The status of an answer whose handler doesn't say another. */
  status: number;
  idempotencyKey: ActionSpec["idempotencyKey"];
  /** The action has a parameter `userId`, which is the caller's id. */
  takesUserId: boolean;
  /** For staff `userId` is a filter in the query instead. */
  staffChoosesUser: boolean;
  /** Those of the fields that only staff may give. */
  staffFields: ReadonlySet<string>;
  /** The field `version` may come as `If-Match`. */
  ifMatch: boolean;
  /** The body goes on as text, with these headers by field. */
  raw: RestOptions["raw"];
  /** Answers as server-sent events. */
  stream: boolean;
  /** It may refuse with INVALID_CREDENTIALS: a password can be guessed with it. */
  checksPassword: boolean;
  /** Parameters of the path, in order, each with its schema: what that refuses can't be the name of anything. */
  pathParams: readonly { name: string; schema: z.ZodType }[];
  /** What the client may send beside the path: in the query of a GET, in the body of others. */
  fields: ReadonlySet<string>;
  /** Those of the fields that are numbers: decimal digits in a query. */
  numbers: ReadonlySet<string>;
  /** Those of the fields that are `true` or `false`. */
  booleans: ReadonlySet<string>;
}

/** The routes of all actions that have one. Throws on a contract that can't be served as it says. */
export function routesOf(contracts: readonly ContractBase[]): Route[] {
  return contracts.flatMap(({ $name, $actions }) =>
    Object.entries<AnySpec>($actions).flatMap(([key, spec]) =>
      spec.kind === "action" && spec.rest ? [routeOf(`${$name}.${key}`, spec, spec.rest)] : [],
    ),
  );
}

type Shape = Record<string, z.ZodType>;

function routeOf(action: string, spec: ActionSpec, rest: RestOptions): Route {
  const { route, auth = "customer", status, staffChoosesUser = false, staffFilters = [], ifMatch = false, raw, stream = false } = rest;
  const [method = "", path = ""] = route.split(" ");
  const shape: Shape = spec.params.shape;
  const names = path.split("/").flatMap((segment) => (segment.startsWith(":") ? segment.slice(1) : []));
  const elsewhere = [...names, "userId", ...(stream ? ["after"] : []), ...(raw ? ["body", ...Object.keys(raw.headers)] : [])];
  checkFields(action, shape, [...names, ...fieldsOf(rest)]);
  if (auth === "public" && ("userId" in shape || spec.idempotencyKey || stream))
    throw new Error(`${action} is public and can't know the user that it needs`);
  const fields = new Set(Object.keys(shape).filter((name) => !elsewhere.includes(name)));
  return {
    action,
    method,
    path: basePath + path,
    auth,
    status: status ?? (method === "POST" ? 201 : 200),
    idempotencyKey: spec.idempotencyKey,
    takesUserId: "userId" in shape,
    staffChoosesUser,
    staffFields: new Set(staffFilters),
    ifMatch,
    raw,
    stream,
    checksPassword: spec.refuses?.includes("INVALID_CREDENTIALS") ?? false,
    pathParams: names.map((name) => ({ name, schema: shape[name]! })),
    fields,
    numbers: new Set([...fields].filter((name) => isA(z.ZodNumber, shape[name]))),
    booleans: new Set([...fields].filter((name) => isA(z.ZodBoolean, shape[name]))),
  };
}

/** Parameters that an option fills, so that there must be some. */
const fieldsOf = ({ staffChoosesUser, staffFilters = [], ifMatch, raw, stream }: RestOptions): string[] => [
  ...(staffChoosesUser ? ["userId"] : []),
  ...staffFilters,
  ...(ifMatch ? ["version"] : []),
  ...(raw ? ["body", ...Object.keys(raw.headers)] : []),
  ...(stream ? ["after"] : []),
];

function checkFields(action: string, shape: Shape, names: readonly string[]): void {
  const missing = names.find((name) => !(name in shape));
  if (missing !== undefined) throw new Error(`the route of ${action} fills ${missing}, which isn't one of its parameters`);
}

function isA(type: new (...args: never[]) => z.ZodType, schema: unknown): boolean {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodNullable)
    return isA(type, schema.unwrap());
  return schema instanceof type;
}
