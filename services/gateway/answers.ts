/** What goes out: results as JSON, errors as problem documents (RFC 9457). */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";

import { catalogue } from "../../lib/errors";
import { problemOf, type Problem } from "../../lib/errors/problem";

export interface Answer {
  status: number;
  location?: string;
  replayed?: boolean;
  /** It is for one caller alone. */
  isPrivate: boolean;
}

export function sendResult(res: ServerResponse, data: unknown, { status, location, replayed, isPrivate }: Answer): void {
  const body = status === 204 || data === undefined ? undefined : JSON.stringify(data);
  res.statusCode = status;
  res.setHeader("X-Content-Type-Options", "nosniff");
  if (isPrivate) res.setHeader("Cache-Control", "no-store");
  if (location) res.setHeader("Location", location);
  if (replayed) markReplayed(res);
  if (body === undefined) return void res.end();
  res.setHeader("Content-Type", "application/json; charset=utf-8");
  res.setHeader("Content-Length", Buffer.byteLength(body));
  res.end(body);
}

/** Tells that the answer, a problem too, repeats that to an earlier request with the same key. */
export const markReplayed = (res: ServerResponse) => res.setHeader("Idempotent-Replayed", "true");

/** The path as it was asked for: moleculer-web cuts `url` down to what stands behind a route's own path. */
export const pathOf = (req: IncomingMessage & { originalUrl?: string }) => (req.originalUrl ?? req.url ?? "").split("?", 1)[0];

/** Sends the problem that the error is. Gives it back, so that the caller can log what the client isn't told. */
export function sendProblem(req: IncomingMessage, res: ServerResponse, error: unknown, requestId: string, hasKey = false): Problem {
  const problem = { ...problemOf(error), ...(hasKey && isTimeout(error) && { detail: unknownOutcome }) };
  const { code, status, title, ...others } = problem;
  if (res.headersSent) {
    res.destroy(); // half of an answer can't be taken back
    return problem;
  }
  const body = JSON.stringify({ type: `/docs/errors#${code}`, title, status, ...others, instance: pathOf(req), code, requestId });
  const { retryAfter } = catalogue[code] as { retryAfter?: number };
  res.statusCode = status;
  res.setHeader("X-Request-Id", requestId);
  res.setHeader("X-Content-Type-Options", "nosniff");
  res.setHeader("Cache-Control", "no-store");
  res.setHeader("Content-Type", "application/problem+json");
  res.setHeader("Content-Length", Buffer.byteLength(body));
  if (retryAfter !== undefined) res.setHeader("Retry-After", retryAfter);
  if (status === 401) res.setHeader("WWW-Authenticate", 'Bearer realm="moleculer-commerce"');
  res.end(body);
  return problem;
}

const unknownOutcome =
  "It took too long to learn what became of the request. Repeat it with the same Idempotency-Key: it is carried out once.";

const isTimeout = (error: unknown) => (error as { type?: unknown } | undefined)?.type === "REQUEST_TIMEOUT";

/** Answers bytes that aren't HTTP, of which there is no request. */
export function sendBadRequest(_error: Error, socket: Duplex): void {
  if (!socket.writable) return void socket.destroy();
  const { status, title } = catalogue.BAD_REQUEST;
  const body = JSON.stringify({ type: "/docs/errors#BAD_REQUEST", title, status, code: "BAD_REQUEST" });
  const head = [
    "HTTP/1.1 400 Bad Request",
    "Content-Type: application/problem+json",
    `Content-Length: ${Buffer.byteLength(body)}`,
    "Connection: close",
  ];
  socket.end(`${head.join("\r\n")}\r\n\r\n${body}`);
}
