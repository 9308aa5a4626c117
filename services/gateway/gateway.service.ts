/**
 * The edge: HTTP in, calls out. moleculer-web gives the frame (context, routing to an action, the call); the methods here take the place
 * of its own, each for the reason that stands beside it. What a request has to pass is in `admission.ts`.
 */
import type { IncomingMessage, ServerResponse } from "node:http";

import type { Service, ServiceSchema } from "moleculer";
import ApiGateway, { type Alias, type GatewayResponse } from "moleculer-web";

import { configOf } from "../../lib/config";
import type { ContractBase } from "../../lib/contract";
import { answerHealth } from "../../lib/health";
import { httpServer, type HttpServer } from "../../lib/http-server";
import { tokenVerifier, type TokenVerifier } from "../../lib/tokens";
import { bestseller } from "../bestseller/bestseller.contract";
import { coupon } from "../coupon/coupon.contract";
import { order } from "../order/order.contract";
import { payment } from "../payment/payment.contract";
import { point } from "../point/point.contract";
import { product } from "../product/product.contract";
import { user } from "../user/user.contract";
import { admit, type Request } from "./admission";
import { markReplayed, pathOf, sendBadRequest, sendProblem, sendResult } from "./answers";
import { Dispatch } from "./dispatch";
import { basePath, routesOf, type Route } from "./routes";

/** The gateway as a running service. Emits `$gateway.listening` with `{ port }` on `broker.localBus`. */
export interface Gateway extends Service {
  /** Where it listens; 0 until it does. */
  port: number;
  /** Stopped by `lib/lifecycle.ts` before anything else of the node. */
  door: HttpServer;
  verifyToken: TokenVerifier;
  dispatch: Dispatch<Alias>;
  /** moleculer-web's. */
  aliases: (Alias & { fullPath: string; toString(): string })[];
  httpHandler(req: IncomingMessage, res: ServerResponse): Promise<void>;
  regenerateAllAutoAliases(): void;
  sendError(req: Request, res: GatewayResponse, error: unknown): void;
}

/** A gateway that serves the routes of these contracts. */
export function gateway(contracts: readonly ContractBase[]): ServiceSchema {
  const routes = new Map(routesOf(contracts).map((route) => [route.action, route]));
  const schema = {
    name: "gateway",
    mixins: [ApiGateway],
    settings: settingsOf([...routes.values()]),
    actions: {
      // The failures that it passes on are those of the actions behind it, which have breakers and bulkheads of their own.
      rest: { circuitBreaker: { enabled: false }, bulkhead: { enabled: false } },
      listAliases: false,
      addRoute: false, // no other node is to open a door here
      removeRoute: false,
    },
    methods: { ...edge, ...answering(routes) },
    created(this: Gateway) {
      prepareDispatch(this);
      this.port = 0;
      this.door = doorOf(this);
    },
    async started(this: Gateway) {
      this.verifyToken = await tokenVerifier(configOf(this.broker));
      this.port = await this.door.start();
      this.broker.localBus.emit("$gateway.listening", { port: this.port });
    },
    async stopped(this: Gateway) {
      await this.door.stop();
    },
  };
  return schema as unknown as ServiceSchema; // Moleculer's types know neither `false` for an action nor what the service holds
}

function settingsOf(routes: readonly Route[]) {
  const aliases: Record<string, unknown> = {};
  for (const route of routes) aliases[`${route.method} ${route.path.slice(basePath.length)}`] = [admission(route), route.action];
  return {
    server: false, // moleculer-web's own ends the process when the port is taken, and waits for idle connections when it stops
    logRequest: null,
    logRequestParams: null,
    logResponse: null,
    logRouteRegistration: null,
    rootCallOptions: withSaneRequestId,
    routes: [
      {
        path: basePath,
        mappingPolicy: "restrict",
        mergeParams: false,
        bodyParsers: false, // the body is read after the caller is known
        logging: false,
        aliases,
      },
    ],
    $secureSettings: ["routes"], // they would travel to every node
  };
}

function admission(route: Route) {
  return function (this: Gateway, req: Request, res: GatewayResponse, next: (error?: unknown) => void) {
    admit(route, this.verifyToken, req, res).then(() => next(), next);
  };
}

/** moleculer-web takes any text, and `X-Correlation-Id` before it. Without an id here the context makes one. */
function withSaneRequestId(options: { requestID?: string }, req: IncomingMessage): void {
  const given = req.headers["x-request-id"];
  options.requestID = typeof given === "string" && /^[\x20-\x7e]{1,100}$/.test(given) ? given : undefined;
}

const edge = {
  /** Splits only: `qs` would make arrays and objects of parameters, for every request. */
  parseQueryString({ url = "" }: IncomingMessage) {
    const mark = url.indexOf("?");
    return mark < 0 ? { url, query: "" } : { url: url.slice(0, mark), query: url.slice(mark + 1) };
  },

  resolveAlias(this: Gateway, url: string, method: string) {
    const found = this.dispatch.find(method, url);
    return found && { alias: found.value, params: found.params };
  },
};

const answering = (routes: ReadonlyMap<string, Route>) => ({
  /** moleculer-web's sends `Location` with 201 and 3xx only, and warns at each 201 without one. */
  sendResponse(this: Gateway, req: Request, res: GatewayResponse, data: unknown) {
    const { $statusCode, $location, $replayed } = req.$ctx.meta;
    const route = routes.get(req.$alias.action);
    const isPrivate = route?.auth !== "public";
    sendResult(res, data, { status: $statusCode ?? route?.status ?? 200, location: $location, replayed: $replayed, isPrivate });
  },

  /** moleculer-web's logs the data of an error, which may hold what isn't for logs. */
  errorHandler(this: Gateway, req: Request, res: GatewayResponse, error: unknown) {
    this.sendError(req, res, error);
  },

  sendError(this: Gateway, req: Request, res: GatewayResponse, error: unknown) {
    const requestId = req.$ctx?.requestID ?? this.broker.generateUid();
    if (req.$ctx?.meta.$replayed && !res.headersSent) markReplayed(res);
    const { code, status } = sendProblem(req, res, error, requestId, req.$ctx?.meta.idempotency !== undefined);
    if (code === "INTERNAL") this.logger.error(`${req.method} ${pathOf(req)} failed`, { requestId }, error);
    else if (status >= 500) this.logger.warn(`${req.method} ${pathOf(req)}: ${code}`, { requestId }, (error as Error).message);
  },
});

function prepareDispatch(service: Gateway): void {
  service.dispatch = new Dispatch();
  for (const alias of service.aliases) {
    service.dispatch.add(alias.method, alias.fullPath, alias);
    const text = `${alias.method} ${alias.fullPath}`;
    alias.toString = () => text; // moleculer-web colours it anew for a debug line of each request
  }
  service.regenerateAllAutoAliases = () => undefined; // there are none, and its timer would outlive the broker
}

function doorOf(service: Gateway): HttpServer {
  const { host, port, drainMs } = configOf(service.broker);
  const handle = (req: IncomingMessage, res: ServerResponse) => {
    if (!answerHealth(service.broker, req, res)) void service.httpHandler(req, res);
  };
  const door = httpServer({ host, port, variable: "PORT", handle, drainMs });
  door.server.requestTimeout = 30_000;
  door.server.on("clientError", sendBadRequest);
  return door;
}

export default gateway([user, product, point, coupon, order, payment, bestseller]);
