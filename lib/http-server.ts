/** A listening HTTP server that stops without cutting off an answer. */
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as pause } from "node:timers/promises";

/** A port that can't be listened on. The message is one line for whoever starts the node. */
export class ListenError extends Error {
  override readonly name = "ListenError";

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.stack = `${this.name}: ${message}`; // where it was thrown says nothing about what to change
  }
}

const quietMs = 10;
const longestQuietMs = 1_000;

/** Slow clients hold a connection, so they are given this long for the headers and for the whole request; Node looks once in the interval. */
const patience = { headersTimeout: 10_000, requestTimeout: 30_000, connectionsCheckingInterval: 1_000 };

/** Bytes of a request's first line and headers together. */
const maxHeaderSize = 16 * 1024;

/** Node would answer what has no `Host` by itself, without a word. */
const requireHostHeader = false;

/** Where a server listens, and what it does with a request. */
export interface HttpServerOptions {
  host: string;
  /** 0 picks a free one. */
  port: number;
  /** The environment variable that holds the port, for the message of a `ListenError`. */
  variable: string;
  handle(req: IncomingMessage, res: ServerResponse): void;
  /** Called first of all by `stop`: ends the answers that would go on for ever. */
  endStreams?(): void;
  /** How long `stop` waits for answers, in ms. Default: not at all. */
  drainMs?: number;
}

/** A server that can be started once and stopped. */
export interface HttpServer {
  readonly server: Server;
  /** Resolves with the port. Throws a `ListenError`. */
  start(): Promise<number>;
  /** Takes no new connections, lets answers finish, then closes what is left. Repeating it waits for the same stop. */
  stop(): Promise<void>;
}

/** Makes a server that doesn't listen yet. */
export function httpServer({ host, port, variable, handle, endStreams, drainMs = 0 }: HttpServerOptions): HttpServer {
  const inFlight = new Set<ServerResponse>();
  let stopping: Promise<void> | undefined;
  let onIdle: (() => void) | undefined;

  const server = createServer({ ...patience, maxHeaderSize, requireHostHeader }, (req, res) => {
    inFlight.add(res);
    if (stopping) res.setHeader("Connection", "close");
    res.once("close", () => {
      inFlight.delete(res);
      if (inFlight.size === 0) onIdle?.();
    });
    handle(req, res);
  });
  server.on("checkExpectation", (req, res) => server.emit("request", req, res)); // Node's own answer to it has none of our headers

  /** Without the deadline a client that never sends the rest of its body would hold the process. */
  const idle = () =>
    new Promise<void>((resolve) => {
      if (inFlight.size === 0) return resolve();
      const deadline = setTimeout(resolve, drainMs);
      onIdle = () => {
        clearTimeout(deadline);
        resolve();
      };
    });

  /**
   * Closing the listener resets the connections that the kernel has accepted and the server has not seen yet, so it is closed in a turn
   * of the event loop in which none came. Under a load that never pauses that turn may not come: then after `longestQuietMs`.
   */
  const quiet = async () => {
    let seen = true;
    const see = () => (seen = true);
    server.on("connection", see);
    for (const giveUp = performance.now() + longestQuietMs; seen && performance.now() < giveUp;) {
      seen = false;
      await pause(quietMs);
    }
    server.off("connection", see);
  };

  const drain = async () => {
    if (!server.listening) return;
    endStreams?.();
    await quiet();
    const closed = new Promise((resolve) => server.close(resolve));
    for (const res of inFlight) if (!res.headersSent) res.setHeader("Connection", "close");
    await idle();
    server.closeAllConnections();
    await closed;
  };

  return {
    server,
    start: () => listen(server, { host, port, variable }),
    stop: () => (stopping ??= drain()),
  };
}

function listen(server: Server, { host, port, variable }: { host: string; port: number; variable: string }): Promise<number> {
  return new Promise((resolve, reject) => {
    const refuse = (error: NodeJS.ErrnoException) => {
      const why = reasons[error.code ?? ""] ?? `can't be listened on (${error.message})`;
      reject(new ListenError(`${variable}: ${host}:${port} ${why}`, { cause: error }));
    };
    server.once("error", refuse);
    server.listen(port, host, () => {
      server.off("error", refuse);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

const reasons: Readonly<Record<string, string>> = {
  EADDRINUSE: "is in use by another process; a shop or node beside another needs a PORT, a NODE_PORT and a DATA_DIR of its own",
  EACCES: "needs more rights than this process has",
  EADDRNOTAVAIL: "is not an address of this machine",
};
