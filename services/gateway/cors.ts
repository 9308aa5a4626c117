import type { IncomingMessage, ServerResponse } from "node:http";

const methods = "GET, HEAD, POST, PATCH, DELETE";
const taken = "Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, Last-Event-ID, X-Request-Id, Traceparent";
const shown = "ETag, Location, Retry-After, RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset, X-Request-Id, Idempotent-Replayed";
const maxAgeSeconds = 600;

/** Lets pages of other origins read the answer, if they may. True when it was a preflight and is answered. */
export type CrossOrigin = (req: IncomingMessage, res: ServerResponse) => boolean;

/** Pages of these origins may use the API; without any, the browser keeps all others out. There are no cookies, so credentials need no word. */
export function crossOrigin(origins: readonly string[]): CrossOrigin {
  if (origins.length === 0) return () => false;
  const allowed = new Set(origins);
  return (req, res) => {
    const { origin } = req.headers;
    res.setHeader("Vary", "Origin");
    if (origin === undefined || !allowed.has(origin)) return false;
    res.setHeader("Access-Control-Allow-Origin", origin);
    res.setHeader("Access-Control-Expose-Headers", shown);
    if (req.method !== "OPTIONS" || req.headers["access-control-request-method"] === undefined) return false;
    res.setHeader("Access-Control-Allow-Methods", methods);
    res.setHeader("Access-Control-Allow-Headers", taken);
    res.setHeader("Access-Control-Max-Age", maxAgeSeconds);
    res.writeHead(204).end();
    return true;
  };
}
