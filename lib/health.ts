/** Health of a node: alive means that the process answers, ready that it can serve. */
import type { IncomingMessage, ServerResponse } from "node:http";

import type { Middleware, ServiceBroker } from "moleculer";

import type { Database } from "../mixins/database";
import { answersNats } from "../mixins/nats";
import { configOf } from "./config";
import { httpServer, type HttpServer } from "./http-server";

interface Health {
  ready: boolean;
  status: "ok" | "starting" | "stopping" | "unavailable";
}

/** A server that doesn't answer in this time counts as away. */
const serverMs = 2_000;

/**
 * Ready: the broker has started and isn't stopping, and the databases of all its services answer, and the server between the nodes. That
 * the other nodes are there is no part of it: when one service is away the rest of the shop goes on selling.
 */
export async function healthOf(broker: ServiceBroker, waitMs = serverMs): Promise<Health> {
  const phase = phaseOf(broker);
  if (phase !== "ok") return { ready: false, status: phase };
  const [nats, ...databases] = await Promise.all([
    answersNats(broker, waitMs).then((answers) => (answers ? undefined : "NATS")),
    ...databasesOf(broker).map((service) => awayOrNot(service, waitMs)),
  ]);
  const away = [nats, ...databases].filter((name) => name !== undefined);
  if (away.length) broker.logger.warn(`not ready: no answer from ${away.join(", ")}`);
  return away.length ? { ready: false, status: "unavailable" } : { ready: true, status: "ok" };
}

const preparing = new WeakSet<ServiceBroker>();

/** The node isn't ready until the work is done, whatever it serves meanwhile. To be called before the broker starts. */
export async function readyAfter<T>(broker: ServiceBroker, work: () => Promise<T>): Promise<T> {
  preparing.add(broker);
  const result = await work();
  preparing.delete(broker);
  return result;
}

function phaseOf(broker: ServiceBroker): Health["status"] {
  const { started, stopping } = broker as ServiceBroker & { started: boolean; stopping: boolean };
  if (stopping) return "stopping";
  return started && !preparing.has(broker) ? "ok" : "starting";
}

type Hosting = { name: string; db?: Database };

const databasesOf = (broker: ServiceBroker) => (broker.services as unknown as Hosting[]).filter((service) => service.db);

/** Undefined when the database answers, else whose it is and why it doesn't. */
async function awayOrNot({ name, db }: Hosting, waitMs: number): Promise<string | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error("no answer in time")), waitMs);
  });
  try {
    await Promise.race([db?.select("select 1"), tooLate]);
    return undefined;
  } catch (error) {
    return `the database of ${name} (${(error as Error).message})`;
  } finally {
    clearTimeout(timer);
  }
}

/** Paths that a server answers by itself, to GET and HEAD. */
export interface Pages {
  /** They are asked for by machines that must not be turned away, however often. */
  uncounted?: true;
  has(path: string): boolean;
  answer(req: IncomingMessage, res: ServerResponse): void;
}

/** `/health/live` and `/health/ready`. */
export const healthPages = (broker: ServiceBroker): Pages => ({
  uncounted: true,
  has: (path) => path === "/health/live" || path === "/health/ready",
  answer(req, res) {
    if (pathOf(req) === "/health/live") sendHealth(res, { ready: true, status: "ok" });
    else void healthOf(broker).then((health) => sendHealth(res, health));
  },
});

const pathOf = ({ url = "" }: IncomingMessage) => url.split("?", 1)[0]!;

function sendHealth(res: ServerResponse, { ready, status }: Health): void {
  const body = JSON.stringify({ status });
  res.writeHead(ready ? 200 : 503, {
    "Content-Type": "application/json",
    "Content-Length": Buffer.byteLength(body),
    "Cache-Control": "no-store",
  });
  res.end(body);
}

/**
 * Serves the node's own port, from before its services start until they have stopped, so that probes see `starting` and `stopping`.
 * Says where on `broker.localBus`: `$node.listening` with `{ port }`.
 */
export function nodePort(): Middleware {
  let door: HttpServer | undefined;
  return {
    name: "node-port",
    async starting(broker: ServiceBroker) {
      const { host, nodePort: port } = configOf(broker);
      const pages = healthPages(broker);
      const handle = (req: IncomingMessage, res: ServerResponse) => {
        if (!pages.has(pathOf(req))) res.writeHead(404).end();
        else if (req.method !== "GET" && req.method !== "HEAD") res.writeHead(405, { Allow: "GET, HEAD" }).end();
        else pages.answer(req, res);
      };
      door = httpServer({ host, port, variable: "NODE_PORT", handle });
      broker.localBus.emit("$node.listening", { port: await door.start() });
    },
    async stopped() {
      await door?.stop();
    },
  };
}
