import { randomBytes } from "node:crypto";
import { hostname } from "node:os";

import { type BrokerOptions, ServiceBroker } from "moleculer";

import { bindConfig, configFromEnvironment, type Config } from "./lib/config";
import { problemOf } from "./lib/errors/problem";
import { WireErrors } from "./lib/errors/wire";
import { nodePort } from "./lib/health";
import { lifecycle } from "./lib/lifecycle";
import { limits } from "./lib/limits";
import { tracing, tracingMiddlewares } from "./lib/tracing";
import { reachable, transport } from "./lib/transport";
import { pieces } from "./mixins/nats";
import { serviceNames } from "./services";

/** When a node stops asking another that fails, and how much of an action runs and waits at once. */
export const protection = {
  circuitBreaker: { enabled: true, threshold: 0.5, minRequestCount: 50, windowTime: 10, halfOpenTime: 5_000, check: isBreakdown },
  bulkhead: { enabled: true, concurrency: 512, maxQueueSize: 5_000 }, // lib/limits.ts refines it
} satisfies BrokerOptions;

/** The broker of one node. What differs between sizes comes from the configuration, never from code in a service. */
export function brokerOptions(config: Config): BrokerOptions {
  return {
    namespace: config.namespace,
    // Of one process start, as owners of sagas are: no node is ever taken for its former self.
    nodeID: `${hostname()}-${process.pid}-${randomBytes(3).toString("hex")}`,
    ...transport(config),
    ...tracing(config),
    errorRegenerator: new WireErrors(),
    created: (broker) => bindConfig(broker, config),
    logger: { type: "Console", options: { level: config.logLevel, colors: process.stdout.isTTY, formatter: "short" } },
    // Parameters are validated by the contracts' schemas (lib/service.ts), once, where the action is.
    validator: false,
    requestTimeout: config.requestTimeoutMs,
    // Retries belong to the saga engine, the relay and the inbox alone (rule 9).
    retryPolicy: { enabled: false },
    heartbeatInterval: 3,
    heartbeatTimeout: 10,
    tracking: { enabled: true, shutdownTimeout: config.drainMs },
    ...protection,
    registry: { stopDelay: 0 },
    skipProcessEventRegistration: true,
    middlewares: [pieces(), reachable, limits, lifecycle, nodePort(), ...tracingMiddlewares(config)],
  };
}

/** Refusals are answers, and so is the 503 of an order that failed; what nobody foresaw, or what didn't come back, is a breakdown. */
function isBreakdown(error: Error): boolean {
  const { status, orderId } = problemOf(error);
  return status >= 500 && orderId === undefined && (error as { type?: unknown }).type !== "OVERLOADED";
}

/** A broker for one node, without services yet. */
export function createBroker(config: Config): ServiceBroker {
  return new ServiceBroker(brokerOptions(config));
}

/** For Moleculer's runner, which calls it. */
export default () => brokerOptions(configFromEnvironment(serviceNames));
