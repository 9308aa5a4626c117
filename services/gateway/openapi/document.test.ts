import { createConfig, lintFromString } from "@redocly/openapi-core";
import { z } from "zod";

import { action, contract, type ContractBase } from "../../../lib/contract";
import { catalogue } from "../../../lib/errors";
import { contracts } from "../contracts";
import { basePath, routesOf } from "../routes";
import { documentOf } from "./document";

const document = documentOf(contracts) as any;
const operations: any[] = Object.values<any>(document.paths).flatMap((byMethod) => Object.values(byMethod));
const operation = (id: string) => operations.find(({ operationId }) => operationId === id);
const only = (spec: Parameters<typeof action>[0]): any => {
  const made = documentOf([contract("shop", { actions: { one: action(spec) } }) as ContractBase]);
  return Object.values<any>(Object.values(made.paths)[0]!)[0];
};

/** The rules that redocly recommends, and those for examples. */
async function complaints(source: string): Promise<string[]> {
  const config = await createConfig({
    extends: ["recommended"],
    rules: { "no-invalid-schema-examples": "error", "no-invalid-parameter-examples": "error", "operation-tag-defined": "error" },
  });
  const found = await lintFromString({ source, config, absoluteRef: "openapi.json" });
  return found.map(({ ruleId, message, location }) => `${ruleId}: ${message} ${location[0]?.pointer}`);
}

test("a linter has nothing to say of it, nor of its examples", async () => {
  expect(await complaints(JSON.stringify(document))).toEqual([]);
});

test("the linter does look at examples", async () => {
  const source = JSON.stringify({
    ...document,
    components: { ...document.components, schemas: { ...document.components.schemas, Period: { type: "string", examples: [1] } } },
  });
  expect(await complaints(source)).toEqual([expect.stringMatching("no-invalid-schema-examples.*Period")]);
});

test("has every route of the contracts, each with a name, a summary and a tag of its own words, and no other", () => {
  const routes = routesOf(contracts);
  const told = Object.entries<any>(document.paths).flatMap(([path, byMethod]) =>
    Object.entries<any>(byMethod).map(([method, { operationId }]) => `${operationId} ${method.toUpperCase()} ${path}`),
  );
  const served = routes.map(({ action: name, method, path }) => [name, method, path.slice(basePath.length).replaceAll(/:(\w+)/g, "{$1}")]);
  expect(told.toSorted()).toEqual(served.map((parts) => parts.join(" ")).toSorted());
  for (const { operationId, summary } of operations) expect(summary).not.toBe(operationId);
  for (const { description } of document.tags) expect(description).toEqual(expect.any(String));
});

test("tells who may call: public operations without a token, those of staff with 403", () => {
  for (const { auth, action: name } of routesOf(contracts)) {
    const { security, responses, "x-role": role } = operation(name);
    expect(security).toEqual(auth === "public" ? [] : [{ bearerAuth: [] }]);
    expect("403" in responses).toBe(auth === "admin");
    expect(role).toBe(auth === "admin" ? "admin" : undefined);
    if (auth !== "public") expect(responses).toHaveProperty("401");
  }
});

test("what the gateway fills in is no part of a body or a query", () => {
  const params = z.strictObject({ id: z.string(), userId: z.string(), reason: z.string(), note: z.string().default("") });
  const { requestBody, parameters } = only({ params, result: z.strictObject({}), rest: "POST /things/:id" });
  expect(requestBody).toEqual({
    required: true,
    content: {
      "application/json": {
        schema: {
          type: "object",
          properties: { reason: { type: "string" }, note: { type: "string", default: "" } },
          required: ["reason"],
          additionalProperties: false,
        },
      },
    },
  });
  expect(parameters).toEqual([{ name: "id", in: "path", required: true, schema: { type: "string" } }]);
  expect(JSON.stringify(document.paths).match(/"userId":/g)).toBeNull();
  expect(operation("order-history.list").parameters).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ name: "userId", in: "query", required: false }),
      expect.objectContaining({ name: "productId", in: "query", required: false, description: expect.stringMatching(/^Staff only/) }),
    ]),
  );
});

