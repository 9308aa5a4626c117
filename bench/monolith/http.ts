/** Routes, bodies and answers over `node:http`: what a plain framework would do. */
import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";

import { ShopError } from "../../lib/errors";
import { problemOf } from "../../lib/errors/problem";
import { Dispatch } from "../../services/gateway/dispatch";

export interface Answer {
  status: number;
  body: unknown;
  headers?: Record<string, string>;
}

/** `id` is the path's parameter, if it has one. */
export type Route = (req: IncomingMessage, id: string) => Promise<Answer>;

/** A listener for requests to these routes, by `METHOD /path/:id`. */
export function router(routes: Record<string, Route>): (req: IncomingMessage, res: ServerResponse) => void {
  const dispatch = new Dispatch<Route>();
  for (const [name, route] of Object.entries(routes)) {
    const [method = "", path = ""] = name.split(" ");
    dispatch.add(method, path, route);
  }
  const answerTo = async (req: IncomingMessage): Promise<Answer> => {
    const found = dispatch.find(req.method ?? "", req.url ?? "");
    if (!found) throw new ShopError("NOT_FOUND");
    return found.value(req, found.params[0] ?? "");
  };
  return (req, res) => {
    answerTo(req).then(
      (answer) => send(res, answer),
      (error: unknown) => send(res, problem(error)),
    );
  };
}

/** An error as a problem document. */
export function problem(error: unknown, headers: Answer["headers"] = {}): Answer {
  const { code, status, title, detail = title, ...others } = problemOf(error);
  if (status >= 500) console.error(error);
  const body = { type: `/docs/errors#${code}`, title, status, detail, ...others, code, requestId: randomUUID() };
  return { status, body, headers: { ...headers, "Content-Type": "application/problem+json" } };
}

function send(res: ServerResponse, { status, body, headers }: Answer): void {
  const text = JSON.stringify(body);
  const type = "application/json; charset=utf-8";
  res.writeHead(status, { "Content-Type": type, ...headers, "Content-Length": Buffer.byteLength(text) }).end(text);
}

const longestBody = 100 * 1024;

/** The JSON object that is the request's body. */
export async function readBody(req: IncomingMessage): Promise<Record<string, unknown>> {
  if (!/^application\/json *(;|$)/i.test(req.headers["content-type"] ?? "")) throw new ShopError("UNSUPPORTED_MEDIA_TYPE");
  const text = await readText(req);
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    throw new ShopError("BAD_REQUEST", "The body is not JSON");
  }
  if (typeof body !== "object" || body === null || Array.isArray(body)) throw new ShopError("VALIDATION_FAILED", "must be a JSON object");
  return body as Record<string, unknown>;
}

function readText(req: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    req.on("data", (chunk: Buffer) => {
      length += chunk.length;
      if (length <= longestBody) chunks.push(chunk); // what is too much is read to its end, so that the client hears the answer
    });
    req.on("end", () => (length > longestBody ? reject(new ShopError("BODY_TOO_LARGE")) : resolve(Buffer.concat(chunks).toString())));
    req.on("error", reject);
  });
}
