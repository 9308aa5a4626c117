import type { IncomingMessage, ServerResponse } from "node:http";

import ApiGateway from "moleculer-web";

import { ShopError } from "../../lib/errors";

type Parser = (req: IncomingMessage, res: ServerResponse, next: (error?: unknown) => void) => void;

const parsers = ApiGateway.bodyParser as unknown as { json(options: object): Parser; raw(options: object): Parser };

/**
 * Compressed bodies are refused: the limit is one of memory, and no client needs them for 100 kB. A body that is too large is read to its
 * end, so that the client hears the answer.
 */
const common = { limit: "100kb", inflate: false, type: () => true };

/** Any JSON value, so that what isn't an object is 422 and only broken text 400. */
const parseJson = parsers.json({ ...common, strict: false });
const parseRaw = parsers.raw(common);

/** The JSON of a request; `{}` when it has no body. Throws BAD_REQUEST, BODY_TOO_LARGE or UNSUPPORTED_MEDIA_TYPE. */
export async function readJson(req: IncomingMessage, res: ServerResponse): Promise<unknown> {
  if (!hasBody(req)) return {};
  if (!isJson(req.headers["content-type"])) throw new ShopError("UNSUPPORTED_MEDIA_TYPE");
  return read(parseJson, req, res);
}

/**
 * The body as text, whatever its type; bytes that aren't UTF-8 become other characters, so that a signature over them fails. Throws
 * BAD_REQUEST, BODY_TOO_LARGE, or UNSUPPORTED_MEDIA_TYPE when it is compressed.
 */
export async function readText(req: IncomingMessage, res: ServerResponse): Promise<string> {
  return hasBody(req) ? ((await read(parseRaw, req, res)) as Buffer).toString() : "";
}

const hasBody = ({ headers }: IncomingMessage) => headers["transfer-encoding"] !== undefined || Number(headers["content-length"]) > 0;

const isJson = (type = "") => type === "application/json" || /^application\/json\s*(;|$)/i.test(type);

async function read(parse: Parser, req: IncomingMessage, res: ServerResponse): Promise<unknown> {
  await new Promise<void>((resolve, reject) => {
    parse(req, res, (error) => (error === undefined ? resolve() : reject(refusalOf(error))));
  });
  return (req as IncomingMessage & { body?: unknown }).body;
}

/** What the parser says of the body holds parts of it, so none of it is handed on. */
function refusalOf(error: unknown): ShopError {
  const { status, type } = error as { status?: number; type?: string };
  if (status === 413) return new ShopError("BODY_TOO_LARGE");
  if (status === 415) return new ShopError("UNSUPPORTED_MEDIA_TYPE");
  return new ShopError("BAD_REQUEST", type === "entity.parse.failed" ? "The body is not JSON" : "The body can't be read");
}
