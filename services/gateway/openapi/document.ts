/** The OpenAPI 3.1 document of the API, made of the contracts: nothing that they say is said again here. */
import type { ActionSpec, ContractBase } from "../../../lib/contract";
import { basePath, routesOf, type Route } from "../routes";
import { answerHeaders, requestHeaders } from "./headers";
import { operationOf, groupOf, type Shared } from "./operation";
import { Problems, problemSchema } from "./problems";
import { Schemas } from "./schemas";

type Operation = ReturnType<typeof operationOf>;

/** An OpenAPI document, as far as it is looked into here. Operations stand by path and method in lower case. */
export interface OpenApiDocument {
  openapi: string;
  paths: Record<string, Record<string, Operation>>;
  components: Record<string, Record<string, unknown>>;
  [other: string]: unknown;
}

const description = `
Sign in with \`POST /auth/login\` and send the access token as \`Authorization: Bearer …\`. Money is an integer in the currency's minor unit,
times are ISO 8601 in UTC, ids are opaque.

Lists take \`limit\` and \`cursor\` and answer \`{ items, nextCursor }\`. A POST that takes an \`Idempotency-Key\` is carried out once for a key,
however often it is sent. Reads answer 304 to \`If-None-Match\`; HEAD answers as GET does. \`RateLimit-*\` headers tell what is left to you.

Every error is a problem document with a \`code\`: [the catalogue](/docs/errors) says what each means. Unknown fields are refused.

What happens in the shop is told by [events](/docs/events).
`.trim();

/** One for each first word of a path. */
const tags: Readonly<Record<string, string>> = {
  auth: "Accounts and log-ins",
  users: "Who is signed in; all accounts for staff",
  products: "The catalogue and its stock",
  points: "A customer's balance",
  coupons: "Coupons on offer, and a customer's own",
  orders: "Placing, following and cancelling orders",
  payments: "What was paid for orders",
  bestsellers: "What sells most",
  ops: "For those who run the shop",
};

/** The document of the routes of these contracts. */
export function documentOf(contracts: readonly ContractBase[]): OpenApiDocument {
  const shared: Shared = { schemas: new Schemas(), problems: new Problems() };
  const routes = routesOf(contracts);
  const paths: OpenApiDocument["paths"] = {};
  for (const route of routes) {
    const path = route.path.slice(basePath.length).replaceAll(/:(\w+)/g, "{$1}");
    (paths[path] ??= {})[route.method.toLowerCase()] = operationOf(route, specOf(contracts, route), shared);
  }
  const used = new Set(routes.map(groupOf));
  return {
    openapi: "3.1.0",
    info: { title: "moleculer-commerce", version: "1.0.0", description, license: { name: "MIT", identifier: "MIT" } },
    servers: [{ url: basePath }],
    tags: [...used].map((name) => ({ name, description: tags[name] })),
    paths,
    components: {
      securitySchemes: { bearerAuth: { type: "http", scheme: "bearer", bearerFormat: "JWT" } },
      schemas: { ...shared.schemas.named, Problem: problemSchema },
      responses: { NotModified: { description: "As it was: it still has the ETag that was given" }, ...shared.problems.named },
      parameters: requestHeaders,
      headers: answerHeaders,
    },
  };
}

/** What the contract says of a route's action. */
function specOf(contracts: readonly ContractBase[], { action }: Route): ActionSpec {
  const [service, key = ""] = action.split(".");
  return contracts.find(({ $name }) => $name === service)?.$actions[key] as ActionSpec;
}
