/** An admitted request as calls of its action. */
import type { IncomingMessage } from "node:http";

import type { ActionEndpoint, Logger } from "moleculer";
import type { GatewayResponse } from "moleculer-web";

import type { Request } from "./admission";
import { sendResult } from "./answers";
import type { Rates } from "./limits/rates";
import type { Route } from "./routes";
import type { Streams, Told } from "./streams";

/** With the endpoint that moleculer-web has chosen. */
type Routed = Request & IncomingMessage & { $endpoint: ActionEndpoint };

/** What calls need of the gateway. */
export interface Desk {
  rates: Rates | undefined;
  streams: Streams;
  logger: Logger;
}

/** Calls the action and sends its answer. Throws what the action throws. */
export async function answer(route: Route, { rates }: Desk, req: Routed, res: GatewayResponse): Promise<void> {
  const call = () => req.$ctx.call<unknown, unknown>(req.$endpoint as unknown as string, req.$params); // Moleculer's types know only names
  const data = await (route.checksPassword && rates ? rates.tryPassword(req, accountOf(req), call) : call());
  sendResult(req, res, route, req.$ctx.meta, data);
}

/** Whose password it is about: the caller's own, or that of the e-mail address with which somebody wants to become one. */
function accountOf({ $ctx, $params }: Routed): string {
  if ($ctx.meta.caller) return $ctx.meta.caller.id;
  return typeof $params.email === "string" ? $params.email.toLowerCase() : "";
}

/** Asks the action again and again, and sends what it tells. Throws what the action throws at first. */
export async function answerAsStream(route: Route, { streams, logger }: Desk, req: Routed, res: GatewayResponse): Promise<void> {
  const { $ctx, $params } = req;
  await streams.serve(res, {
    userId: $ctx.meta.caller!.id,
    after: $params.after as number | undefined,
    ask: (after) => $ctx.call<Told, unknown>(route.action, { ...$params, ...(after !== undefined && { after }) }), // any node's, each time
    failed: (error) => logger.warn(`${route.method} ${route.path}: the stream broke off`, { requestId: $ctx.requestID }, error),
  });
}