test("what may be left out is not required", () => {
  const { requestBody, parameters } = only({
    params: z.strictObject({ userId: z.string(), reason: z.string().optional() }),
    result: z.strictObject({}),
    rest: "POST /things",
    idempotencyKey: "optional",
  });
  expect(requestBody.required).toBe(false);
  expect(requestBody.content["application/json"].schema).not.toHaveProperty("required");
  expect(parameters).toEqual([{ $ref: "#/components/parameters/IdempotencyKey" }]);
  expect(only({ params: z.strictObject({ userId: z.string() }), result: z.strictObject({}), rest: "POST /things" })).not.toHaveProperty(
    "requestBody",
  );
});

test("an answer that may come later is 202 with its place, a read has a tag and may be unchanged", () => {
  expect(operation("order.place").responses["202"].headers).toHaveProperty("Location");
  expect(operation("order.read").responses).toMatchObject({ 200: { headers: { ETag: {} } }, 304: {} });
  expect(operation("product.remove").responses["204"]).not.toHaveProperty("content");
  expect(operation("order.changes").responses["200"].content).toHaveProperty("text/event-stream");
  for (const status of ["202", "304"]) expect(operation("order.changes").responses).not.toHaveProperty(status);
});

test("each status has the codes that the operation can give, with the status that the catalogue says", () => {
  const codes = (id: string) =>
    Object.fromEntries(
      Object.entries<any>(operation(id).responses)
        .filter(([, { $ref }]) => $ref && !$ref.endsWith("/NotModified"))
        .map(([status, { $ref }]) => [status, $ref.split("/").at(-1).split(".")]),
    );
  expect(codes("order.place")).toEqual({
    400: ["BAD_REQUEST", "IDEMPOTENCY_KEY_REQUIRED"],
    401: ["UNAUTHENTICATED"],
    402: ["POINT_INSUFFICIENT", "PAYMENT_DECLINED"],
    404: ["PRODUCT_NOT_FOUND", "USER_COUPON_NOT_FOUND"],
    409: ["PRODUCT_OUT_OF_STOCK", "COUPON_NOT_USABLE", "IDEMPOTENCY_IN_FLIGHT"],
    413: ["BODY_TOO_LARGE"],
    415: ["UNSUPPORTED_MEDIA_TYPE"],
    422: ["VALIDATION_FAILED", "IDEMPOTENCY_KEY_REUSED"],
    429: ["RATE_LIMITED"],
    500: ["INTERNAL"],
    503: ["OVERLOADED", "UNAVAILABLE", "ORDER_TIMED_OUT"],
  });
  expect(codes("product.list")).toEqual({
    422: ["VALIDATION_FAILED"],
    429: ["RATE_LIMITED"],
    500: ["INTERNAL"],
    503: ["OVERLOADED", "UNAVAILABLE"],
  });
  for (const response of Object.values<any>(document.components.responses)) {
    const { properties } = response.content?.["application/problem+json"].schema ?? { properties: { code: { enum: [] } } };
    for (const code of properties.code.enum) expect(catalogue[code as keyof typeof catalogue].status).toBe(properties.status.const);
  }
});

test("two schemas with one id stop the start", () => {
  const one = (schema: z.ZodType) =>
    contract("shop", { actions: { one: action({ params: z.strictObject({}), result: schema, rest: "GET /one" }) } });
  const other = (schema: z.ZodType) =>
    contract("other", { actions: { two: action({ params: z.strictObject({}), result: schema, rest: "GET /two" }) } });
  const twice = [one(z.strictObject({ a: z.int() }).meta({ id: "Same" })), other(z.strictObject({ b: z.int() }).meta({ id: "Same" }))];
  expect(() => documentOf(twice as ContractBase[])).toThrow("Same is the id of two schemas");
});
