/** A typed client of the shop's API. Paths, parameters and answers are those of the API's document (`schema.ts`, generated from it). */
import { randomUUID } from "node:crypto";

import createClient, { type Client, type Middleware } from "openapi-fetch";

import { keyedPaths, type components, type paths } from "./schema";

/** A view of the API by its name, e.g. `View<"Order">`. */
export type View<N extends keyof components["schemas"]> = components["schemas"][N];

export type ShopClient = Client<paths>;

export interface ShopClientOptions {
  /** Where the shop is, e.g. `http://127.0.0.1:3000`. */
  url: string;
  /** An access token, as `POST /auth/login` gives it. */
  token?: string;
  /** In place of the global `fetch`. */
  fetch?: (request: Request) => Promise<Response>;
}

/**
 * A client of the shop at `url`. Each POST that takes an `Idempotency-Key` gets a new one unless `params.header` has one. To repeat a
 * request, repeat its key: then it is carried out once.
 */
export function createShopClient({ url, token, fetch }: ShopClientOptions): ShopClient {
  const headers = token === undefined ? {} : { Authorization: `Bearer ${token}` };
  const client = createClient<paths>({ baseUrl: `${url}/api/v1`, headers, ...(fetch && { fetch }) });
  client.use(idempotencyKeys);
  return client;
}

const idempotencyKeys: Middleware = {
  onRequest({ request, schemaPath }) {
    const { method, headers } = request;
    if (method === "POST" && keyedPaths.has(schemaPath) && !headers.has("Idempotency-Key")) headers.set("Idempotency-Key", randomUUID());
  },
};
