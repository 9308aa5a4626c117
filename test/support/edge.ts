import { ServiceBroker, type Context, type ServiceSchema } from "moleculer";

import { bindConfig, loadConfig } from "../../lib/config";
import type { ActionSpec, AnySpec, ContractBase } from "../../lib/contract";
import type { Caller, RequestMeta } from "../../lib/handlers";
import { lifecycle } from "../../lib/lifecycle";
import { tokenSigner } from "../../lib/tokens";
import { parse } from "../../lib/validation";
import { protection } from "../../moleculer.config";
import { figures as usualFigures, gateway, type Gateway } from "../../services/gateway/gateway.service";
import { atEnd, temporaryFolder } from "./cleanup";

/** What a fake handler gets. `meta` may be written as `lib/service.ts` does. */
export type FakeCall = { params: Record<string, unknown>; meta: RequestMeta & Record<string, unknown> };
type FakeHandler = (call: FakeCall) => unknown;

export interface Sent {
  status: number;
  headers: Headers;
  /** Parsed when it is JSON. */
  body: any;
  text: string;
}

export interface Edge {
  url: string;
  port: number;
  broker: ServiceBroker;
  gateway: Gateway;
  /** Calls that reached an action with valid parameters, in order. */
  calls: (FakeCall & { action: string })[];
  /** Lines that were logged at error or warn. */
  logged: string[];
  token(caller?: Caller): Promise<string>;
  /** `body` goes as JSON unless it is a string. Signed in as a customer unless `token` says otherwise (null: not at all). */
  send(route: string, options?: { body?: unknown; headers?: Record<string, string>; token?: string | null }): Promise<Sent>;
  stop(): Promise<void>;
}

/**
 * A gateway on a real broker and a real port, before services that only check their parameters and answer what the test's handlers say,
 * by the action's name without its service's; `{}` for others. It stops with the test file.
 */
export async function startEdge(
  contracts: readonly ContractBase[],
  handlers: Record<string, FakeHandler>,
  env: Record<string, string> = {},
  figures = usualFigures,
): Promise<Edge> {
  const dataDir = await temporaryFolder("edge-");
  const config = loadConfig({ DATA_DIR: dataDir, PORT: "0", NODE_PORT: "0", RATE_LIMIT: "off", ...env }, ["gateway"]);
  const logged: string[] = [];
  const log = (...args: unknown[]) => void logged.push(args.map(String).join(" "));
  const broker = new ServiceBroker({
    validator: false,
    skipProcessEventRegistration: true,
    tracking: { enabled: true, shutdownTimeout: config.drainMs },
    ...protection,
    circuitBreaker: { ...protection.circuitBreaker, halfOpenTime: 60_000 }, // one that has opened stays so, however slow the machine is
    logger: { type: "Console", options: { level: "fatal" } },
    middlewares: [{ name: "lifecycle", stopping: lifecycle.stopping }], // there is no bus here
  });
  bindConfig(broker, config);
  const calls: Edge["calls"] = [];
  const own = broker.createService(gateway(contracts, figures)) as unknown as Gateway;
  Object.assign(own.logger, { error: log, warn: log });
  for (const contract of contracts) broker.createService(fake(contract, handlers, calls));
  let stopping: Promise<void> | undefined;
  const stop = () => (stopping ??= broker.stop());
  atEnd(stop);
  await broker.start();
  const sign = await tokenSigner(config);
  const token = (caller: Caller = { id: "u1", role: "customer" }) => sign(caller);
  const url = `http://127.0.0.1:${own.port}`;
  return {
    url,
    port: own.port,
    broker,
    gateway: own,
    calls,
    logged,
    token,
    send: async (route, options = {}) =>
      send(url, route, { ...options, token: options.token === undefined ? await token() : options.token }),
    stop,
  };
}

function fake({ $name, $actions }: ContractBase, handlers: Record<string, FakeHandler>, calls: Edge["calls"]): ServiceSchema {
  const actions = Object.entries<AnySpec>($actions).map(([key, spec]) => [
    key,
    ({ params, meta }: Context<Record<string, unknown>, RequestMeta>) => {
      const call = { params: parse((spec as ActionSpec).params, params) as Record<string, unknown>, meta: meta as FakeCall["meta"] };
      calls.push({ action: `${$name}.${key}`, params: call.params, meta: { ...call.meta } });
      return handlers[key]?.(call) ?? {};
    },
  ]);
  return { name: $name, actions: Object.fromEntries(actions) };
}

async function send(
  url: string,
  route: string,
  { body, headers = {}, token }: { body?: unknown; headers?: Record<string, string>; token?: string | null },
): Promise<Sent> {
  const [method, path] = route.split(" ");
  const response = await fetch(`${url}/api/v1${path}`, {
    method,
    headers: {
      ...(token && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && { "content-type": "application/json" }),
      ...headers,
    },
    ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  const isJson = response.headers.get("content-type")?.includes("json") && text !== "";
  return { status: response.status, headers: response.headers, text, body: isJson ? JSON.parse(text) : undefined };
}
