/** What goes out when something is wrong: problem documents (RFC 9457). */
import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";

import { catalogue, isErrorCode } from "../../lib/errors";
import { problemOf, retryAfterOf, type Problem } from "../../lib/errors/problem";

/** The path as it was asked for: moleculer-web cuts `url` down to what stands behind a route's own path. */
export const pathOf = (req: IncomingMessage & { originalUrl?: string }) => (req.originalUrl ?? req.url ?? "").split("?", 1)[0] ?? "";

/** What is known of the request beside the error. */
export interface Circumstances {
  requestId: string;
  /** It has an Idempotency-Key, so that it can be repeated. */
  hasKey?: boolean;
  /** The caller is of the staff, who are told which service is away. */
  toStaff?: boolean;
  /** HTTP's own status for what the catalogue only calls a bad request. */
  status?: number;
}

/** Sends the problem that the error is. Gives it back, so that the caller can log what the client isn't told. */
export function sendProblem(
  req: IncomingMessage,
  res: ServerResponse,
  error: unknown,
  { requestId, hasKey = false, toStaff = false, status: own }: Circumstances,
): Problem {
  const problem = {
    ...problemOf(error),
    ...(toStaff && awayOf(error)),
    ...(hasKey && isTimeout(error) && { detail: unknownOutcome }),
    ...(own && { status: own }),
  };
  if (res.headersSent) {
    res.destroy(); // half of an answer can't be taken back
    return problem;
  }
  const { code, status } = problem;
  const body = documentOf(problem, { instance: pathOf(req), requestId });
  const retryAfter = retryAfterOf(error, code);
  res.statusCode = status;
  res.setHeader("X-Request-Id", requestId);
  res.setHeader("Cache-Control", "no-store");
  res.setHeader("Content-Type", "application/problem+json");
  res.setHeader("Content-Length", Buffer.byteLength(body));
  if (retryAfter !== undefined) res.setHeader("Retry-After", retryAfter);
  if (status === 401) res.setHeader("WWW-Authenticate", 'Bearer realm="moleculer-commerce"');
  res.end(body);
  return problem;
}

function documentOf(
  { code, status, title, detail = title, ...others }: Problem,
  { instance, requestId }: { instance?: string; requestId: string },
): string {
  return JSON.stringify({ type: `/docs/errors#${code}`, title, status, detail, ...others, instance, code, requestId });
}

const unknownOutcome =
  "It took too long to learn what became of the request. Repeat it with the same Idempotency-Key: it is carried out once.";

const isTimeout = (error: unknown) => (error as { type?: unknown } | undefined)?.type === "REQUEST_TIMEOUT";

/** Moleculer's own errors have the action that nobody answered for, wherever in the shop that was. */
function awayOf(error: unknown): Pick<Problem, "detail"> {
  const { type, data } = (error ?? {}) as { type?: unknown; data?: { action?: unknown } | null };
  if (isErrorCode(type) || problemOf(error).code !== "UNAVAILABLE" || typeof data?.action !== "string") return {};
  return { detail: `The service ${data.action.replace(/\.[^.]*$/, "")} does not answer` };
}

/** Of what Node finds wrong with a connection; anything else is a message that isn't HTTP. */
const lines: Readonly<Record<string, readonly [status: number, reason: string, detail: string]>> = {
  HPE_HEADER_OVERFLOW: [431, "Request Header Fields Too Large", "The headers are too large"],
  ERR_HTTP_REQUEST_TIMEOUT: [408, "Request Timeout", "The request took too long to arrive"],
};

/** Nothing that follows on the connection is read any more. */
function closeAfter(answer: ServerResponse, socket: Duplex): void {
  answer.shouldKeepAlive = false;
  answer.once("finish", () => socket.end());
}

/** A socket as Node's HTTP server keeps it, with the answer that is under way on it. */
type Connection = Duplex & { _httpMessage?: ServerResponse | null };

/** Answers bytes that don't make a request. */
export function sendBadRequest(error: NodeJS.ErrnoException, socket: Connection): void {
  const { _httpMessage: underWay } = socket;
  // One that has begun must not be mixed with another one: an event stream whose request never ended, for instance.
  if (!socket.writable || underWay?.headersSent) return void socket.destroy();
  // A whole request before these bytes is being worked on: this is not its answer.
  if (underWay?.req.complete) return closeAfter(underWay, socket);
  const [status, reason, detail] = lines[error.code ?? ""] ?? [400, "Bad Request", undefined];
  const requestId = randomUUID();
  const body = documentOf({ code: "BAD_REQUEST", title: catalogue.BAD_REQUEST.title, status, detail }, { requestId });
  const head = [
    `HTTP/1.1 ${status} ${reason}`,
    "Content-Type: application/problem+json",
    `Content-Length: ${Buffer.byteLength(body)}`,
    "Cache-Control: no-store",
    "X-Content-Type-Options: nosniff",
    `X-Request-Id: ${requestId}`,
    "Connection: close",
  ];
  socket.end(`${head.join("\r\n")}\r\n\r\n${body}`);
}
