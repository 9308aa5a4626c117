import type { OpenAPI3 } from "openapi-typescript";
import { format, resolveConfig } from "prettier";

import { contracts } from "../services/gateway/contracts";
import { documentOf, type OpenApiDocument } from "../services/gateway/openapi/document";

const head = `/** Generated from the API's document by \`npm run client\`. Change the contracts, not this. */
`;

/** What `client/schema.ts` has to be: the types of the API's document, and which paths take an Idempotency-Key. */
export async function clientSchema(): Promise<string> {
  const { default: openapiTS, astToString } = await import("openapi-typescript");
  const print = astToString as (nodes: unknown) => string; // its own types are TypeScript 5's
  const document = documentOf(contracts);
  const keyed = keyedPaths(document);
  for (const parameter of keyParameters(document)) parameter.required = false; // the client makes one
  const types = await openapiTS(document as unknown as OpenAPI3, { defaultNonNullable: false });
  const file = "client/schema.ts";
  const text = `${head}${print(types)}
/** Paths whose POST takes an Idempotency-Key. */
export const keyedPaths: ReadonlySet<string> = new Set(${JSON.stringify(keyed)});
`;
  return format(text, { ...(await resolveConfig(file)), filepath: file });
}

interface KeyParameter {
  name: string;
  required: boolean;
}

function keyParameters({ components }: OpenApiDocument): KeyParameter[] {
  return Object.values(components.parameters ?? {}).filter((one): one is KeyParameter => (one as KeyParameter).name === "Idempotency-Key");
}

function keyedPaths({ paths }: OpenApiDocument): string[] {
  const isKey = (parameter: object) => "$ref" in parameter && /\/(Required)?IdempotencyKey$/.test(String(parameter.$ref));
  return Object.keys(paths).filter((path) => paths[path]?.post?.parameters.some(isKey));
}
