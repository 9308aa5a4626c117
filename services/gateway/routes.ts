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
  /** Parameters of the path, in order, each with its schema: what that refuses can't be the name of anything. */
  pathParams: readonly { name: string; schema: z.ZodType }[];
  /** What the client may send beside the path: in the query of a GET, in the body of others. */
  fields: ReadonlySet<string>;
  /** Those of the fields that are numbers: decimal digits in a query. */
  numbers: ReadonlySet<string>;
}

/** The routes of all actions that have one. Throws on a contract that can't be served as it says. */
export function routesOf(contracts: readonly ContractBase[]): Route[] {
  return contracts.flatMap(({ $name, $actions }) =>
    Object.entries<AnySpec>($actions).flatMap(([key, spec]) =>
      spec.kind === "action" && spec.rest ? [routeOf(`${$name}.${key}`, spec, spec.rest)] : [],
    ),
  );
}

function routeOf(action: string, spec: ActionSpec, { route, auth = "customer", status }: RestOptions): Route {
  const [method = "", path = ""] = route.split(" ");
  const shape: Record<string, z.ZodType> = spec.params.shape;
  const names = path.split("/").flatMap((segment) => (segment.startsWith(":") ? segment.slice(1) : []));
  const pathParams = names.map((name) => ({ name, schema: schemaOf(action, shape, name) }));
  const takesUserId = "userId" in shape;
  if (auth === "public" && (takesUserId || spec.idempotencyKey))
    throw new Error(`${action} is public and can't know the user that it needs`);
  const fields = new Set(Object.keys(shape).filter((name) => name !== "userId" && !names.includes(name)));
  return {
    action,
    method,
    path: basePath + path,
    auth,
    status: status ?? (method === "POST" ? 201 : 200),
    idempotencyKey: spec.idempotencyKey,
    takesUserId,
    pathParams,
    fields,
    numbers: new Set([...fields].filter((name) => isNumber(shape[name]))),
  };
}

function schemaOf(action: string, shape: Record<string, z.ZodType>, name: string): z.ZodType {
  const schema = shape[name];
  if (!schema) throw new Error(`the route of ${action} has :${name}, which isn't one of its parameters`);
  return schema;
}

function isNumber(schema: unknown): boolean {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodNullable)
    return isNumber(schema.unwrap());
  return schema instanceof z.ZodNumber;
}
