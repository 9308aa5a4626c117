/** What stands at the root beside health: the documents of the API and of the events, and pages to read them and the error catalogue with. All of it is fixed at the start. */
import { hash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { parse } from "yaml";

import type { ContractBase } from "../../../lib/contract";
import type { Pages } from "../../../lib/health";
import { isKnown } from "../etags";
import { documentOf } from "../openapi/document";
import { pathOf } from "../problems";
import { type EventsDocument, eventsPage, eventsStyle } from "./events-page";
import { apiPage, errorsPage, errorsStyle, startScript } from "./html";

interface Page {
  headers: Readonly<Record<string, string>>;
  body: string | Buffer;
  etag: string;
}

const html = "text/html; charset=utf-8";
const css = "text/css; charset=utf-8";
const script = "text/javascript; charset=utf-8";

/** Scripts and styles are files of ours, and `data:` pictures are in Swagger UI's style sheet. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** The document of the routes of these contracts at `/openapi.json`, that of the events at `/asyncapi.json`, and the pages below `/docs`. */
export function docsPages(contracts: readonly ContractBase[]): Pages {
  const pages = new Map(Object.entries(pagesOf(contracts)));
  return {
    has: (path) => path === "/" || pages.has(path),
    answer(req, res) {
      if (pathOf(req) === "/") return void res.writeHead(302, { Location: "/docs", "Content-Length": 0 }).end(); // a person with a browser
      const { headers, body, etag } = pages.get(pathOf(req))!;
      for (const [name, value] of Object.entries(headers)) res.setHeader(name, value);
      if (isKnown(req.headers["if-none-match"], etag)) return void res.writeHead(304).end();
      res.writeHead(200, { "Content-Length": Buffer.byteLength(body) }).end(body); // of which Node sends nothing to a HEAD
    },
  };
}

function pagesOf(contracts: readonly ContractBase[]): Record<string, Page> {
  const api = page(html, apiPage);
  const errors = text("errors.md");
  const events = parse(text("asyncapi.yaml")) as EventsDocument;
  return {
    "/openapi.json": page("application/json; charset=utf-8", JSON.stringify(documentOf(contracts))),
    "/asyncapi.json": page("application/json; charset=utf-8", JSON.stringify(events)),
    "/docs": api,
    "/docs/": api,
    "/docs/start.js": page(script, startScript),
    "/docs/errors": page(html, errorsPage(errors)),
    "/docs/errors.css": page(css, errorsStyle),
    "/docs/events": page(html, eventsPage(events)),
    "/docs/events.css": page(css, errorsStyle + eventsStyle),
    "/docs/swagger-ui-bundle.js": packaged(script, "swagger-ui-bundle.js"),
    "/docs/swagger-ui.css": packaged(css, "swagger-ui.css"),
    "/docs/favicon-32x32.png": packaged("image/png", "favicon-32x32.png"),
  };
}

/** A file of the folder `docs`. */
const text = (name: string) => readFileSync(join(__dirname, "../../../docs", name), "utf8");

/** Without a time to live a browser asks each time, and hears 304. */
function page(type: string, body: string | Buffer, cache = "no-cache"): Page {
  const etag = `"${hash("sha256", body, "base64url")}"`;
  return { headers: { "Content-Type": type, "Cache-Control": cache, ETag: etag, "Content-Security-Policy": policy }, body, etag };
}

const packaged = (type: string, file: string) =>
  page(type, readFileSync(require.resolve(`swagger-ui-dist/${file}`)), "public, max-age=3600");
