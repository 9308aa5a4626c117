import type { Context } from "moleculer";
import type { GatewayResponse, IncomingRequest } from "moleculer-web";

import { ShopError } from "../../lib/errors";
import type { Caller, Meta } from "../../lib/handlers";
import type { TokenVerifier } from "../../lib/tokens";
import { readJson, readText } from "./body";
import { takeVersion } from "./etags";
import * as parameters from "./parameters";
import type { Rates } from "./limits/rates";
import type { Route } from "./routes";

/** A request as the gateway's methods see it. `$params.params` holds the encoded values of the path, `query` the text behind `?`. */
export type Request = Omit<IncomingRequest, "$ctx" | "$params" | "query"> & {
  $ctx: Context<unknown, Meta>;
  $params: parameters.Params;
  query: string;
};

/** What the door checks callers with. */
export interface Checks {
  verifyToken: TokenVerifier;
  /** None when requests aren't counted. */
  rates: Rates | undefined;
}

/** Lets a request in or refuses it, and leaves the action's parameters in `req.$params` and who is calling in the context's `meta`. */
export async function admit(route: Route, checks: Checks, req: Request, res: GatewayResponse): Promise<void> {
  const { meta, requestID, span } = req.$ctx;
  if (span) span.name = `${route.method} ${route.path}`; // only now is it known which route it is
  meta.requestId = requestID ?? undefined;
  const caller = await callerOf(route, checks, req, res);
  if (caller) meta.caller = caller;
  const values = parameters.pathValues(route, req.$params.params as string[]);
  const key = parameters.idempotencyKeyOf(route, req.headers);
  const params = await paramsOf(route, caller, req, res);
  if (key !== undefined && caller) meta.idempotency = parameters.scopedKey(route, key, caller, values, params);
  if (route.ifMatch) takeVersion(params, req.headers["if-match"]);
  req.$params = parameters.filledUp(route, params, values, caller);
}

async function callerOf(route: Route, { verifyToken, rates }: Checks, req: Request, res: GatewayResponse): Promise<Caller | undefined> {
  if (route.auth === "public") return undefined;
  const token = /^bearer +(\S+)$/i.exec(req.headers.authorization ?? "")?.[1];
  if (token === undefined) throw new ShopError("UNAUTHENTICATED");
  const caller = await verifyToken(token);
  await rates?.countUser(caller.id, res);
  if (route.auth === "admin" && caller.role !== "admin") throw new ShopError("FORBIDDEN");
  return caller;
}

async function paramsOf(route: Route, caller: Caller | undefined, req: Request, res: GatewayResponse): Promise<parameters.Params> {
  const incoming = req as unknown as IncomingRequest;
  if (route.method === "GET") {
    const params = parameters.queryParams(route, req.query, caller);
    return route.stream ? { ...params, ...parameters.resumeParams(req.headers) } : params;
  }
  parameters.refuseQuery(req.query);
  if (route.raw) return parameters.rawParams(route.raw, await readText(incoming, res), req.headers);
  return parameters.bodyParams(route, await readJson(incoming, res));
}
