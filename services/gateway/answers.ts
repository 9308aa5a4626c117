/** What goes out when all is well: results as JSON. */
import type { IncomingMessage, ServerResponse } from "node:http";

import type { Meta } from "../../lib/handlers";
import { entityTagOf, isKnown } from "./etags";
import type { Route } from "./routes";

/**
 * Sends a result. What can be read again has a tag, and may be kept on the condition that it is asked for each time: a price, a stock or a
 * balance that is a minute old costs a refused order, and the asking costs a 304. Shared caches keep only what everybody may see.
 */
export function sendResult(req: IncomingMessage, res: ServerResponse, route: Route, meta: Meta, data: unknown): void {
  const status = meta.$statusCode ?? route.status;
  const body = status === 204 || data === undefined ? undefined : JSON.stringify(data);
  res.statusCode = status;
  const isRead = route.method === "GET" && status === 200;
  res.setHeader("Cache-Control", !isRead ? "no-store" : route.auth === "public" ? "no-cache" : "private, no-cache");
  if (meta.$location) res.setHeader("Location", meta.$location);
  if (meta.$replayed) markReplayed(res);
  if (body === undefined) return void res.end();
  if (status === 200 && (isRead || route.method === "PATCH")) {
    const tag = entityTagOf(body, data);
    res.setHeader("ETag", tag);
    if (isRead && isKnown(req.headers["if-none-match"], tag)) {
      res.statusCode = 304;
      return void res.end();
    }
  }
  res.setHeader("Content-Type", "application/json; charset=utf-8");
  res.setHeader("Content-Length", Buffer.byteLength(body));
  res.end(body); // of which Node sends nothing to a HEAD
}

/** Tells that the answer, a problem too, repeats that to an earlier request with the same key. */
export const markReplayed = (res: ServerResponse) => res.setHeader("Idempotent-Replayed", "true");
