/** One operation of the document: what the contract says of an action, as OpenAPI says it. */
import type { ActionSpec } from "../../../lib/contract";
import type { Route } from "../routes";
import { headers, parameter } from "./headers";
import { codesOf, type Problems } from "./problems";
import type { ObjectSchema, Schema, Schemas } from "./schemas";

/** What the operations of a document share. */
export interface Shared {
  schemas: Schemas;
  problems: Problems;
}

/** The operation that an action is, without its path and method. */
export function operationOf(route: Route, spec: ActionSpec, { schemas, problems }: Shared) {
  const params = schemas.of(spec.params, "input") as ObjectSchema;
  const requestBody = bodyOf(route, params, schemas);
  return {
    operationId: route.action,
    summary: spec.rest?.summary ?? route.action,
    tags: [groupOf(route)],
    security: route.auth === "public" ? [] : [{ bearerAuth: [] }],
    ...(route.auth === "admin" && { description: "For staff.", "x-role": "admin" }),
    parameters: [...pathParameters(route, params), ...queryParameters(route, params), ...headerParameters(route, params)],
    ...(requestBody && { requestBody }),
    responses: { ...successes(route, spec, schemas), ...problems.of(codesOf(route, spec)) },
  };
}

/** Operations stand together by the first word of their paths. */
export const groupOf = ({ path }: Route): string => path.split("/")[3] ?? "";

function pathParameters({ pathParams }: Route, { properties }: ObjectSchema) {
  return pathParams.map(({ name }) => ({ name, in: "path", required: true, ...described(properties[name]) }));
}

function queryParameters({ method, fields, staffChoosesUser }: Route, { properties, required = [] }: ObjectSchema) {
  if (method !== "GET") return [];
  const own = Object.entries(properties)
    .filter(([name]) => fields.has(name))
    .map(([name, schema]) => ({ name, in: "query", required: required.includes(name), ...described(schema) }));
  const chosen = { name: "userId", in: "query", required: false, description: "Staff only: whose; everybody's without it" };
  return staffChoosesUser ? [...own, { ...chosen, schema: properties.userId }] : own;
}

/** Pages show what a parameter says of itself, not what its schema says. */
function described(schema: Schema = {}) {
  const { description, ...plain } = schema;
  return { ...(description !== undefined && { description }), schema: plain };
}

function headerParameters(route: Route, { properties, required = [] }: ObjectSchema) {
  const own = Object.entries(route.raw?.headers ?? {});
  return [
    ...(route.idempotencyKey ? [parameter(route.idempotencyKey === "required" ? "RequiredIdempotencyKey" : "IdempotencyKey")] : []),
    ...(route.ifMatch ? [parameter("IfMatch")] : []),
    ...(route.stream ? [parameter("LastEventId")] : []),
    ...(isTagged(route) ? [parameter("IfNoneMatch")] : []),
    ...own.map(([field, name]) => ({ name, in: "header", required: required.includes(field), ...described(properties[field]) })),
  ];
}

/** A DELETE has `If-Match` rather than a body, which not every client can send. */
function bodyOf(route: Route, params: ObjectSchema, schemas: Schemas) {
  if (route.method === "GET" || route.method === "DELETE") return undefined;
  if (route.raw) return json(true, route.raw.body ? schemas.of(route.raw.body, "input") : {});
  const { properties, required: needed = [], ...others } = params;
  const sent = Object.entries(properties).filter(([name]) => route.fields.has(name));
  if (sent.length === 0) return undefined;
  const required = needed.filter((name) => route.fields.has(name));
  const schema = { ...others, properties: Object.fromEntries(sent), ...(required.length > 0 && { required }) };
  return json(required.length > 0 || route.method === "PATCH", schema);
}

const json = (required: boolean, schema: Schema) => ({ required, content: { "application/json": { schema } } });

const isTagged = ({ method, stream }: Route) => method === "GET" && !stream;

const meanings: Readonly<Record<number, string>> = { 200: "Done", 201: "Made", 204: "Done; there is nothing to tell" };

function successes(route: Route, { result, waits }: ActionSpec, schemas: Schemas) {
  const content = contentOf(route, () => schemas.of(result, "output"));
  const answer = (description: string, ...names: Parameters<typeof headers>) => ({
    description,
    headers: headers("X-Request-Id", ...names, ...(route.idempotencyKey ? (["Idempotent-Replayed"] as const) : [])),
    ...(content && { content }),
  });
  return {
    [route.status]: answer(meanings[route.status] ?? "Done", ...(isTagged(route) || route.method === "PATCH" ? (["ETag"] as const) : [])),
    ...(route.stream && { 204: { description: "`Last-Event-ID` was the last one", headers: headers("X-Request-Id") } }),
    ...(waits && !route.stream && { 202: answer("Under way: it goes on, and `Location` tells what becomes of it", "Location") }),
    ...(isTagged(route) && { 304: { $ref: "#/components/responses/NotModified" } }),
  };
}

function contentOf({ status, stream }: Route, schema: () => Schema) {
  if (status === 204) return undefined;
  if (stream) return { "text/event-stream": { schema: { type: "string" }, example: streamExample } };
  return { "application/json": { schema: schema() } };
}

const streamExample = 'id: 2\nevent: status\ndata: {"status":"COMPLETED","at":"2026-11-24T09:00:00.123Z"}\n\n';
