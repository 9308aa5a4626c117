/** What every request meets before it is known what it asks for. */
import type { IncomingMessage, ServerResponse } from "node:http";

import type { ServiceBroker } from "moleculer";

import type { Config } from "../../lib/config";
import { ShopError } from "../../lib/errors";
import type { Pages } from "../../lib/health";
import { crossOrigin } from "./cors";
import { securityHeaders } from "./headers";
import { pathOf } from "./problems";
import type { Rates } from "./limits/rates";

/** What stands behind the front. */
export interface House {
  /** Parts at the root, beside the API. */
  pages: readonly Pages[];
  /** None when requests aren't counted. */
  rates: Rates | undefined;
  /** Answers what isn't at the root. */
  enter(req: IncomingMessage, res: ServerResponse): void;
  /** Answers with a problem. */
  refuse(req: IncomingMessage, res: ServerResponse, error: unknown, status?: number): void;
}

/** What RFC 9110 wants of a server at least; no URL of the API comes near. */
const longestUrl = 8_000;

/** Handles requests: gives each its id and the headers that all answers have, and shows it to the part that answers it. */
export function front(broker: ServiceBroker, { corsOrigins }: Config, { pages, rates, enter, refuse }: House) {
  const isPreflight = crossOrigin(corsOrigins);

  const counted = async (req: IncomingMessage, res: ServerResponse) => {
    try {
      await rates?.countAddress(req, res);
    } catch (error) {
      return refuse(req, res, error);
    }
    const page = pageOf(req);
    if (page) show(page, req, res);
    else enter(req, res);
  };

  const pageOf = (req: IncomingMessage) => pages.find((one) => one.has(pathOf(req)));

  const show = (page: Pages, req: IncomingMessage, res: ServerResponse) => {
    if (req.method === "GET" || req.method === "HEAD") return page.answer(req, res);
    res.setHeader("Allow", "GET, HEAD");
    refuse(req, res, new ShopError("METHOD_NOT_ALLOWED"));
  };

  return (req: IncomingMessage, res: ServerResponse): void => {
    res.setHeader("X-Request-Id", saneId(req.headers["x-request-id"]) ?? broker.generateUid());
    for (const [name, value] of securityHeaders) res.setHeader(name, value);
    if (isPreflight(req, res)) return;
    if (req.headers.host === undefined && req.httpVersion === "1.1")
      return refuse(req, res, new ShopError("BAD_REQUEST", "The Host header is missing"));
    if ((req.url ?? "").length > longestUrl) return refuse(req, res, new ShopError("BAD_REQUEST", "The URL is too long"), 414);
    const page = pageOf(req);
    if (page?.uncounted) show(page, req, res);
    else void counted(req, res);
  };
}

/** An id goes into logs and headers: printable, and not too long. */
const saneId = (given: string | string[] | undefined) =>
  typeof given === "string" && /^[\x20-\x7e]{1,100}$/.test(given) ? given : undefined;
