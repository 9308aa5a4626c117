import type { Context } from "moleculer";
import type { GatewayResponse, IncomingRequest } from "moleculer-web";

import { ShopError } from "../../lib/errors";
import type { Caller, Meta } from "../../lib/handlers";
import type { TokenVerifier } from "../../lib/tokens";
import { readBody } from "./body";
import { bodyParams, filledUp, idempotencyKeyOf, pathValues, queryParams, refuseQuery, scopedKey, type Params } from "./parameters";
import type { Route } from "./routes";

/** A request as the gateway's methods see it. `$params.params` holds the encoded values of the path, `query` the text behind `?`. */
export type Request = Omit<IncomingRequest, "$ctx" | "$params" | "query"> & {
  $ctx: Context<unknown, Meta>;
  $params: Params;
  query: string;
};

/** Lets a request in or refuses it, and leaves the action's parameters in `req.$params` and who is calling in the context's `meta`. */
export async function admit(route: Route, verifyToken: TokenVerifier, req: Request, res: GatewayResponse): Promise<void> {
  if (req.method !== route.method) throw new ShopError("NOT_FOUND"); // moleculer-web routes a preflight by the method that it asks for
  const { meta, requestID } = req.$ctx;
  meta.requestId = requestID ?? undefined;
  const caller = await callerOf(route, verifyToken, req);
  if (caller) meta.caller = caller;
  const values = pathValues(route, req.$params.params as string[]);
  const key = idempotencyKeyOf(route, req.headers);
  const params = await paramsOf(route, req, res);
  if (key !== undefined && caller) meta.idempotency = scopedKey(route, key, caller, values, params);
  req.$params = filledUp(route, params, values, caller);
}

async function callerOf(route: Route, verifyToken: TokenVerifier, req: Request): Promise<Caller | undefined> {
  if (route.auth === "public") return undefined;
  const token = /^bearer +(\S+)$/i.exec(req.headers.authorization ?? "")?.[1];
  if (token === undefined) throw new ShopError("UNAUTHENTICATED");
  const caller = await verifyToken(token);
  if (route.auth === "admin" && caller.role !== "admin") throw new ShopError("FORBIDDEN");
  return caller;
}

async function paramsOf(route: Route, req: Request, res: GatewayResponse): Promise<Params> {
  if (route.method === "GET") return queryParams(route, req.query);
  refuseQuery(req.query);
  return bodyParams(route, await readBody(req as unknown as IncomingRequest, res));
}
