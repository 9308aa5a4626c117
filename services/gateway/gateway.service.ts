/**
 * The edge: HTTP in, calls out. moleculer-web gives the frame (context, routing to an action); the methods here take the place of its own,
 * each for the reason that stands beside it. What every request meets is in `front.ts`, what one of the API has to pass in `admission.ts`.
 */
import type { IncomingMessage, ServerResponse } from "node:http";

import type { Service, ServiceSchema } from "moleculer";
import ApiGateway, { type Alias, type GatewayResponse } from "moleculer-web";

import { configOf } from "../../lib/config";
import type { ContractBase } from "../../lib/contract";
import { ShopError } from "../../lib/errors";
import { healthPages, type Pages } from "../../lib/health";
import { httpServer, type HttpServer } from "../../lib/http-server";
import type { RequestMeta } from "../../lib/handlers";
import { tokenVerifier, type TokenVerifier } from "../../lib/tokens";
import { incomingTraceparent } from "../../lib/trace";
import { addressReader } from "./limits/addresses";
import { admit, type Request } from "./admission";
import { markReplayed } from "./answers";
import { answer, answerAsStream } from "./calls";
import { contracts } from "./contracts";
import { Dispatch } from "./dispatch";
import { docsPages } from "./docs/pages";
import { front } from "./front";
import { pathOf, sendBadRequest, sendProblem } from "./problems";
import { rateFigures, Rates } from "./limits/rates";
import { basePath, routesOf, type Route } from "./routes";
import { streamFigures, Streams } from "./streams";

/** The gateway as a running service. Emits `$gateway.listening` with `{ port }` on `broker.localBus`. */
export interface Gateway extends Service {
  /** Where it listens; 0 until it does. */
  port: number;
  /** Stopped by `lib/lifecycle.ts` before anything else of the node. */
  door: HttpServer;
  verifyToken: TokenVerifier;
  rates: Rates | undefined;
  streams: Streams;
  dispatch: Dispatch<Alias>;
  /** moleculer-web's. */
  aliases: (Alias & { fullPath: string; toString(): string })[];
  httpHandler(req: IncomingMessage, res: ServerResponse): Promise<void>;
  regenerateAllAutoAliases(): void;
  send404(req: IncomingMessage, res: ServerResponse): void;
  sendError(req: Request, res: GatewayResponse, error: unknown, status?: number): void;
}

/** How much the gateway takes. */
export const figures = { rates: rateFigures, streams: streamFigures };

/** A gateway that serves the routes of these contracts. */
export function gateway(served: readonly ContractBase[], { rates, streams } = figures): ServiceSchema {
  const routes = new Map(routesOf(served).map((route) => [route.action, route]));
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
      const { rateLimit, trustedProxies } = configOf(this.broker);
      prepareDispatch(this);
      this.port = 0;
      this.rates = rateLimit ? new Rates(rates, addressReader(trustedProxies)) : undefined;
      this.streams = new Streams(streams);
      this.door = doorOf(this, [healthPages(this.broker), docsPages(served)]);
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
    rootCallOptions: withOrigin,
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
    admit(route, this, req, res).then(() => next(), next);
  };
}

/** moleculer-web takes any text for a request's id, and `X-Correlation-Id` before it; of traces it knows nothing. */
function withOrigin(this: Gateway, options: { requestID?: string; meta?: RequestMeta }, req: IncomingMessage, res: ServerResponse): void {
  options.requestID = requestIdOf(res);
  options.meta = { traceparent: incomingTraceparent(this.broker, req.headers.traceparent) };
}

const requestIdOf = (res: ServerResponse) => String(res.getHeader("X-Request-Id"));

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

  /** moleculer-web's knows no 405. */
  send404(this: Gateway, req: Request, res: GatewayResponse) {
    const path = pathOf(req);
    const allowed = this.dispatch.methodsOf(path.length > 1 && path.endsWith("/") ? path.slice(0, -1) : path);
    if (allowed.length > 0) res.setHeader("Allow", allowed.join(", "));
    this.sendError(req, res, new ShopError(allowed.length > 0 ? "METHOD_NOT_ALLOWED" : "NOT_FOUND"));
  },

  /** moleculer-web's logs the data of an error, which may hold what isn't for logs. */
  errorHandler(this: Gateway, req: Request, res: GatewayResponse, error: unknown) {
    this.sendError(req, res, error);
  },

  sendError(this: Gateway, req: Request, res: GatewayResponse, error: unknown, own?: number) {
    const requestId = requestIdOf(res);
    if (req.$ctx?.meta.$replayed && !res.headersSent) markReplayed(res);
    const { idempotency, caller } = req.$ctx?.meta ?? {};
    const circumstances = { requestId, hasKey: idempotency !== undefined, toStaff: caller?.role === "admin", status: own };
    const { code, status } = sendProblem(req, res, error, circumstances);
    if (code === "INTERNAL") this.logger.error(`${req.method} ${pathOf(req)} failed`, { requestId }, error);
    else if (status >= 500) this.logger.warn(`${req.method} ${pathOf(req)}: ${code}`, { requestId }, (error as Error).message);
  },
};

const answering = (routes: ReadonlyMap<string, Route>) => ({
  /** moleculer-web's asks once, sends `Location` with 201 and 3xx only, and warns at each 201 without one. */
  async callAction(this: Gateway, _route: unknown, action: string, req: Parameters<typeof answer>[2], res: GatewayResponse) {
    const route = routes.get(action)!;
    await (route.stream ? answerAsStream(route, this, req, res) : answer(route, this, req, res));
    return true;
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

function doorOf(service: Gateway, pages: readonly Pages[]): HttpServer {
  const { broker, rates, streams } = service;
  const config = configOf(broker);
  const handle = front(broker, config, {
    pages,
    rates,
    // moleculer-web routes a preflight by the method that it asks about
    enter: (req, res) => (req.method === "OPTIONS" ? service.send404(req, res) : void service.httpHandler(req, res)),
    refuse: (req, res, error, status) => service.sendError(req as unknown as Request, res as GatewayResponse, error, status),
  });
  const door = httpServer({
    host: config.host,
    port: config.port,
    variable: "PORT",
    handle,
    endStreams: () => streams.close(),
    drainMs: config.drainMs,
  });
  door.server.on("clientError", sendBadRequest);
  return door;
}

export default gateway(contracts);
